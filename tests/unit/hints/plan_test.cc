#include "hints/plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

using namespace hints;

namespace {

Item item(std::string target, As as = As::style) {
  Item made;
  made.target = std::move(target);
  made.as = as;
  return made;
}

}  // namespace

TEST_CASE("a link says how the page itself would fetch the asset") {
  CHECK(link_value(item("/a.css")) == "</a.css>; rel=preload; as=style");

  Item font = item("/a.woff2", As::font);
  font.cors = Cors::anonymous;
  font.type = "font/woff2";
  CHECK(link_value(font) == "</a.woff2>; rel=preload; as=font; crossorigin; type=\"font/woff2\"");

  Item module = item("/a.js?v=1", As::script);
  module.rel = Rel::modulepreload;
  module.cors = Cors::credentials;
  module.integrity = "sha256-AbC+/= sha512-x";
  module.fetch_priority = "high";
  CHECK(link_value(module) ==
        "</a.js?v=1>; rel=modulepreload; as=script; crossorigin=use-credentials; "
        "integrity=\"sha256-AbC+/= sha512-x\"; fetchpriority=high");
}

TEST_CASE("nothing in an item can make a second link or a second field") {
  const std::string evil = GENERATE(values<std::string>({
      "/a>; rel=preconnect, <https://evil",
      "/a\r\nset-cookie: x=1",
      "/a\"; rel=\"stylesheet",
      std::string("/a\0b", 4),
      "/a\x7F\xFF",
      "/<<>>\"",
  }));
  Item made = item(evil);
  made.type = evil;
  made.integrity = evil;
  made.fetch_priority = evil;
  const std::string value = link_value(made);
  CAPTURE(value);
  CHECK(value.ends_with(">; rel=preload; as=style"));
  CHECK(std::ranges::count(value, '<') == 1);
  CHECK(std::ranges::count(value, '>') == 1);
  CHECK(std::ranges::count(value, '"') == 0);
  CHECK(std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; }));
}

TEST_CASE("links over the limit are withheld, and shorter ones behind them still fit") {
  const Plan plan =
      make_plan({item("/a.css"), item("/" + std::string(100, 'b')), item("/c.css")}, {}, 80);
  CHECK(plan.links.size() == 2);
  CHECK(plan.hinted_targets == "/a.css /c.css");
  REQUIRE(plan.withheld.size() == 1);
  CHECK(plan.withheld[0].reason == Reason::size);
}

TEST_CASE("a long list is cut and says so") {
  CHECK(listed({"/a", "/b", "/c"}, " ", 100) == "/a /b /c");
  CHECK(listed({"/a", "/b", "/c"}, " ", 5) == "/a /b +1 more");
  CHECK(listed({}, " ", 5).empty());
}
