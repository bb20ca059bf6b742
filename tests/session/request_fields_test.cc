#include "server/h2/request_fields.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

// The authority of a request with these fields; none if it is malformed.
std::optional<std::string> authority_of(
    const std::vector<std::pair<std::string_view, std::string_view>>& fields,
    std::string_view scheme = "https") {
  const http::Limits limits;
  http::Request request;
  h2::RequestFields read(request, limits);
  read.field(":method", "GET");
  read.field(":scheme", scheme);
  read.field(":path", "/");
  for (const auto& [name, value] : fields) read.field(name, value);
  if (read.malformed()) return std::nullopt;
  return request.authority;
}

}  // namespace

TEST_CASE("the authority is that of :authority or, without it, of host") {
  CHECK(authority_of({{":authority", "app.test"}}) == "app.test");
  CHECK(authority_of({{"host", "app.test"}}) == "app.test");
  CHECK_FALSE(authority_of({}));
}

TEST_CASE("an empty host is malformed") {
  CHECK_FALSE(authority_of({{":authority", ""}}));
  CHECK_FALSE(authority_of({{"host", ""}}));
  CHECK_FALSE(authority_of({{":authority", "app.test"}, {"host", ""}}));
}

TEST_CASE("a host that is another than :authority is malformed") {
  CHECK_FALSE(authority_of({{":authority", "app.test"}, {"host", "evil.test"}}));
  CHECK_FALSE(authority_of({{":authority", "app.test"}, {"host", "app.test:8443"}}));
  CHECK_FALSE(authority_of({{"host", "app.test"}, {"host", "evil.test"}}));
  CHECK(authority_of({{":authority", "app.test"}, {"host", "App.Test"}}) == "app.test");
  CHECK(authority_of({{":authority", "app.test"}, {"host", "app.test:443"}}) == "app.test");
  CHECK(authority_of({{":authority", "a:80"}, {"host", "a"}}, "http") == "a:80");
}
