#include "compare/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "server/http/headers.h"
#include "server/net/error.h"

namespace lab {
namespace {

constexpr std::string_view scheme = "https://";
constexpr int receive_buffer = 32 * 1024;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw net::Error("\"" + std::string(text) + "\" cannot be compared: " + why);
}

std::uint16_t port_of(std::string_view text, std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool good = error == std::errc() && end == digits.data() + digits.size() && port > 0;
  if (!good) refuse(text, "the port is not a number from 1 to 65535");
  return port;
}

}  // namespace

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

Url Url::parse(std::string_view text) {
  if (!http::equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    refuse(text, "HTTP/2 needs TLS here: give an address that begins with https://");
  }
  std::string_view rest = text.substr(scheme.size());
  rest = rest.substr(0, rest.find('#'));
  const auto path = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, path);
  if (authority.find('@') != std::string_view::npos) refuse(text, "it holds a user's name");
  Url url;
  if (const std::string_view target = rest.substr(path); !target.empty()) {
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  }
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) url.port = port_of(text, authority.substr(colon + 1));
  authority = authority.substr(0, colon);
  if (bracket != std::string_view::npos) authority = authority.substr(1, bracket - 1);
  url.host = http::to_lower(authority);
  if (url.host.empty()) refuse(text, "it names no host");
  return url;
}

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == 443 ? name : name + ":" + std::to_string(port);
}

Address resolve_address(const Url& url) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &wanted, &found);
  if (error != 0) {
    throw net::Error("there is no host " + url.host + ": " + gai_strerror(error));
  }
  const net::Handle<addrinfo, freeaddrinfo> list(found);
  Address address;
  std::copy_n(reinterpret_cast<const char*>(list->ai_addr), list->ai_addrlen,
              reinterpret_cast<char*>(&address.storage));
  address.size = list->ai_addrlen;
  return address;
}

net::Fd begin_connecting(const Address& address) {
  net::Fd fd(socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) throw net::SystemError("cannot make a socket");
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(fd.get(), to, address.size) != 0 && errno != EINPROGRESS) {
    throw net::SystemError("cannot connect");
  }
  return fd;
}

}  // namespace lab
