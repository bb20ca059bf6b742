#include "cli/serve.h"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "cli/access_log.h"
#include "cli/confine.h"
#include "cli/descriptors.h"
#include "cli/event_store.h"
#include "cli/identity.h"
#include "cli/landlock.h"
#include "cli/log.h"
#include "cli/metrics.h"
#include "cli/notify.h"
#include "cli/parts.h"
#include "cli/plain_listeners.h"
#include "cli/private_files.h"
#include "cli/renewal.h"
#include "cli/settled.h"
#include "cli/signals.h"
#include "cli/takeover.h"
#include "cli/worker_app.h"
#include "sse/presence.h"
#include "sse/redis_address.h"

namespace cli {
namespace {

constexpr std::chrono::hours renewal_interval{1};
// Signals that come sooner after a reload are answered by one more.
constexpr std::chrono::seconds between_reloads{2};
// From the drain on, until the store is left to a successor: connections take requests for a second
// more.
constexpr std::chrono::seconds publishers_leave{2};
// A worker that has not turned for so long is stuck.
constexpr std::chrono::seconds patience_with_workers{10};

// What workers make of a configuration, each for itself, when none of them can be told any more
// that it cannot be used.
void require_usable(const Config& config) {
  (void)plan_options(config);
  (void)hints_mode(config);
  (void)admin_options(config);
  (void)store_options(config);
  (void)proxy_options(config);
  (void)assets::Root(config.serve.root);
}

std::string urls_of(const std::vector<net::Endpoint>& endpoints) {
  std::string urls;
  for (net::Endpoint endpoint : endpoints) {
    if (endpoint.host.empty() || endpoint.host == "0.0.0.0" || endpoint.host == "::") {
      endpoint.host = "localhost";
    }
    if (!urls.empty()) urls += " and ";
    urls += "https://" + endpoint.to_string() + "/";
  }
  return urls;
}

// Everything that `herald serve` is made of, in the order in which it depends on each other.
class Service {
 public:
  // `server` has its ports, `authorization` the keys of tokens; `report` is where a predecessor
  // waits, if there is one.
  Service(Config config, std::function<Config()> reread, Identity identity,
          sse::Authorizer::Options authorization, PlainListeners plain,
          std::unique_ptr<server::Server> server, net::Fd report)
      : config_(std::move(config)),
        reread_(std::move(reread)),
        identity_(std::move(identity)),
        plain_(plain),
        log_(access_log_of(config_)),
        authorization_(std::move(authorization)),
        totals_(server_options(config_).workers),
        hints_(server_options(config_).workers),
        upstreams_(server_options(config_).workers),
        heartbeats_(server_options(config_).workers),
        metrics_(metrics_of()),
        sequencer_(event_store(config_, report ? Predecessor::leaving : Predecessor::none)),
        presence_(presence_of(config_, *sequencer_)),
        shared_{.https_port = [this] { return server_->endpoints().front().port; },
                .sequencer = *sequencer_,
                .cursors = cursors_,
                .authorization = authorization_,
                .presence = presence_.get(),
                .totals = totals_,
                .hints = hints_,
                .upstreams = upstreams_,
                .deployment = deployment_,
                .signer = signer_,
                .heartbeats = heartbeats_,
                .operations = {.metrics = [this] { return metrics_ ? metrics_->text() : ""; },
                               .not_ready = [this] { return stuck(); }},
                .status = {.server = [this] { return server_->counters(); },
                           .hubs = totals_,
                           .hints = hints_,
                           .upstreams = upstreams_,
                           .started = std::chrono::steady_clock::now()}},
        signals_(loop_, {.stop = [this] { stop(); },
                         .hard_stop = [this] { hard_stop(); },
                         .reload = [this] { ask_to_reload(); },
                         .reopen = [this] { reopen(); },
                         .succeed = [this] { hand_over(); }}),
        renewal_(loop_, [this] { renew(); }),
        watchdog_(loop_, [this] { pat(); }),
        server_(std::move(server)),
        report_(std::move(report)) {}

  int run() {
    server_->start(
        [this](std::size_t worker, net::Loop& loop) {
          return std::make_unique<WorkerApp>(worker, loop, shared_, config_);
        },
        metrics_ ? &metrics_->requests() : log_.get());
    const std::string urls = urls_of(server_->endpoints());
    std::cout << "herald: serving " << config_.serve.root << " on " << urls;
    if (!identity_.ca_file.empty()) {
      std::cout << " (development certificate: browsers trust it once they trust "
                << identity_.ca_file << ", see herald certs)";
      renewal_.start(renewal_interval);
    }
    std::cout << std::endl;
    tell_plain_endpoints();
    for (const std::string& remark : identity_.remarks) log_warning(remark);
    // Whoever has not chosen a number is content with what there is.
    if (config_.limits.connections != Config::Limits{}.connections) {
      const std::string lacking = lack_of_descriptors(config_.limits.connections);
      if (!lacking.empty()) log_warning(lacking);
    }
    if (report_) notify_.main_process();
    report_serving(std::move(report_));
    notify_.ready("serving on " + urls);
    pat();
    loop_.run();
    if (waiter_.joinable()) waiter_.join();
    return 0;
  }

 private:
  static std::unique_ptr<sse::Presence> presence_of(const Config& config,
                                                    sse::Sequencer& sequencer) {
    if (!config.events.subscriptions) return nullptr;
    sse::Presence::Options options;
    options.hub_path = config.events.mercure_url;
    return std::make_unique<sse::Presence>(sequencer, std::move(options));
  }

  std::unique_ptr<Metrics> metrics_of() {
    if (!plain_.metrics) return nullptr;
    return std::make_unique<Metrics>(
        config_,
        Metrics::Sources{.server = [this] { return server_->counters(); },
                         .hubs = totals_,
                         .store = [this] { return sequencer_->tally(); },
                         .upstreams = upstreams_,
                         .heartbeats = heartbeats_,
                         .log = log_.get(),
                         .certificate_expires = [this] { return expires_.load(); }},
        log_.get());
  }

  void tell_plain_endpoints() const {
    std::size_t next = 0;
    const auto tell = [&](bool there, std::string_view what) {
      if (!there) return;
      const std::string where = server_->plain_endpoints()[next++].to_string();
      log_info(fmt::format(fmt::runtime(what), where));
    };
    tell(plain_.redirect, "http://{}/ is redirected to https");
    tell(plain_.metrics, "metrics are at http://{}/metrics");
  }

  // Which worker does not turn, in a sentence; empty: all do.
  std::string stuck() const {
    const auto silence = heartbeats_.longest(net::Clock::now());
    if (silence.lasted < patience_with_workers) return {};
    return fmt::format("worker {} has not turned for {} s", silence.worker,
                       std::chrono::duration_cast<std::chrono::seconds>(silence.lasted).count());
  }

  static std::unique_ptr<AccessLog> access_log_of(const Config& config) {
    if (config.serve.access_log.empty()) return nullptr;
    AccessLog::Options options;
    options.file = config.serve.access_log;
    return blaming(config.place_of("[serve] access_log"),
                   [&] { return std::make_unique<AccessLog>(std::move(options)); });
  }

  void stop() {
    if (successor_ && !succeeded_) {
      log_warning("told to stop: the new process, which does not serve yet, is ended as well");
      successor_ = nullptr;
    }
    log_info("draining: no new connections, live streams are sent away, downloads go on");
    if (!succeeded_) notify_.stopping();
    server_->drain();
    if (succeeded_) leave_store_.start(publishers_leave);
    waiter_ = std::thread([this] {
      const bool whole = server_->wait();
      loop_.post([this, whole] {
        if (!whole) log_warning("some connections outlasted the drain and were cut");
        loop_.stop();
      });
    });
  }

  void hard_stop() {
    log_warning("told to stop again: cutting what is left");
    server_->cut();
  }

  // A new process of this program, perhaps of a newer version, gets the sockets; when it serves,
  // this one drains. If it cannot, all stays as it was.
  void hand_over() {
    if (waiter_.joinable()) {
      return log_warning("no new process is started: this one is on its way out");
    }
    if (successor_) return log_warning("no new process is started: there is one that starts");
    if (!sequencer_->has_store()) {
      return log_warning(
          "no new process is started: this one does not have its predecessor's file of events yet; "
          "try again");
    }
    try {
      successor_ = std::make_unique<Successor>(
          loop_, program_, named_sockets(),
          Successor::Callbacks{.serving =
                                   [this](pid_t pid) {
                                     log_info(fmt::format("process {} has taken over", pid));
                                     succeeded_ = true;
                                     signals_.deliver(SIGTERM);
                                   },
                               .failed =
                                   [this] {
                                     log_error("the new process did not start: this one stays");
                                     forget_successor_.schedule();
                                   }});
    } catch (const std::exception& error) {
      log_error(fmt::format("no new process could be started, this one stays: {}", error.what()));
    }
  }

  Successor::Sockets named_sockets() const {
    const server::Server::Sockets sockets = server_->sockets();
    Successor::Sockets named;
    for (const int fd : sockets.tls) named.emplace_back("https", fd);
    for (std::size_t i = 0; i < sockets.plain.size(); ++i) {
      const char* name = i == 0 && plain_.redirect ? "http" : "metrics";
      for (const int fd : sockets.plain[i]) named.emplace_back(name, fd);
    }
    return named;
  }

  void reopen() {
    if (log_) log_->reopen();
  }

  // What a reload replaces is kept for a while, so a storm of signals must not mean a storm of
  // them.
  void ask_to_reload() {
    if (reload_pause_.armed()) {
      reload_again_ = true;
      return;
    }
    reload_again_ = false;
    reload_pause_.start(between_reloads);
    reload();
  }

  // All or nothing: whatever is wrong leaves everything as it was.
  void reload() {
    notify_.reloading();
    try {
      Config fresh = reread_();
      require_private(fresh);
      Identity identity = identity_of(fresh);
      const server::Tuning tuning = server_options(fresh).tuning;
      const auto authorization =
          std::make_shared<const sse::Authorizer::Options>(authorizer_options(fresh));
      require_usable(fresh);
      identity_ = std::move(identity);
      const std::string fixed = settled_at_start(started_, fresh);
      use_identity();
      server_->use(tuning);
      if (metrics_) metrics_->use(fresh);
      if (presence_) presence_->move_to(fresh.events.mercure_url);
      fresh.serve.workers = started_.serve.workers;  // what each has a share of
      config_ = fresh;
      if (!identity_.ca_file.empty()) renewal_.start(renewal_interval);
      const auto shared = std::make_shared<const Config>(std::move(fresh));
      server_->on_workers([shared, authorization](server::App& app) {
        try {
          static_cast<WorkerApp&>(app).reload(*shared, *authorization);
        } catch (const std::exception& error) {
          log_error(fmt::format("reload: {}; a worker keeps what it had", error.what()));
        }
      });
      log_info("reloaded: certificate, files, hints, URLs, limits, timeouts, keys and origins");
      if (!fixed.empty()) log_warning(fixed + " changed: that needs a restart");
    } catch (const std::exception& error) {
      log_error(fmt::format("reload refused, everything stays as it was: {}", error.what()));
    }
    notify_.ready("serving on " + urls_of(server_->endpoints()));
  }

  void renew() {
    if (!config_.serve.cert.empty()) return;  // since a reload, the certificate is somebody else's
    renewal_.start(renewal_interval);
    try {
      identity_ = identity_of(config_);
      use_identity();
    } catch (const std::exception& error) {
      log_error(fmt::format("the development certificate was not renewed: {}", error.what()));
    }
  }

  void use_identity() {
    expires_ = identity_.certificates->expires();
    server_->use(identity_.certificates);
    for (const std::string& remark : identity_.remarks) log_warning(remark);
  }

  // systemd restarts a service that is silent: so it is, once a worker is stuck.
  void pat() {
    const std::string why = stuck();
    if (!why.empty() && !told_stuck_) log_error(why + ": it hangs, or the machine is overloaded");
    told_stuck_ = !why.empty();
    const auto interval = notify_.watchdog_interval();
    if (interval && why.empty()) notify_.watchdog();
    watchdog_.start(interval.value_or(patience_with_workers));
  }

  Config config_;  // as last reloaded; the workers read it only while they start
  std::function<Config()> reread_;
  Identity identity_;
  const PlainListeners plain_;
  std::unique_ptr<AccessLog> log_;
  sse::ClientCursors cursors_;
  const sse::Authorizer::Options authorization_;  // at the start
  HubTotals totals_;
  HintTotals hints_;
  UpstreamTotals upstreams_;
  hints::Deployment deployment_;
  const net::Signer signer_;
  Heartbeats heartbeats_;
  // Of the certificate in use that expires first.
  std::atomic<std::chrono::system_clock::time_point> expires_{identity_.certificates->expires()};
  std::unique_ptr<Metrics> metrics_;  // null: not asked for
  const std::unique_ptr<sse::Sequencer> sequencer_;
  const std::unique_ptr<sse::Presence> presence_;  // null: none is kept
  Shared shared_;
  Notify notify_;
  net::Loop loop_;
  Signals signals_;
  net::Timer reload_pause_{loop_, [this] {
                             if (reload_again_) ask_to_reload();
                           }};
  bool reload_again_ = false;
  net::Timer leave_store_{loop_, [this] { sequencer_->release(); }};
  net::Timer renewal_;
  net::Timer watchdog_;
  std::unique_ptr<server::Server> server_;
  std::thread waiter_;
  bool told_stuck_ = false;
  const Config started_{config_};
  const std::string program_ = program_file();
  net::Fd report_;  // for a predecessor
  std::unique_ptr<Successor> successor_;
  net::Later forget_successor_{loop_, [this] { successor_ = nullptr; }};
  bool succeeded_ = false;
};

std::unique_ptr<server::Server> server_of(const Config& config, const Identity& identity,
                                          PlainListeners plain, Inheritance& given) {
  server::Options options = server_options(config);
  options.complain = [](const std::string& what) { log_warning(what); };
  if (spdlog::should_log(spdlog::level::debug)) {
    options.remark = [](const std::string& what) { spdlog::debug(what); };
  }
  options.inherited = std::move(given.https);
  options.plain = plain_listeners(config.serve, plain, given);
  return std::make_unique<server::Server>(std::move(options), identity.certificates);
}

// What this process reads and writes, from here on.
void bound_access(const Config& config, const Inheritance& given) {
  const Unbound unbound = keep_to(read_folders(config), written_folders(config));
  if (unbound.why.empty()) return;
  if (given.report && unbound.full) {
    return log_warning(unbound.why + ": those of the processes that this one takes over from stay");
  }
  if (!config.serve.reads.empty()) throw net::Error("[serve] reads cannot be kept: " + unbound.why);
  spdlog::debug("{}: what this process may write is up to permissions alone", unbound.why);
}

// What a reload will have to find, whatever [serve] reads keeps this process from.
Identity read_again(const Config& config, const std::function<Config()>& reread) {
  try {
    (void)reread();
    return identity_of(config);
  } catch (const net::Error& error) {
    throw net::Error(fmt::format("[serve] reads lacks the folder of what a reload would read: {}",
                                 error.what()));
  }
}

}  // namespace

int serve(const Config& config, std::function<Config()> reread) {
  Inheritance given = inheritance();
  Signals::block();
  require_private(config);
  require_user(config);
  take_descriptors();
  Identity identity = identity_of(config);  // makes the state's folder, if it is needed
  give_state(config);
  if (const std::string lacking = confine(); !lacking.empty()) log_warning(lacking);
  require_reads(config);
  bound_access(config, given);
  if (!config.serve.reads.empty()) identity = read_again(config, reread);
  sse::Authorizer::Options authorization = authorizer_options(config);
  const PlainListeners plain = plain_of(config.serve, given);
  auto server = server_of(config, identity, plain, given);
  become(config.serve.user);  // who opens log and store, as processes that take over will
  require_usable(config);
  require_renewable(config);
  return Service(config, std::move(reread), std::move(identity), std::move(authorization), plain,
                 std::move(server), std::move(given.report))
      .run();
}

}  // namespace cli
