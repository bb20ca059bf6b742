#include "static/path_pattern.h"

#include <catch2/catch.hpp>

using assets::Captures;
using assets::PathPattern;

namespace {

std::optional<Captures> match(std::string_view pattern, std::string_view path,
                              std::string_view host = "app.test") {
  const auto parsed = PathPattern::parse(pattern);
  REQUIRE(std::holds_alternative<PathPattern>(parsed));
  return std::get<PathPattern>(parsed).match(host, path);
}

std::string filled(std::string_view pattern, std::string_view path, std::string_view text) {
  const auto captures = match(pattern, path);
  REQUIRE(captures);
  return captures->expand(text, [](std::string_view value) { return std::string(value); })
      .value_or("too long");
}

}  // namespace

TEST_CASE("a path without wildcards is itself and no other") {
  CHECK(match("/docs/a.html", "/docs/a.html"));
  CHECK_FALSE(match("/docs/a.html", "/docs/a.htm"));
  CHECK_FALSE(match("/docs", "/docs/"));
  CHECK_FALSE(match("/docs", "/Docs"));
}

TEST_CASE("a splat takes anything, a placeholder one segment") {
  CHECK(match("/*", "/"));
  CHECK(match("/docs/*", "/docs/a/b.html"));
  CHECK_FALSE(match("/docs/*", "/docs"));
  CHECK(match("/*.svg", "/icons/a.svg"));
  CHECK_FALSE(match("/*.svg", "/icons/a.svg/b"));
  CHECK(match("/:year/:slug", "/2026/hints"));
  CHECK_FALSE(match("/:year/:slug", "/2026/"));
  CHECK_FALSE(match("/:year/:slug", "/2026/a/b"));
  CHECK(match("/movies/:title.html", "/movies/a.b.html"));
  CHECK(match("/a/*/z/:name", "/a/1/z/2/z/3"));
}

TEST_CASE("what wildcards stood for can be told again") {
  CHECK(filled("/news/:year/*", "/news/2026/a/b", "/blog/:splat?y=:year") == "/blog/a/b?y=2026");
  CHECK(filled("/news/:year", "/news/2026", "at 12:30, :years :year:year") ==
        "at 12:30, :years 20262026");
  CHECK(filled("/:a/x/:a", "/1/x/2", ":a") == "1");
}

TEST_CASE("what would be longer than any client takes is not told") {
  const std::string half(Captures::longest / 2, 'h');
  CHECK(filled("/*", "/" + half, ":splat:splat").size() == Captures::longest);
  CHECK(filled("/*", "/" + half, ":splat:splat.") == "too long");
  CHECK(filled("/*", "/" + half, ":splat:splat:splat") == "too long");
}

TEST_CASE("a pattern may name a host, with placeholders") {
  CHECK(match("https://app.test/*", "/a"));
  CHECK(match("https://APP.test", "/"));
  CHECK_FALSE(match("https://other.test/*", "/a"));
  CHECK(match("https://:project.test/*", "/a"));
  CHECK_FALSE(match("https://:project.test/*", "/a", "a.b.test"));
}

TEST_CASE("what is no pattern is told") {
  for (const auto* text : {"docs", "", "https://app.test:8443/", "https:///x", "/a?b", "/a#b"}) {
    INFO(text);
    CHECK(std::holds_alternative<std::string>(PathPattern::parse(text)));
  }
}

TEST_CASE("a hostile path does not make a pattern slow") {
  const std::string path = "/" + std::string(4000, 'a');
  std::string pattern = "/";
  for (int i = 0; i < 60; ++i) pattern += "*a:b";
  CHECK_FALSE(match(pattern + "/c", path));
}
