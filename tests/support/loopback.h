// A client of this machine's own, for tests that listen.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <utility>

#include "server/net/handle.h"

namespace testing {

// Connected to 127.0.0.1; without a descriptor if it is refused.
inline net::Fd client_of_ipv4(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  return connect(fd.get(), name, sizeof address) == 0 ? std::move(fd) : net::Fd();
}

// The same of [::1].
inline net::Fd client_of_ipv6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  net::Fd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  return connect(fd.get(), name, sizeof address) == 0 ? std::move(fd) : net::Fd();
}

}  // namespace testing
