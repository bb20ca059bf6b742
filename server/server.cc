#include "server/server.h"

#include <algorithm>
#include <utility>

#include "server/binder.h"
#include "server/worker.h"

namespace server {

struct Server::State {
  explicit State(Options given) : shared(std::move(given)) {}

  Shared shared;
  std::vector<net::Endpoint> endpoints;
  std::vector<net::Endpoint> plain_endpoints;
  Listening kept;                                // copies, to be handed over
  std::vector<std::unique_ptr<Worker>> workers;  // the threads: destroyed first
};

Server::Server(Options options, std::shared_ptr<const net::Certificates> certificates)
    : state_(std::make_unique<State>(std::move(options))) {
  Shared& shared = state_->shared;
  shared.certificates = std::move(certificates);
  const std::size_t workers = std::max<std::size_t>(1, shared.options.workers);
  shared.options.workers = workers;
  Binder binder(workers, shared.options.backlog);
  for (net::Fd& fd : shared.options.inherited) binder.adopt(std::move(fd));
  if (shared.options.inherited.empty()) {
    for (const net::Endpoint& wish : shared.options.listen) binder.bind(wish);
  }
  Binder::Bound tls = binder.take();
  state_->endpoints = std::move(tls.endpoints);
  state_->kept.tls = std::move(tls.kept);
  std::vector<Listening> sockets(workers);
  for (std::size_t i = 0; i < workers; ++i) sockets[i].tls = std::move(tls.of_worker[i]);
  for (PlainListener& plain : shared.options.plain) {
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
    state_->workers.push_back(std::make_unique<Worker>(shared, i, std::move(sockets[i])));
  }
}

Server::~Server() { state_->workers.clear(); }

void Server::start(AppFactory factory, http::AccessLog* log) {
  state_->shared.factory = std::move(factory);
  state_->shared.log = log;
  for (auto& worker : state_->workers) worker->start();
}

const std::vector<net::Endpoint>& Server::endpoints() const { return state_->endpoints; }
const std::vector<net::Endpoint>& Server::plain_endpoints() const {
  return state_->plain_endpoints;
}

void Server::use(const std::shared_ptr<const net::Certificates>& certificates) {
  for (auto& worker : state_->workers) {
    worker->post([certificates](Worker& here) { here.use(certificates); });
  }
}

void Server::use(const Tuning& tuning) {
  state_->shared.addresses.use(tuning.per_address);
  for (auto& worker : state_->workers) {
    worker->post([tuning](Worker& here) { here.use(tuning); });
  }
}

void Server::on_workers(const std::function<void(App&)>& task) {
  for (auto& worker : state_->workers) {
    worker->post([task](Worker& here) { task(here.app()); });
  }
}

Server::Sockets Server::sockets() const {
  const auto numbers = [](const std::vector<net::Fd>& fds) {
    std::vector<int> all;
    all.reserve(fds.size());
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
  return state_->shared.cut == 0;
}

Counters Server::counters() const {
  Counters totals;
  for (const auto& worker : state_->workers) worker->add_to(totals);
  return totals;
}

}  // namespace server
