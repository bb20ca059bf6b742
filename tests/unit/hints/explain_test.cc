#include "hints/explain.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/fake_exchange.h"
#include "tests/unit/hints/fake_site.h"

using testing::FakeExchange;
using testing::FakeSite;
using testing::get;

TEST_CASE("a plan is explained to programs and to people") {
  FakeSite site;
  net::Loop loop(net::Loop::Time::manual);
  hints::Planner planner(site, loop, {});
  hints::ExplainHandler explain(planner);
  site.put_page("<link rel=stylesheet href=/a.css>\n<script src=/no.js></script>");
  site.put("/a.css");
  FakeExchange fake;

  SECTION("as JSON") {
    explain.handle(get("/.herald/explain?page=%2F"), fake.exchange());
    CHECK(fake.field("content-type") == "application/json");
    CHECK(fake.read() ==
          "{\"items\":[{\"target\":\"/a.css\",\"as\":\"style\",\"link\":\"</a.css>; rel=preload; "
          "as=style\",\"push\":true,\"source\":\"html\",\"file\":\"/index.html\",\"line\":1}],"
          "\"withheld\":[{\"target\":\"/no.js\",\"reason\":\"missing\",\"source\":\"html\","
          "\"file\":\"/index.html\",\"line\":2}]}\n");
  }
  SECTION("as text") {
    explain.handle(get("/.herald/explain?format=text"), fake.exchange());
    CHECK(fake.read() ==
          "told      </a.css>; rel=preload; as=style  (or pushed; /index.html:1)\n"
          "withheld  /no.js: missing  (/index.html:2)\n");
  }
  SECTION("no such page") {
    explain.handle(get("/.herald/explain?page=/gone"), fake.exchange());
    CHECK(fake.status() == 404);
  }
  SECTION("not a path") {
    explain.handle(get("/.herald/explain?page=gone"), fake.exchange());
    CHECK(fake.status() == 400);
  }
  SECTION("another method") {
    http::Request post = get("/.herald/explain");
    post.method = "POST";
    explain.handle(post, fake.exchange());
    CHECK(fake.status() == 405);
  }
}
