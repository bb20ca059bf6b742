#include "server/binder.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "server/net/error.h"
#include "server/net/listener.h"

namespace server {
namespace {

net::Fd copy_of(const net::Fd& fd) {
  net::Fd copy(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) throw net::SystemError("cannot share a listening socket");
  return copy;
}

}  // namespace

void Binder::bind(net::Endpoint endpoint) {
  net::require_free(endpoint);
  for (std::size_t i = 0; i < workers_; ++i) {
    net::Bound bound = net::bind_and_listen(endpoint, backlog_);
    endpoint = bound.endpoint;  // the others share the port that the first was given
    sockets_.push_back(std::move(bound.fd));
  }
  endpoints_.push_back(std::move(endpoint));
}

void Binder::adopt(net::Fd fd) {
  net::Bound bound = net::adopt(std::move(fd));
  const bool known = std::ranges::any_of(endpoints_, [&](const net::Endpoint& endpoint) {
    return endpoint.host == bound.endpoint.host && endpoint.port == bound.endpoint.port;
  });
  if (!known) endpoints_.push_back(std::move(bound.endpoint));
  sockets_.push_back(std::move(bound.fd));
}

Binder::Bound Binder::take() {
  Bound bound{std::exchange(endpoints_, {}), std::vector<std::vector<net::Fd>>(workers_), {}};
  std::vector<net::Fd> sockets = std::exchange(sockets_, {});
  const std::size_t turns = std::max(workers_, sockets.size());
  for (std::size_t i = 0; i < turns && !sockets.empty(); ++i) {
    bound.of_worker[i % workers_].push_back(copy_of(sockets[i % sockets.size()]));
  }
  bound.kept = std::move(sockets);
  return bound;
}

}  // namespace server
