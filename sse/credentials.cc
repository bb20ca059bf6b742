#include "sse/credentials.h"

#include "server/http/query.h"

namespace sse {
namespace {

// Of Mercure 1.0, and of 0.x.
constexpr std::string_view cookies[] = {"__Secure-mercure_access_token", "mercureAuthorization"};

std::optional<std::string_view> bearer_token(std::string_view field) {
  if (!http::equal_ignoring_case(field.substr(0, 7), "bearer ")) return std::nullopt;
  return http::trim(field.substr(7));
}

}  // namespace

std::optional<std::string_view> cookie(const http::Request& request, std::string_view name) {
  for (const http::Field field : request.fields) {
    if (field.name != "cookie") continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const std::string_view pair = http::trim(rest.substr(0, end));
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
      if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
      std::string_view value = pair.substr(name.size() + 1);
      if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
  }
  return std::nullopt;
}

std::optional<Credentials> credentials_of(const http::Request& request) {
  using Place = Credentials::Place;
  if (const auto field = request.fields.get("authorization")) {
    const auto token = bearer_token(*field);
    if (!token) return std::nullopt;
    return Credentials{std::string(*token), Place::field};
  }
  // Most requests have neither: the query is not decoded for nothing.
  if (request.query().find(query_token) != std::string_view::npos) {
    const http::Query query(request.query());
    if (const auto token = query.get(query_token))
      return Credentials{std::string(*token), Place::query};
  }
  for (const std::string_view name : cookies) {
    const auto token = cookie(request, name);
    if (token && !token->empty()) return Credentials{std::string(*token), Place::cookie};
  }
  return std::nullopt;
}

}  // namespace sse
