// Where a request carries its token: the Authorization field, the query (Mercure 0.x), or a cookie,
// as a browser's EventSource can set no field. The first of these that is there counts alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace sse {

// The parameter of the query.
inline constexpr std::string_view query_token = "authorization";

struct Credentials {
  enum class Place : std::uint8_t { field, query, cookie };
  std::string token;
  Place place = Place::field;
};

// None if there is no token, or none of the scheme "Bearer" (RFC 6750 section 2.1).
std::optional<Credentials> credentials_of(const http::Request& request);

// The value of a cookie (RFC 6265 section 4.2.1), without quotes.
std::optional<std::string_view> cookie(const http::Request& request, std::string_view name);

}  // namespace sse
