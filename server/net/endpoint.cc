#include "server/net/endpoint.h"

#include <charconv>

#include "server/net/error.h"

namespace net {

Endpoint Endpoint::parse(std::string_view text) {
  const auto fail = [&](const char* why) {
    return Error("\"" + std::string(text) + "\" is no address to listen on: " + why +
                 "; write HOST:PORT, such as 127.0.0.1:8443, [::1]:8443 or :8443");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) throw fail("the port is missing");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) throw fail("the bracket is not closed");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    throw fail("an IPv6 address needs brackets");
  }
  if (host == "*") host = {};
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (problem != std::errc() || end != digits.data() + digits.size()) {
    throw fail("the port is not a number from 0 to 65535");
  }
  return {std::string(host), port};
}

std::string Endpoint::to_string() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

}  // namespace net
