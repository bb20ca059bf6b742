#include "hints/configured_source.h"

#include <catch2/catch.hpp>
#include <string>

using namespace hints;

TEST_CASE("a glob names pages") {
  struct Case {
    std::string_view pattern, path;
    bool expected;
  };
  const auto [pattern, path, expected] = GENERATE(values<Case>({
      {"/", "/", true},
      {"/", "/a", false},
      {"/docs/*", "/docs/a", true},
      {"/docs/*", "/docs/", true},
      {"/docs/*", "/docs/a/b", false},
      {"/docs/**", "/docs/a/b", true},
      {"**", "/anything/at/all", true},
      {"/*/edit", "/a/edit", true},
      {"/*/edit", "/a/b/edit", false},
      {"/**/edit", "/a/b/edit", true},
      {"/**/*.html", "/a/b/c.html", true},
      {"/**/*.html", "/a/b/c.htm", false},
      {"/a*b*c", "/axbxbxc", true},
      {"/a*b*c", "/axbx/c", false},
      {"/**a*b", "/a/b/ab", true},
      {"", "/", false},
  }));
  CAPTURE(pattern, path);
  CHECK(glob_matches(pattern, path) == expected);
}

TEST_CASE("a hostile path does not make a glob slow") {
  const std::string path = "/" + std::string(8000, 'a');
  CHECK_FALSE(glob_matches("/**a*a*a*a**a*a*a*a**a*b", path));
}

TEST_CASE("a configured asset is fetched as its extension says") {
  const auto font = configured_item("/f.woff2");
  REQUIRE(font);
  CHECK(link_value(*font) == "</f.woff2>; rel=preload; as=font; crossorigin; type=\"font/woff2\"");
  CHECK(link_value(*configured_item("/m.mjs")) ==
        "</m.mjs>; rel=modulepreload; as=script; crossorigin");
  CHECK(link_value(*configured_item("/a b.css?v=1")) == "</a%20b.css?v=1>; rel=preload; as=style");
  CHECK_FALSE(configured_item("a.css"));
  CHECK_FALSE(configured_item("https://cdn.test/a.css"));
  CHECK_FALSE(configured_item("/readme"));
}
