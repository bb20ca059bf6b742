// Pages and stylesheets damaged at random, always in the same way: nothing crashes, hangs, or gets
// out.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "hints/planner.h"
#include "tests/unit/hints/fake_site.h"

namespace {

constexpr std::string_view whole_page =
    "<!doctype html><html><head><base href=\"/x/../\"><link rel=stylesheet href='a.css?v=1#x'>"
    "<style>@import url( \"b.css\" ) screen;@font-face{font-family:'X Y';src:url(f.woff2)format("
    "\"woff2\")}b{font:bold 1px/2 'X Y'}</style><script type=module src=m.js></script>"
    "<noscript><template><svg><script src=/n.js></script></svg></template></noscript>"
    "<link rel=preload as=image href=i.png media=all></head><body><!-- x --><p>&quot;</body>";
constexpr std::string_view whole_sheet =
    "@import 'b\\63 .css';/* c */@media print{a{b:url(x)}}@font-face{font-family:Z;src:local(a),"
    "url('g.woff2');unicode-range:U+0-FF,U+4??}a::before{content:'\\'}';font-family:Z,\"X Y\"}";

class Damage {
 public:
  std::string done_to(std::string_view text) {
    static constexpr std::string_view bits = "<>\"'\\/*{}()@;:,&%#?\n\r\t\xFF ";
    std::string broken(text);
    for (unsigned count = below(6) + 1; count > 0 && !broken.empty(); --count) {
      const std::size_t at = below(broken.size());
      switch (below(4)) {
        case 0:
          broken.erase(at, below(20));
          break;
        case 1:
          broken.insert(at, 1, bits[below(bits.size())]);
          break;
        case 2:
          broken[at] = bits[below(bits.size())];
          break;
        default:
          broken.insert(at, broken.substr(below(broken.size()), below(40)));
          break;
      }
    }
    return broken;
  }

 private:
  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
  std::mt19937 random_{2026};
};

bool harmless(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
}

}  // namespace

TEST_CASE("no damage to a page or a stylesheet does harm") {
  Damage damage;
  testing::FakeSite site;
  net::Loop loop(net::Loop::Time::manual);
  hints::Planner planner(site, loop, {});
  for (const char* file : {"/b.css", "/bc.css", "/m.js", "/f.woff2", "/g.woff2", "/i.png"}) {
    site.put(file);
  }
  std::size_t told = 0;
  for (int i = 0; i < 2000; ++i) {
    site.put("/a.css", damage.done_to(whole_sheet));
    site.put_page(damage.done_to(whole_page));
    const auto plan = planner.plan("/");
    REQUIRE(plan);
    told += plan->items.size();
    for (const http::Field field : plan->links) {
      REQUIRE(harmless(field.value));
      REQUIRE(std::ranges::count(field.value, '<') == 1);
    }
    REQUIRE(harmless(plan->hinted_targets));
    REQUIRE(harmless(plan->withheld_targets));
  }
  CHECK(told > 4000);
}
