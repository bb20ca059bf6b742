#include "server/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

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

// A socket for both versions of IP has clients of IPv4 at addresses that are mapped into IPv6.
Endpoint endpoint_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  std::uint16_t port = 0;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    const auto* bytes = v6.sin6_addr.s6_addr;
    inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? bytes + 12 : bytes, text, sizeof text);
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

// As they are to be tried. Without a host IPv6 comes first: its socket takes IPv4 as well.
std::vector<const addrinfo*> in_order(const Addresses& addresses, const Endpoint& endpoint) {
  std::vector<const addrinfo*> all;
  for (const addrinfo* at = addresses.get(); at; at = at->ai_next) all.push_back(at);
  if (endpoint.host.empty()) {
    std::ranges::stable_partition(all, [](auto* at) { return at->ai_family == AF_INET6; });
  }
  return all;
}

enum class Sharing { none, with_workers };

struct Attempt {
  Fd fd;
  int problem = EADDRNOTAVAIL;  // errno, if there is no descriptor
};

Attempt bind_one(const addrinfo& address, const Endpoint& endpoint, Sharing sharing) {
  Fd fd(socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
               address.ai_protocol));
  if (!fd) return {{}, errno};
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (sharing == Sharing::with_workers) {
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.ai_addr);
  if (address.ai_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr)) {
    const int alone = endpoint.host.empty() ? 0 : 1;  // [::] leaves IPv4's port to others
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &alone, sizeof alone);
  }
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return {{}, errno};
  return {std::move(fd), 0};
}

// The first address that this machine has. One that it has and that cannot be bound is not passed
// over for another: a part of the clients would find nobody.
Attempt bind_first(const Endpoint& endpoint, Sharing sharing) {
  const Addresses addresses = resolve(endpoint);
  Attempt last;
  for (const addrinfo* address : in_order(addresses, endpoint)) {
    last = bind_one(*address, endpoint, sharing);
    if (last.problem != EAFNOSUPPORT && last.problem != EADDRNOTAVAIL) break;
  }
  return last;
}

Fd spare_descriptor() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

// SO_REUSEPORT would let two servers of one user share a port, each with half of the clients and
// none the wiser: a socket without it tells.
void require_free(const Endpoint& endpoint) {
  if (endpoint.port == 0) return;
  const int problem = bind_first(endpoint, Sharing::none).problem;
  if (problem == EADDRINUSE) throw SystemError(remedy(endpoint, problem), problem);
}

Bound bind_and_listen(const Endpoint& endpoint, int backlog) {
  Attempt attempt = bind_first(endpoint, Sharing::with_workers);
  if (attempt.fd && listen(attempt.fd.get(), backlog) != 0) attempt = {{}, errno};
  if (!attempt.fd) throw SystemError(remedy(endpoint, attempt.problem), attempt.problem);
  const Endpoint bound = local_endpoint(attempt.fd.get());
  return {std::move(attempt.fd), {endpoint.host, bound.port}};
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
      again_(loop, [this] { watch_.want_read(!paused_); }) {}

void Listener::pause() {
  paused_ = true;
  watch_.want_read(false);
}

void Listener::resume() {
  paused_ = false;
  watch_.want_read(!again_.armed());
}

// A client that is closed at once tries elsewhere; one that is left in the backlog waits.
void Listener::turn_away() {
  reserve_.reset();
  Fd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
  reserve_ = spare_descriptor();
}

void Listener::on_ready() {
  // Those who are connected already want to be served too.
  for (Slice slice(Slice::standard); !paused_ && !slice.over();) {
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
      watch_.want_read(false);
      again_.start(std::chrono::milliseconds(100));
    }
    return;
  }
}

}  // namespace net
