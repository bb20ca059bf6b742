#include "server/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "server/binder.h"
#include "server/complaints.h"
#include "server/connection.h"
#include "server/net/listener.h"
#include "server/net/plain_socket.h"
#include "server/net/tls.h"

namespace server {

namespace {

// The sockets that one worker listens on, or that are kept to be handed over.
struct Listening {
  std::vector<net::Fd> tls;
  std::vector<std::vector<net::Fd>> plain;  // in the order of Options::plain
};

}  // namespace

struct Server::State {
  explicit State(Options given) : options(std::move(given)) {}

  Options options;
  std::shared_ptr<const net::Certificates> certificates;
  AppFactory factory;
  http::AccessLog* log;
  net::TicketKeys tickets;
  AddressLimits addresses{options.tuning.per_address};
  std::vector<net::Endpoint> endpoints;
  std::vector<net::Endpoint> plain_endpoints;
  Listening kept;  // copies, to be handed over
  std::atomic<std::uint64_t> connections_numbered = 0;
  std::atomic<std::uint64_t> cut = 0;            // connections that outlasted the drain
  std::vector<std::unique_ptr<Worker>> workers;  // the threads: destroyed first
};

// One thread and everything that belongs to it.
class Server::Worker {
 public:
  Worker(State& server, std::size_t index, Listening sockets)
      : server_(server),
        index_(index),
        sockets_(std::move(sockets)),
        tuning_(server.options.tuning) {}
  ~Worker() {
    if (!thread_.joinable()) return;
    loop_.post([this] { loop_.stop(); });
    thread_.join();
  }

  // Returns when the worker accepts; throws what its App's factory threw.
  void start() {
    std::promise<void> ready;
    thread_ = std::thread([this, &ready] { run(ready); });
    ready.get_future().get();
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  void post(std::function<void(Worker&)> task) {
    loop_.post([this, task = std::move(task)] { task(*this); });
  }

  // ---- on the worker's thread
  App& app() { return *app_; }
  void use(std::shared_ptr<const net::Certificates> certificates) {
    tls_ = std::make_unique<net::TlsContext>(std::move(certificates), server_.tickets);
  }
  void use(const Tuning& tuning) {
    const bool was_full = full();
    tuning_ = tuning;
    if (was_full && !full() && !draining_) resume();
  }
  void drain() {
    if (draining_) return;
    draining_ = true;
    listeners_.clear();
    for (auto& [key, seated] : connections_) seated.connection->drain();
    app_->drain();
    patience_ = std::make_unique<net::Timer>(loop_, [this] { cut(); });
    patience_->start(tuning_.drain);
    stop_if_drained();
  }
  void cut() {
    server_.cut += connections_.size();
    loop_.stop();
  }

  // ---- from any thread
  void add_to(Counters& totals) const {
    const auto count = [](const http::Counter& counter) {
      return static_cast<std::uint64_t>(counter.get());
    };
    totals.accepted += count(accepted_);
    totals.refused += count(refused_);
    totals.connections_now += count(connections_now_);
    totals.handshakes_failed += count(handshakes_failed_);
    totals.streams_now += count(tally_.streams_now);
    totals.requests += count(tally_.requests);
    totals.pushes += count(tally_.pushes);
    totals.hints += count(tally_.hints);
    totals.http2 += count(tally_.http2);
    totals.http1 += count(tally_.http1);
    totals.resumed += count(tally_.resumed);
    totals.received += count(tally_.received);
    totals.sent += count(tally_.sent);
    totals.ended += count(tally_.ended);
  }

 private:
  struct Seated {
    AddressLimits::Seat seat;
    std::unique_ptr<Connection> connection;
  };

  void run(std::promise<void>& ready) {
    try {
      use(server_.certificates);
      app_ = server_.factory(index_, loop_);
      workplace_.emplace(
          Workplace{.loop = loop_,
                    .limits = tuning_.limits,
                    .timeouts = tuning_.timeouts,
                    .output = output_,
                    .date = date_,
                    .tally = tally_,
                    .handshakes_failed = handshakes_failed_,
                    .log = server_.log,
                    .complain = [this](const std::string& what) { complaints_.say(what); }});
      loop_.on_exception([this](const std::exception& error) { complaints_.say(error.what()); });
      bury_ = std::make_unique<net::Later>(loop_, [this] { bury(); });
      listen();
    } catch (...) {
      ready.set_exception(std::current_exception());
      app_ = nullptr;
      return;
    }
    ready.set_value();
    loop_.run();
    listeners_.clear();
    connections_.clear();
    patience_ = nullptr;
    bury_ = nullptr;
    app_ = nullptr;
  }

  void listen() {
    for (net::Fd& socket : sockets_.tls) {
      listen(std::move(socket), [this](net::Accepted accepted) {
        accept(std::move(accepted), app_->root(), [this](net::Fd fd) {
          return std::make_unique<net::TlsSocket>(std::move(fd), *tls_, buffers_);
        });
      });
    }
    for (std::size_t i = 0; i < sockets_.plain.size(); ++i) {
      http::Handler& root = server_.options.plain[i].root(*app_);
      for (net::Fd& socket : sockets_.plain[i]) {
        listen(std::move(socket), [this, &root](net::Accepted accepted) {
          accept(std::move(accepted), root, [this](net::Fd fd) {
            return std::make_unique<net::PlainSocket>(std::move(fd), buffers_);
          });
        });
      }
    }
  }

  void listen(net::Fd socket, std::function<void(net::Accepted)> accept) {
    listeners_.push_back(
        std::make_unique<net::Listener>(loop_, std::move(socket), std::move(accept)));
  }

  bool full() const {
    return connections_.size() >=
           std::max<std::size_t>(1, tuning_.connections / server_.options.workers);
  }
  void resume() {
    for (auto& listener : listeners_) listener->resume();
  }

  template <typename MakeSocket>
  void accept(net::Accepted accepted, http::Handler& root, MakeSocket make_socket) {
    auto admission = server_.addresses.admit(accepted.address, loop_.now());
    if (admission.refusal != AddressLimits::Refusal::none) {
      return refuse(accepted, admission.refusal);
    }
    bound_waiting(accepted.fd);
    http::Peer peer;
    peer.address = std::move(accepted.address);
    peer.port = accepted.port;
    peer.connection = ++server_.connections_numbered;
    auto made = std::make_unique<Connection>(make_socket(std::move(accepted.fd)), std::move(peer),
                                             root, *workplace_, [this](Connection& closed) {
                                               dead_.push_back(&closed);
                                               bury_->schedule();
                                             });
    Connection* key = made.get();
    connections_.emplace(key, Seated{std::move(admission.seat), std::move(made)});
    accepted_.add(1);
    connections_now_.add(1);
    if (full()) {
      for (auto& listener : listeners_) listener->pause();
    }
  }

  // What the kernel keeps unsent, and how long it waits for a peer that acknowledges nothing.
  void bound_waiting(const net::Fd& fd) const {
    const int unsent = static_cast<int>(tuning_.unsent);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    const auto patience = static_cast<unsigned>(tuning_.timeouts.stall.count());
    setsockopt(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  }

  // Closed at once, before any work is done for it: `accepted` goes with the caller's frame.
  void refuse(const net::Accepted& accepted, AddressLimits::Refusal why) {
    refused_.add(1);
    ++refused_untold_;
    const auto now = loop_.now();
    if (now - refusal_told_ < std::chrono::seconds(1)) return;
    refusal_told_ = now;
    const bool too_many = why == AddressLimits::Refusal::too_many;
    complaints_.say(std::to_string(std::exchange(refused_untold_, 0)) +
                    " connections refused, the last from " + accepted.address +
                    (too_many ? ": it has as many as [limits] connections_per_address allows"
                              : ": they come faster than [limits] "
                                "new_connections_per_address allows"));
  }

  void bury() {
    const bool was_full = full();
    for (Connection* connection : dead_) connections_.erase(connection);
    connections_now_.add(-static_cast<std::int64_t>(dead_.size()));
    dead_.clear();
    if (was_full && !full() && !draining_) resume();
    stop_if_drained();
  }

  void stop_if_drained() {
    if (draining_ && connections_.empty()) loop_.stop();
  }

  State& server_;
  const std::size_t index_;
  Listening sockets_;
  Tuning tuning_;
  net::Loop loop_;
  net::SocketBuffers buffers_;
  http::Output output_;
  http::Date date_;
  http::Tally tally_;
  http::Counter accepted_;
  http::Counter connections_now_;
  http::Counter refused_;
  Complaints complaints_{loop_, server_.options.complain};
  std::uint64_t refused_untold_ = 0;  // since the last word about it
  net::Clock::time_point refusal_told_{};
  http::Counter handshakes_failed_;
  std::unique_ptr<net::TlsContext> tls_;
  std::unique_ptr<App> app_;
  std::optional<Workplace> workplace_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::unordered_map<const Connection*, Seated> connections_;
  std::vector<Connection*> dead_;
  std::unique_ptr<net::Later> bury_;
  std::unique_ptr<net::Timer> patience_;
  bool draining_ = false;
  std::thread thread_;
};

Server::Server(Options options, std::shared_ptr<const net::Certificates> certificates,
               AppFactory factory, http::AccessLog* log)
    : state_(std::make_unique<State>(std::move(options))) {
  state_->certificates = std::move(certificates);
  state_->factory = std::move(factory);
  state_->log = log;
  const std::size_t workers = std::max<std::size_t>(1, state_->options.workers);
  state_->options.workers = workers;
  Binder binder(workers, state_->options.backlog);
  for (net::Fd& fd : state_->options.inherited) binder.adopt(std::move(fd));
  if (state_->options.inherited.empty()) {
    for (const net::Endpoint& wish : state_->options.listen) binder.bind(wish);
  }
  Binder::Bound tls = binder.take();
  state_->endpoints = std::move(tls.endpoints);
  state_->kept.tls = std::move(tls.kept);
  std::vector<Listening> sockets(workers);
  for (std::size_t i = 0; i < workers; ++i) sockets[i].tls = std::move(tls.of_worker[i]);
  for (PlainListener& plain : state_->options.plain) {
    for (net::Fd& fd : plain.inherited) binder.adopt(std::move(fd));
    if (plain.inherited.empty()) binder.bind(plain.endpoint);
    Binder::Bound bound = binder.take();
    state_->plain_endpoints.push_back(bound.endpoints.front());
    state_->kept.plain.push_back(std::move(bound.kept));
    for (std::size_t i = 0; i < workers; ++i) {
      sockets[i].plain.push_back(std::move(bound.of_worker[i]));
    }
  }
  for (std::size_t i = 0; i < workers; ++i) {
    state_->workers.push_back(std::make_unique<Worker>(*state_, i, std::move(sockets[i])));
  }
}

Server::~Server() { state_->workers.clear(); }

void Server::start() {
  for (auto& worker : state_->workers) worker->start();
}

const std::vector<net::Endpoint>& Server::endpoints() const { return state_->endpoints; }
const std::vector<net::Endpoint>& Server::plain_endpoints() const {
  return state_->plain_endpoints;
}

void Server::use(std::shared_ptr<const net::Certificates> certificates) {
  for (auto& worker : state_->workers) {
    worker->post([certificates](Worker& here) { here.use(certificates); });
  }
}

void Server::use(const Tuning& tuning) {
  state_->addresses.use(tuning.per_address);
  for (auto& worker : state_->workers) {
    worker->post([tuning](Worker& here) { here.use(tuning); });
  }
}

void Server::on_workers(std::function<void(App&)> task) {
  for (auto& worker : state_->workers) {
    worker->post([task](Worker& here) { task(here.app()); });
  }
}

Server::Sockets Server::sockets() const {
  const auto numbers = [](const std::vector<net::Fd>& fds) {
    std::vector<int> all;
    for (const net::Fd& fd : fds) all.push_back(fd.get());
    return all;
  };
  Sockets sockets;
  sockets.tls = numbers(state_->kept.tls);
  for (const auto& of_one : state_->kept.plain) sockets.plain.push_back(numbers(of_one));
  return sockets;
}

void Server::drain() {
  state_->kept = {};
  for (auto& worker : state_->workers) {
    worker->post([](Worker& here) { here.drain(); });
  }
}

void Server::cut() {
  for (auto& worker : state_->workers) {
    worker->post([](Worker& here) { here.cut(); });
  }
}

bool Server::wait() {
  for (auto& worker : state_->workers) worker->join();
  return state_->cut == 0;
}

Counters Server::counters() const {
  Counters totals;
  for (const auto& worker : state_->workers) worker->add_to(totals);
  return totals;
}

}  // namespace server
