#include "hints/planner.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/hints/fake_site.h"

using namespace hints;
using namespace std::chrono_literals;
using testing::FakeSite;

namespace {

struct Planning {
  FakeSite site;
  net::Loop loop{net::Loop::Time::manual};
  Planner::Options options;

  std::string told(Planner& planner, std::string_view path) {
    const auto plan = planner.plan(path);
    if (!plan) return "none";
    return plan->hinted_targets + "|" + plan->withheld_targets;
  }
};

std::string numbered(int i) { return std::string(1, '/').append(std::to_string(i)); }

std::vector<Item> items(std::initializer_list<const char*> targets) {
  std::vector<Item> made;
  for (const char* target : targets) made.push_back(configured_item(target).value());
  return made;
}

}  // namespace

TEST_CASE("an asset that would be fetched twice or in vain is withheld") {
  struct Case {
    std::string_view cache_control;
    bool last_modified;
    std::string_view expected;
  };
  const auto [cache_control, last_modified, expected] = GENERATE(values<Case>({
      {"max-age=60", false, "/a.css|"},
      {"public, max-age=31536000, immutable", false, "/a.css|"},
      {"", true, "/a.css|"},
      {"private", true, "/a.css|"},
      {"immutable", false, "/a.css|"},
      {"", false, "|/a.css: not fresh in the cache"},
      {"max-age=0", true, "|/a.css: not fresh in the cache"},
      {"max-age=0, must-revalidate", true, "|/a.css: not fresh in the cache"},
      {"No-Cache", true, "|/a.css: not fresh in the cache"},
      {"max-age=60,no-store", true, "|/a.css: no-store"},
  }));
  CAPTURE(cache_control);
  Planning with;
  with.site.put_page("<link rel=stylesheet href=/a.css>");
  with.site.put("/a.css");
  with.site.info("/a.css").cache_control = cache_control;
  with.site.info("/a.css").last_modified = last_modified;
  Planner planner(with.site, with.loop, with.options);
  CHECK(with.told(planner, "/") == expected);
}

TEST_CASE("missing assets and those of another kind are withheld") {
  Planning with;
  with.site.put_page("<link rel=stylesheet href=/a.css><script src=/b.css></script>");
  with.site.put("/b.css");
  Planner planner(with.site, with.loop, with.options);
  CHECK(with.told(planner, "/") == "|/a.css: missing; /b.css: wrong as");
}

TEST_CASE("the configuration goes before the page, and each asset is told once") {
  Planning with;
  with.site.put_page("<link rel=stylesheet href=/a.css><script src=/b.js></script>");
  for (const char* file : {"/a.css", "/b.js", "/c.png"}) with.site.put(file);
  with.options.build.configured = {{"/", items({"/c.png", "/b.js"})},
                                   {"/i*.html", items({"/b.js"})}};
  Planner planner(with.site, with.loop, with.options);
  CHECK(with.told(planner, "/") == "/c.png /b.js /a.css|");
  CHECK(with.told(planner, "/index.html") == "/b.js /a.css|");
}

TEST_CASE("a page of the app server has what is configured, if the assets can be trusted") {
  Planning with;
  with.options.build.configured = {{"/app/**", items({"/a.css"})}};
  Planner strict(with.site, with.loop, with.options);
  CHECK(with.told(strict, "/app/1") == "|/a.css: missing");
  CHECK(with.told(strict, "/other") == "none");
  with.options.build.unknown = PlanBuilder::Unknown::trust;
  Planner trusting(with.site, with.loop, with.options);
  CHECK(with.told(trusting, "/app/1") == "/a.css|");
  CHECK(with.told(trusting, "/app/2") == "/a.css|");
  CHECK(trusting.plans() == 1);
}

TEST_CASE("a plan is made once and shared until the page changes") {
  Planning with;
  with.site.put_page("<script src=/a.js></script>");
  with.site.put("/a.js");
  with.site.put("/b.js");
  Planner planner(with.site, with.loop, with.options);
  const auto first = planner.plan("/");
  with.site.read = 0;
  with.site.asked = 0;
  CHECK(planner.plan("/") == first);
  CHECK(planner.plan("/index.html") == first);
  CHECK(with.site.read == 0);
  CHECK(with.site.asked == 0);

  with.site.put_page("<script src=/b.js></script>");
  CHECK(with.told(planner, "/") == "/b.js|");
  CHECK(planner.plans() == 1);
}

TEST_CASE("a plan is made anew when a stylesheet or an asset of it changes") {
  Planning with;
  with.site.put_page("<link rel=stylesheet href=/a.css>");
  with.site.put("/a.css", "");
  with.site.put("/b.css", "");
  Planner planner(with.site, with.loop, with.options);
  CHECK(with.told(planner, "/") == "/a.css|");
  with.site.put("/a.css", "@import 'b.css';@import 'c.css';");
  CHECK(with.told(planner, "/") == "/a.css|");
  with.loop.advance(1s);
  CHECK(with.told(planner, "/") == "/a.css /b.css|/c.css: missing");
  with.site.put("/c.css");
  with.loop.advance(1s);
  CHECK(with.told(planner, "/") == "/a.css /b.css /c.css|");
  with.site.files.erase("/a.css");
  with.loop.advance(1s);
  CHECK(with.told(planner, "/") == "|/a.css: missing");
}

TEST_CASE("a single-page app has one plan, unless its addresses are relative") {
  Planning with;
  with.site.single_page = true;
  with.site.put("/a.js");
  with.site.put("/x/a.js");
  with.site.put_page("<script src=/a.js></script>");
  Planner planner(with.site, with.loop, with.options);
  CHECK(planner.plan("/x/1") == planner.plan("/y/2"));
  CHECK(planner.plans() == 1);

  with.site.put_page("<script src=a.js></script>");
  CHECK(with.told(planner, "/1") == "/a.js|");
  CHECK(with.told(planner, "/x/1") == "/x/a.js|");
  CHECK(with.told(planner, "/x/2") == "/x/a.js|");
  CHECK(with.told(planner, "/2") == "/a.js|");
  CHECK(planner.plans() == 2);
}

TEST_CASE("a relative Link leads somewhere else from each directory") {
  Planning with;
  with.site.single_page = true;
  with.site.put_page("nothing of its own");
  for (const char* path : {"/1", "/x/1", "/x/2"}) {
    with.site.said[path] = {{"<a.css>; rel=preload; as=style", 2}};
  }
  with.site.put("/a.css");
  Planner planner(with.site, with.loop, with.options);
  CHECK(with.told(planner, "/1") == "/a.css|");
  CHECK(with.told(planner, "/x/1") == "|/x/a.css: missing");
  with.site.put("/x/a.css");
  with.loop.advance(1s);
  CHECK(with.told(planner, "/x/2") == "/x/a.css|");
  CHECK(with.told(planner, "/1") == "/a.css|");
  CHECK(planner.plans() == 2);
}

TEST_CASE("plans are bounded in number and bytes, and the longest unused goes first") {
  Planning with;
  for (const char* page : {"/1.html", "/2.html", "/3.html"}) {
    with.site.put(page, "<script src=/a.js></script>");
  }
  with.site.put("/a.js");
  with.options.plans = 2;
  Planner planner(with.site, with.loop, with.options);
  const auto first = planner.plan("/1.html");
  (void)planner.plan("/2.html");
  CHECK(planner.plan("/1.html") == first);
  (void)planner.plan("/3.html");
  CHECK(planner.plans() == 2);
  CHECK(planner.plan("/1.html") == first);

  with.options.plans = 1000;
  with.options.bytes = planner.bytes();
  with.site.single_page = true;
  with.site.put_page("<script src=a.js></script>");
  Planner small(with.site, with.loop, with.options);
  for (int i = 0; i < 100; ++i) (void)small.plan(numbered(i) + "/");
  CHECK(small.plans() >= 1);
  CHECK(small.bytes() <= with.options.bytes);
}

TEST_CASE("a path that is no page has no plan and costs no memory") {
  Planning with;
  Planner planner(with.site, with.loop, with.options);
  CHECK(planner.plan("/nothing") == nullptr);
  CHECK(planner.plans() == 0);
}

TEST_CASE("the links of a page stay within their size") {
  Planning with;
  std::string html;
  for (int i = 0; i < 100; ++i) {
    const std::string name = numbered(i) + ".js";
    html += "<script src=" + name + "></script>";
    with.site.put(name);
  }
  with.site.put_page(html);
  Planner planner(with.site, with.loop, with.options);
  const auto plan = planner.plan("/");
  std::size_t bytes = 0;
  for (const http::Field field : plan->links) bytes += field.value.size();
  CHECK(bytes <= 1024);
  CHECK(bytes > 900);
  CHECK(plan->items.size() + plan->withheld.size() == 100);
  CHECK(plan->withheld[0].reason == Reason::size);
}
