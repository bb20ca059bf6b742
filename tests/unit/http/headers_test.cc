#include "server/http/headers.h"

#include <catch2/catch.hpp>

using http::Headers;

TEST_CASE("fields keep their order and their repeats") {
  const Headers headers{{"link", "</a>"}, {"vary", "origin"}, {"link", "</b>"}};
  CHECK(headers.size() == 3);
  CHECK(headers[0].value == "</a>");
  CHECK(headers.get("link") == "</a>");
  CHECK(headers.joined("link") == "</a>, </b>");
  CHECK_FALSE(headers.has("etag"));
}

TEST_CASE("set replaces every field of that name and no other") {
  Headers headers{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  headers.set("a", "4");
  CHECK(headers.joined("a") == "4");
  CHECK(headers.joined("b") == "2");
  CHECK(headers.size() == 2);
}

TEST_CASE("an empty value is a field all the same") {
  const Headers headers{{"x", ""}};
  CHECK(headers.get("x") == "");
}

TEST_CASE("trim takes spaces and tabs from both ends only") {
  CHECK(http::trim(" \ta b\t ") == "a b");
  CHECK(http::trim(" \t").empty());
}

TEST_CASE("comparing without case is ASCII only") {
  CHECK(http::equal_ignoring_case("GZip", "gzip"));
  CHECK_FALSE(http::equal_ignoring_case("gzip", "gzi"));
}
