#include "cli/worker_app.h"

#include "cli/admin.h"
#include "cli/file_site.h"
#include "cli/log.h"
#include "cli/parts.h"
#include "cli/response_fields.h"
#include "cli/status_page.h"
#include "hints/app_site.h"
#include "hints/beacon.h"
#include "hints/explain_handler.h"
#include "hints/learning.h"
#include "hints/think.h"
#include "proxy/handler.h"
#include "server/http/problem.h"
#include "server/http/router.h"

namespace cli {
namespace {

constexpr std::chrono::seconds counting_interval{1};
constexpr std::chrono::seconds retirement{1};

// With an app server, it answers the navigations that are no file.
assets::FileHandler::Spa spa_of(const Config& config) {
  const bool on = config.serve.spa && config.proxy.upstreams.empty();
  return on ? assets::FileHandler::Spa::on : assets::FileHandler::Spa::off;
}

// An app server, and what is learned from its answers.
struct AppServer {
  AppServer(std::size_t worker, net::Loop& loop, const Config& config,
            hints::Deployment& deployment, UpstreamTotals& totals)
      : learned(loop, deployment, learned_options(config)),
        proxy(loop, options_of(worker, config, deployment, totals)),
        learning(learned, proxy) {}

  proxy::ProxyHandler::Options options_of(std::size_t worker, const Config& config,
                                          hints::Deployment& deployment, UpstreamTotals& totals) {
    proxy::ProxyHandler::Options options = proxy_options(config);
    options.on_full = [&totals] { totals.was_full(); };
    if (worker == 0) options.pool.complain = [](const std::string& what) { log_warning(what); };
    options.pool.on_failure = [&deployment] { deployment.changed(); };
    options.health.on_answer = [this](const http::Headers& fields) { learned.saw_build(fields); };
    return options;
  }

  hints::LearnedSource learned;
  proxy::ProxyHandler proxy;
  hints::LearningHandler learning;
};

std::unique_ptr<AppServer> app_server_of(std::size_t worker, net::Loop& loop, const Config& config,
                                         hints::Deployment& deployment, UpstreamTotals& totals) {
  if (config.proxy.upstreams.empty()) return nullptr;
  return std::make_unique<AppServer>(worker, loop, config, deployment, totals);
}

// OPTIONS *: what the server as a whole can do (RFC 9110 section 9.3.7).
class ServerMethods final : public http::Handler {
 public:
  explicit ServerMethods(std::string_view methods) : methods_(methods) {}
  void handle(const http::Request&, http::Exchange exchange) override {
    exchange.respond(http::methods_allowed(methods_));
  }

 private:
  const std::string_view methods_;
};

constexpr std::string_view own_methods = "GET, HEAD, QUERY, POST, OPTIONS";

// Every worker reads the rules; one complains of them.
assets::SiteRules::Options rules_of(std::size_t worker, const Config& config) {
  assets::SiteRules::Options options = rules_options(config);
  if (worker == 0) options.complain = [](const std::string& what) { log_warning(what); };
  return options;
}

}  // namespace

struct WorkerApp::Pages {
  Pages(std::size_t worker, net::Loop& loop, const Config& config, sse::Hub& hub,
        HintMemory& memory, StatusStream& live, const Shared& shared)
      : background(loop),
        store(loop, config.serve.root, store_options_of(config)),
        rules(loop, config.serve.root, rules_of(worker, config)),
        app_server(app_server_of(worker, loop, config, shared.deployment, shared.upstreams)),
        files(store, {.spa = spa_of(config),
                      .next = app_server ? &app_server->learning : nullptr,
                      .rules = &rules}),
        think(loop, files, {.think = config.serve.think}),
        site(store, rules, loop, config.serve.root, spa_of(config)),
        whole_site(app_server ? std::make_unique<hints::AppSite>(site, app_server->learned)
                              : nullptr),
        planner(whole_site ? static_cast<hints::Site&>(*whole_site) : site, loop,
                {.build = plan_options(config)}),
        hinting(planner, think, memory.options(config)),
        status(shared.status),
        explain(planner, hints_mode(config), &memory.judgement()),
        admin(explain, admin_options(config)),
        server_methods(app_server ? proxy::ProxyHandler::methods : own_methods),
        router(hinting),
        root(router, response_fields(config), rules) {
    router.route(config.events.events_url, hub.event_stream());
    router.route(config.events.poll_url, hub.long_poll());
    router.route(config.events.send_url, hub.publish());
    router.route(config.events.state_url, hub.state());
    router.route(config.events.mercure_url, hub.mercure());
    router.route("/.well-known/oauth-protected-resource" + config.events.mercure_url,
                 hub.metadata());
    if (http::Handler* subscriptions = hub.subscriptions()) {
      router.route(config.events.mercure_url + "/subscriptions", *subscriptions);
      router.route(config.events.mercure_url + "/subscriptions/", *subscriptions);
    }
    router.route("*", server_methods);
    router.route("/.herald/", page);
    router.route("/.herald/status", status);
    if (hints::FieldStudy* study = memory.study_of(config)) {
      router.route("/.herald/rum.js", beacon_script);
      router.route("/.herald/rum", beacon.emplace(*study));
    }
    router.route("/.herald/live", live);
    if (admin.open()) router.route("/.herald/explain", admin);
  }

  assets::AssetStore::Options store_options_of(const Config& config) {
    assets::AssetStore::Options options = store_options(config);
    options.background = &background;
    options.complain = [](const std::string& what) { log_warning(what); };
    return options;
  }

  // With requests that these handlers hold, or answers that refer to them. (Bodies of files own
  // what they send; events are the hub's, reports of visits the study's.)
  bool busy() const {
    return store.making() > 0 || think.waiting() > 0 ||
           (app_server && app_server->proxy.requests() > 0);
  }

  std::vector<proxy::Figures> upstreams() const {
    return app_server ? app_server->proxy.figures() : std::vector<proxy::Figures>();
  }

  net::Background background;
  assets::AssetStore store;
  assets::SiteRules rules;
  std::unique_ptr<AppServer> app_server;  // null: none
  assets::FileHandler files;
  hints::ThinkHandler think;
  FileSite site;
  std::unique_ptr<hints::AppSite> whole_site;  // files and app server; null: no app server
  hints::Planner planner;
  hints::HintingHandler hinting;
  StatusHandler status;
  StatusPage page;
  hints::BeaconScript beacon_script;
  std::optional<hints::BeaconEndpoint> beacon;
  hints::ExplainHandler explain;
  AdminOnly admin;
  ServerMethods server_methods;
  http::Router router;
  ResponseFields root;
};

WorkerApp::WorkerApp(std::size_t worker, net::Loop& loop, Shared& shared, const Config& config)
    : loop_(loop),
      shared_(shared),
      worker_(worker),
      authorizer_(shared.authorization),
      hub_(loop, shared.sequencer, shared.cursors, authorizer_,
           hub_options(config, shared.presence)),
      hint_memory_(loop, shared.signer, config),
      live_(loop, shared.status),
      redirect_(shared.https_port()),
      operations_(shared.operations),
      pages_(std::make_unique<Pages>(worker, loop, config, hub_, hint_memory_, live_, shared)),
      counting_(loop, [this] { count(); }),
      retirement_(loop, [this] { retire(); }) {
  counting_.start(counting_interval);
}

WorkerApp::~WorkerApp() { shared_.heartbeats.rest(worker_); }

void WorkerApp::handle(const http::Request& request, http::Exchange exchange) {
  pages_->root.handle(request, std::move(exchange));
}

void WorkerApp::reload(const Config& config, const sse::Authorizer::Options& authorization) {
  auto fresh = std::make_unique<Pages>(worker_, loop_, config, hub_, hint_memory_, live_, shared_);
  hint_memory_.use(config);
  hub_.use(hub_options(config, shared_.presence));
  authorizer_.use(authorization);
  retired_.push_back(std::move(pages_));
  pages_ = std::move(fresh);
  if (!retirement_.armed()) retirement_.start(retirement);
}

void WorkerApp::retire() {
  std::erase_if(retired_, [](const auto& pages) { return !pages->busy(); });
  if (!retired_.empty()) retirement_.start(retirement);
}

void WorkerApp::drain() {
  hub_.drain();
  live_.drain();
}

void WorkerApp::count() {
  shared_.heartbeats.beat(worker_, loop_.now());
  shared_.totals.put(worker_, hub_.counters());
  shared_.hints.put(worker_, hint_memory_.report());
  shared_.upstreams.put(worker_, pages_->upstreams());
  counting_.start(counting_interval);
}

}  // namespace cli
