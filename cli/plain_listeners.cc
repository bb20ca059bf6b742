#include "cli/plain_listeners.h"

#include <utility>

#include "cli/parts.h"
#include "cli/worker_app.h"

namespace cli {
namespace {

http::Handler& redirect(server::App& app) { return static_cast<WorkerApp&>(app).redirect(); }
http::Handler& operations(server::App& app) { return static_cast<WorkerApp&>(app).operations(); }

server::PlainListener plain_listener(const std::string& address, std::vector<net::Fd> given) {
  server::PlainListener listener;
  if (given.empty()) listener.endpoint = plain_endpoint(address);
  listener.inherited = std::move(given);
  return listener;
}

}  // namespace

PlainListeners plain_of(const Config::Serve& serve, const Inheritance& given) {
  return {.redirect = !serve.redirect.empty() || !given.redirect.empty(),
          .metrics = !serve.metrics.empty() || !given.metrics.empty()};
}

std::vector<server::PlainListener> plain_listeners(const Config::Serve& serve, PlainListeners plain,
                                                   Inheritance& given) {
  std::vector<server::PlainListener> all;
  if (plain.redirect) {
    all.push_back(plain_listener(serve.redirect, std::move(given.redirect)));
    all.back().root = redirect;
  }
  if (plain.metrics) {
    all.push_back(plain_listener(serve.metrics, std::move(given.metrics)));
    all.back().root = operations;
    all.back().callers = server::Callers::machines;
  }
  return all;
}

}  // namespace cli
