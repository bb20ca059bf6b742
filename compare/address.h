// Addresses of running servers: a URL as people write it, and where it leads.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "server/net/handle.h"

namespace lab {

struct Url {
  std::string host;  // a name or a numeric address, without brackets
  std::uint16_t port = 443;
  std::string target = "/";  // path and query

  // "https://example.com:8443/shop/?a=b". Throws net::Error with the remedy.
  static Url parse(std::string_view text);
  // "example.com", "127.0.0.1:8443", "[::1]:8443": without the default port.
  std::string authority() const;
};

// Whether it looks like a URL rather than a folder.
bool is_url(std::string_view text);

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// The first that the system names. Asks the resolver, so it may block. Throws net::Error.
Address resolve_address(const Url& url);

// A non-blocking socket that is being connected; its receive buffer is small, so that what has not
// crossed the link waits at the server, where priorities and resets still count. Throws net::Error.
net::Fd begin_connecting(const Address& address);

}  // namespace lab
