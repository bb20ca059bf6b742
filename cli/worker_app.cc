#include "cli/worker_app.h"

#include "cli/admin.h"
#include "cli/file_site.h"
#include "cli/log.h"
#include "cli/parts.h"
#include "hints/explain_handler.h"
#include "hints/think.h"
#include "server/http/router.h"

namespace cli {
namespace {

constexpr std::chrono::seconds counting_interval{1};

assets::FileHandler::Spa spa_of(const Config& config) {
  return config.serve.spa ? assets::FileHandler::Spa::on : assets::FileHandler::Spa::off;
}

// Every worker reads the rules; one complains of them.
assets::SiteRules::Options rules_of(std::size_t worker, const Config& config) {
  assets::SiteRules::Options options = rules_options(config);
  if (worker == 0) options.complain = [](const std::string& what) { log_warning(what); };
  return options;
}

}  // namespace

struct WorkerApp::Pages {
  Pages(std::size_t worker, net::Loop& loop, const Config& config, sse::Hub& hub,
        const StatusHandler::Sources& sources)
      : store(loop, config.serve.root, store_options(config)),
        rules(loop, config.serve.root, rules_of(worker, config)),
        files(store, {.spa = spa_of(config), .rules = &rules}),
        think(loop, files, {.think = config.serve.think}),
        site(store, rules, loop, config.serve.root, spa_of(config)),
        planner(site, loop, {.build = plan_options(config)}),
        hinting(planner, think, {.mode = hints_mode(config)}),
        status(sources),
        explain(planner, hints_mode(config)),
        admin(explain, admin_options(config)),
        router(hinting) {
    router.route(config.events.events_url, hub.event_stream());
    router.route(config.events.poll_url, hub.long_poll());
    router.route(config.events.send_url, hub.publish());
    router.route(config.events.mercure_url, hub.mercure());
    router.route("/.herald/", page);
    router.route("/.herald/status", status);
    if (admin.open()) router.route("/.herald/explain", admin);
  }

  assets::AssetStore store;
  assets::SiteRules rules;
  assets::FileHandler files;
  hints::ThinkHandler think;
  FileSite site;
  hints::Planner planner;
  hints::HintingHandler hinting;
  StatusHandler status;
  StatusPage page;
  hints::ExplainHandler explain;
  AdminOnly admin;
  http::Router router;
};

WorkerApp::WorkerApp(std::size_t worker, net::Loop& loop, Shared& shared, const Config& config)
    : loop_(loop),
      shared_(shared),
      worker_(worker),
      hub_(loop, shared.sequencer, shared.cursors, shared.authorizer, hub_options(config)),
      pages_(std::make_unique<Pages>(worker, loop, config, hub_, shared.status)),
      counting_(loop, [this] { count(); }),
      retirement_(loop, [this] { retired_.clear(); }) {
  counting_.start(counting_interval);
}

WorkerApp::~WorkerApp() = default;

void WorkerApp::handle(const http::Request& request, http::Exchange exchange) {
  pages_->router.handle(request, std::move(exchange));
}

void WorkerApp::reload(const Config& config) {
  auto fresh = std::make_unique<Pages>(worker_, loop_, config, hub_, shared_.status);
  retired_.push_back(std::move(pages_));
  pages_ = std::move(fresh);
  retirement_.start(std::chrono::minutes(2));
}

void WorkerApp::count() {
  shared_.totals.put(worker_, hub_.counters());
  counting_.start(counting_interval);
}

}  // namespace cli
