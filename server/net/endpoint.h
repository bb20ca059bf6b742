// Endpoint: an address and port to listen on, as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace net {

struct Endpoint {
  // Numeric or a name. Empty: all addresses, of IPv4 and IPv6; "::" is all of IPv6.
  std::string host;
  std::uint16_t port = 0;

  // "127.0.0.1:8443", "[::1]:8443", ":8443", "localhost:0". Throws net::Error with the remedy.
  static Endpoint parse(std::string_view text);
  // "127.0.0.1:8443", "[::1]:8443"
  std::string to_string() const;
  bool operator==(const Endpoint&) const = default;
};

}  // namespace net
