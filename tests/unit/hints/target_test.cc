#include "hints/target.h"

#include <catch2/catch.hpp>
#include <string>

using hints::Place;
using hints::resolve;

namespace {

std::string led(std::string_view base, std::string_view reference) {
  const hints::Resolved resolved = resolve(base, reference, {"https://app.test"});
  if (resolved.place == Place::elsewhere) return "elsewhere";
  if (resolved.place == Place::nowhere) return "nowhere";
  return resolved.target;
}

}  // namespace

TEST_CASE("a reference leads where a browser would go") {
  struct Case {
    std::string_view base, reference, target;
  };
  const auto [base, reference, target] = GENERATE(values<Case>({
      {"/", "a.css", "/a.css"},
      {"/docs/", "a.css", "/docs/a.css"},
      {"/docs/page", "a.css", "/docs/a.css"},
      {"/docs/page?x=/y/", "a.css", "/docs/a.css"},
      {"/docs/page", "?q=1", "/docs/page?q=1"},
      {"/docs/page", "/a.css", "/a.css"},
      {"/a/b/c/d", "../../g", "/a/g"},
      {"/a/b/c/d", "../../../../g", "/g"},
      {"/a/b/c/d", "./g/.", "/a/b/c/g/"},
      {"/a/b/c/d", "g/..", "/a/b/c/"},
      {"/a/b/c/d", "%2e%2E/g", "/a/b/g"},
      {"/a/b/c/d", "g;x=1/../y", "/a/b/c/y"},
      {"/a/b/c/d", "...", "/a/b/c/..."},
      {"/", "a.css#top", "/a.css"},
      {"/", " \n/a\t.css ", "/a.css"},
      {"/", "a b\".css", "/a%20b%22.css"},
      {"/", "\xC3\xA9.css", "/%C3%A9.css"},
      {"/", "a%20b.css?v=\"1\"", "/a%20b.css?v=%221%22"},
      {"/", "a>b,c;d.css", "/a%3Eb,c;d.css"},
      {"/", "\\dir\\a.css", "/dir/a.css"},
      {"/", "https://app.test/a.css", "/a.css"},
      {"/", "HTTPS://App.test?x", "/?x"},
      {"/", "//app.test/a.css", "/a.css"},
      {"/", "//app.test.evil/a.css", "elsewhere"},
      {"/", "\\\\evil/a.css", "elsewhere"},
      {"/", "https://cdn.test/a.css", "elsewhere"},
      {"/", "http://app.test/a.css", "elsewhere"},
      {"/", "/.//evil/a.css", "elsewhere"},
      {"", "a.css", "elsewhere"},
      {"/", "data:text/css,a{}", "nowhere"},
      {"/", "blob:https://app.test/1", "nowhere"},
      {"/", "#top", "nowhere"},
      {"/", "", "nowhere"},
  }));
  CAPTURE(base, reference);
  CHECK(led(base, reference) == target);
}

TEST_CASE("a name tells assets from pages") {
  CHECK(hints::names_asset("/a/b.css?x"));
  CHECK(hints::names_asset("/A.PNG"));
  CHECK_FALSE(hints::names_asset("/a.css/"));
  CHECK_FALSE(hints::names_asset("/index.html"));
  CHECK_FALSE(hints::names_asset("/users/john.doe"));
  CHECK_FALSE(hints::names_asset("/"));
}
