#include "server/http/link.h"

#include <catch2/catch.hpp>

using http::parse_link;
using http::split_links;

TEST_CASE("the links of a field are parted at its own commas only") {
  CHECK(split_links("</a.css>; rel=preload, </b,c.js>; title=\"x, y\" , ,") ==
        std::vector<std::string_view>{"</a.css>; rel=preload", "</b,c.js>; title=\"x, y\""});
  CHECK(split_links("").empty());
  CHECK(split_links("</a>; title=\"never closed, </b>").size() == 1);
}

TEST_CASE("a link is taken apart") {
  const auto link = parse_link(
      " </a.css> ; REL=\"Preload  nopush\"; as=style;crossorigin; x=\"a\\\"b;c\"; as=font");
  REQUIRE(link);
  CHECK(link->target == "/a.css");
  CHECK(link->has_relation("preload"));
  CHECK(link->has_relation("nopush"));
  CHECK_FALSE(link->has_relation("load"));
  CHECK(link->get("as") == "style");
  CHECK(link->get("crossorigin") == "");
  CHECK(link->get("x") == "a\"b;c");
  CHECK_FALSE(link->get("type"));
}

TEST_CASE("what is no link is none") {
  CHECK_FALSE(parse_link("/a.css; rel=preload"));
  CHECK_FALSE(parse_link("</a.css"));
  CHECK_FALSE(parse_link(""));
  REQUIRE(parse_link("<>;;=;"));
}
