#include "server/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "server/net/error.h"
#include "server/net/slice.h"

namespace net {
namespace {

using Addresses = Handle<addrinfo, freeaddrinfo>;

Addresses resolve(const Endpoint& endpoint) {
  addrinfo wish{};
  wish.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int problem = getaddrinfo(endpoint.host.empty() ? nullptr : endpoint.host.c_str(),
                                  port.c_str(), &wish, &found);
  if (problem != 0) {
    throw Error("cannot listen on " + endpoint.to_string() + ": " + gai_strerror(problem));
  }
  return Addresses(found);
}

Endpoint endpoint_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  std::uint16_t port = 0;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    port = ntohs(v6.sin6_port);
  }
  return {text, port};
}

Endpoint local_endpoint(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return endpoint_of(bound);
}

Accepted describe(Fd fd, const sockaddr_storage& from) {
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Endpoint peer = endpoint_of(from);
  return {std::move(fd), std::move(peer.host), peer.port};
}

std::string remedy(const Endpoint& endpoint, int error_number) {
  if (error_number == EACCES) {
    return "cannot listen on " + endpoint.to_string() +
           " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
  }
  if (error_number == EADDRINUSE) {
    return "cannot listen on " + endpoint.to_string() +
           " (another program has that port; choose one with --listen)";
  }
  return "cannot listen on " + endpoint.to_string();
}

// SO_REUSEPORT would let two servers of one user share a port, each with half of the clients and
// none the wiser: a socket without it tells.
bool taken(const addrinfo& address) {
  const Fd fd(socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return fd && bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0 && errno == EADDRINUSE;
}

Fd spare_descriptor() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

void require_free(const Endpoint& endpoint) {
  if (endpoint.port == 0) return;
  const Addresses addresses = resolve(endpoint);
  if (taken(*addresses)) throw SystemError(remedy(endpoint, EADDRINUSE), EADDRINUSE);
}

Bound bind_and_listen(const Endpoint& endpoint, int backlog) {
  const Addresses addresses = resolve(endpoint);
  int last_error = EADDRNOTAVAIL;
  for (const addrinfo* at = addresses.get(); at; at = at->ai_next) {
    Fd fd(socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
    if (!fd) {
      last_error = errno;
      continue;
    }
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd.get(), at->ai_addr, at->ai_addrlen) != 0 || listen(fd.get(), backlog) != 0) {
      last_error = errno;
      continue;
    }
    const Endpoint bound = local_endpoint(fd.get());
    return {std::move(fd), {endpoint.host, bound.port}};
  }
  throw SystemError(remedy(endpoint, last_error), last_error);
}

Bound adopt(Fd fd) {
  Endpoint endpoint = local_endpoint(fd.get());
  return {std::move(fd), std::move(endpoint)};
}

Listener::Listener(Loop& loop, Fd fd, std::function<void(Accepted)> accept)
    : fd_(std::move(fd)),
      reserve_(spare_descriptor()),
      accept_(std::move(accept)),
      watch_(loop, fd_.get(), [this](Watch::Ready) { on_ready(); }),
      again_(loop, [this] { resume(); }) {}

void Listener::pause() { watch_.want_read(false); }
void Listener::resume() { watch_.want_read(true); }

// A client that is closed at once tries elsewhere; one that is left in the backlog waits.
void Listener::turn_away() {
  reserve_.reset();
  Fd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
  reserve_ = spare_descriptor();
}

void Listener::on_ready() {
  // Those who are connected already want to be served too.
  for (Slice slice(Slice::standard); !slice.over();) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    Fd fd(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      accept_(describe(std::move(fd), from));
      continue;
    }
    if (errno == ECONNABORTED || errno == EINTR) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (errno == EMFILE || errno == ENFILE) turn_away();
      // The socket stays readable: without a pause the loop would spin.
      pause();
      again_.start(std::chrono::milliseconds(100));
    }
    return;
  }
}

}  // namespace net
