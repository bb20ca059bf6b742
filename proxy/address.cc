#include "proxy/address.h"

#include <algorithm>
#include <charconv>

#include "server/net/error.h"

namespace proxy {
namespace {

constexpr std::size_t longest_socket = 107;  // bytes in sun_path, without its NUL

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    const std::string_view address = text.substr(1, close - 1);
    if (address.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
      return false;
    }
    if (address.empty()) return false;
    const std::string_view port = text.substr(close + 1);
    return port.empty() || (port.starts_with(':') && is_port(port.substr(1)));
  }
  const auto colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (host.empty() || !std::ranges::all_of(host, host_character)) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

}  // namespace

Address Address::parse(std::string_view text) {
  const auto wrong = [&] {
    return net::Error("an app server is " + std::string(expected) + ", not \"" + std::string(text) +
                      "\"");
  };
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (!path.starts_with('/') || path.size() > longest_socket) throw wrong();
    return {std::string(text), "http://localhost", "localhost", std::string(path)};
  }
  const auto mark = text.find("://");
  const std::string_view scheme = text.substr(0, mark);
  if (mark == std::string_view::npos || (scheme != "http" && scheme != "https")) throw wrong();
  std::string_view authority = text.substr(mark + 3);
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (!is_authority(authority)) throw wrong();
  return {std::string(text), std::string(scheme).append("://").append(authority),
          std::string(authority), ""};
}

}  // namespace proxy
