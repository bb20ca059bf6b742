#include "sse/redis_address.h"

#include <charconv>
#include <optional>

#include "server/http/query.h"
#include "server/net/error.h"

namespace sse {
namespace {

constexpr std::string_view over_tcp = "redis://";
constexpr std::string_view over_socket = "unix://";

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end()) return std::nullopt;
  return value;
}

[[noreturn]] void fail(std::string_view what) {
  throw net::Error("the store's address " + std::string(what) +
                   ": write redis://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]][/DATABASE] or "
                   "unix://[USER:PASSWORD@]/PATH[?db=DATABASE]");
}

// Takes "USER:PASSWORD@" off the front of `rest`.
void take_credentials(std::string_view& rest, RedisAddress& address) {
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return;
  const std::string_view given = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const auto colon = given.find(':');
  if (colon == std::string_view::npos) fail("has a user without a password");
  const auto user = http::percent_decode(given.substr(0, colon));
  const auto password = http::percent_decode(given.substr(colon + 1));
  if (!user || !password) fail("has a % in its user or password that is not written as %25");
  address.user = *user;
  address.password = *password;
}

RedisAddress::Place read_place(std::string_view text) {
  RedisAddress::Place place;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && !text.ends_with(']')) {
    const auto port = number<std::uint16_t>(text.substr(colon + 1));
    if (!port || *port == 0) fail("has a port that is not a number from 1 to 65535");
    place.port = *port;
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.empty()) fail("has no host");
  place.host = text;
  return place;
}

void read_hosts(std::string_view rest, RedisAddress& address) {
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    const auto database = number<std::uint32_t>(rest.substr(slash + 1));
    if (!database) fail("has a database that is not a number");
    address.database = *database;
  }
  rest = rest.substr(0, slash);
  for (;;) {
    const auto comma = rest.find(',');
    address.places.push_back(read_place(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

void read_path(std::string_view rest, RedisAddress& address) {
  constexpr std::string_view parameter = "?db=";
  const auto question = rest.find('?');
  if (question != std::string_view::npos) {
    const std::string_view query = rest.substr(question);
    const auto database = query.starts_with(parameter)
                              ? number<std::uint32_t>(query.substr(parameter.size()))
                              : std::nullopt;
    if (!database) fail("has a parameter that is not ?db=NUMBER");
    address.database = *database;
    rest = rest.substr(0, question);
  }
  if (!rest.starts_with('/')) fail("has no path of a socket");
  address.places.push_back({.host = {}, .path = std::string(rest)});
}

}  // namespace

bool RedisAddress::looks_like(std::string_view url) {
  return url.starts_with(over_tcp) || url.starts_with(over_socket);
}

RedisAddress RedisAddress::parse(std::string_view url) {
  RedisAddress address;
  const bool socket = url.starts_with(over_socket);
  if (!socket && !url.starts_with(over_tcp)) fail("begins with neither redis:// nor unix://");
  std::string_view rest = url.substr(socket ? over_socket.size() : over_tcp.size());
  take_credentials(rest, address);
  socket ? read_path(rest, address) : read_hosts(rest, address);
  return address;
}

std::string RedisAddress::Place::print() const {
  if (host.empty()) return path;
  const std::string name = host.find(':') == host.npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

}  // namespace sse
