// All sources of a plan together.
#include <catch2/catch.hpp>

#include "hints/planner.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using testing::FakeSite;

namespace {

struct Sources {
  Sources() {
    site.put_page(
        "<script type=module crossorigin src=/assets/main-a1.js></script>\n"
        "<link rel=stylesheet crossorigin href=/assets/main-a1.css>");
    for (const auto* file : {"main-a1.js", "main-a1.css", "vendor-b2.js", "logo-d4.png", "later.js",
                             "used.woff2", "unused.woff2"}) {
      site.put(std::string("/assets/") + file);
    }
    site.put("/assets/main-a1.css",
             "@font-face{font-family:A;src:url(used.woff2)} body{font-family:A}\n"
             "@font-face{font-family:B;src:url(unused.woff2)}");
    site.hide("/.vite/manifest.json", manifest("main-a1.js"));
  }
  static std::string manifest(const std::string& entry) {
    return R"({"index.html": {"isEntry": true, "imports": ["_v"], "dynamicImports": ["l"],
  "css": ["assets/main-a1.css", "assets/elsewhere.css"],
  "assets": ["assets/logo-d4.png", "assets/used.woff2", "assets/unused.woff2", "assets/a.pdf"],
  "file": "assets/)" +
           entry +
           R"("},
  "_v": {"file": "assets/vendor-b2.js"}, "l": {"file": "assets/later.js"}})";
  }
  std::string told(std::string_view path = "/") {
    std::string text;
    const auto plan = planner->plan(path);
    for (const Item& item : plan->items) {
      text.append(words(item.mention.source)).append(" ").append(item.target);
      for (const Mention& also : item.also) text.append(" +").append(words(also.source));
      text += "\n";
    }
    return text;
  }
  std::string withheld(std::string_view path = "/") {
    std::string text;
    for (const Withheld& one : planner->plan(path)->withheld) {
      text.append(one.target).append(": ").append(words(one.reason)).append("\n");
    }
    return text;
  }

  FakeSite site;
  net::Loop loop{net::Loop::Time::manual};
  std::optional<Planner> planner{std::in_place, site, loop, Planner::Options()};
};

}  // namespace

TEST_CASE_METHOD(Sources, "the manifest adds what the scripts of the page import") {
  CHECK(told() ==
        "manifest /assets/main-a1.css +html\n"
        "manifest /assets/main-a1.js +html\n"
        "manifest /assets/used.woff2 +css\n"
        "manifest /assets/vendor-b2.js\n"
        "manifest /assets/logo-d4.png\n");
  CHECK(withheld() ==
        "/assets/unused.woff2: unused font\n/assets/elsewhere.css: not on the page\n"
        "/assets/a.pdf: not surely fetched\n");
  const auto plan = planner->plan("/");
  CHECK(plan->items[0].cors == Cors::anonymous);
  CHECK(plan->items[3].rel == Rel::modulepreload);
  CHECK(plan->items[3].mention == Mention{Source::manifest, "/.vite/manifest.json", 5});
}

TEST_CASE_METHOD(Sources,
                 "where only the configuration counts, page and manifest say how, not what") {
  Planner::Options options;
  options.build.configured = {{"/", {*configured_item("/assets/vendor-b2.js")}, true}};
  planner.emplace(site, loop, options);
  CHECK(told() == "config /assets/vendor-b2.js +manifest\n");
  options.build.configured = {{"/", {*configured_item("/assets/main-a1.css")}, true}};
  planner.emplace(site, loop, options);
  CHECK(told() == "config /assets/main-a1.css +manifest +html\n");
}

TEST_CASE_METHOD(Sources, "where only the configuration counts, Links add nothing either") {
  site.said["/"] = {{"</assets/main-a1.css>; rel=preload; as=style", 2},
                    {"</assets/later.js>; rel=modulepreload", 3}};
  site.learned["/"] = {"</assets/logo-d4.png>; rel=preload; as=image"};
  Planner::Options options;
  options.build.configured = {{"/", {*configured_item("/assets/main-a1.css")}, true}};
  planner.emplace(site, loop, options);
  CHECK(told() == "config /assets/main-a1.css +_headers +manifest +html\n");
}

TEST_CASE_METHOD(Sources, "an address of this origin is spelled out in a Link as in the page") {
  site.put_page("<link rel=stylesheet href=https://app.test/assets/main-a1.css>");
  site.hidden.clear();
  site.said["/"] = {{"<https://APP.test/assets/later.js>; rel=modulepreload", 2}};
  site.learned["/"] = {"<//app.test/assets/logo-d4.png>; rel=preload; as=image"};
  CHECK(told().empty());
  Planner::Options options;
  options.build.page.origins = {"https://app.test"};
  planner.emplace(site, loop, options);
  CHECK(told() ==
        "_headers /assets/later.js\n"
        "html /assets/main-a1.css\n"
        "css /assets/used.woff2\n"
        "app server /assets/logo-d4.png\n");
}

TEST_CASE_METHOD(Sources,
                 "configuration, _headers, manifest, page: in this order, each asset once") {
  Planner::Options options;
  options.build.configured = {{"/", {*configured_item("/assets/vendor-b2.js")}}};
  planner.emplace(site, loop, options);
  site.said["/"] = {{"</assets/logo-d4.png>; rel=preload; as=image", 2},
                    {"</assets/main-a1.js>; rel=preload; as=script", 3},
                    {"<https://cdn.test>; rel=preconnect", 4}};
  CHECK(told() ==
        "config /assets/vendor-b2.js +manifest\n"
        "_headers /assets/logo-d4.png +manifest\n"
        "_headers /assets/main-a1.js +manifest +html\n"
        "manifest /assets/main-a1.css +html\n"
        "manifest /assets/used.woff2 +css\n");
  // As the page fetches it, whatever `_headers` says.
  CHECK(planner->plan("/")->items[2].rel == Rel::modulepreload);
  CHECK(planner->plan("/")->items[2].cors == Cors::anonymous);
}

TEST_CASE_METHOD(Sources, "a manifest of another build adds nothing") {
  site.hide("/.vite/manifest.json", manifest("main-z9.js"));
  CHECK(told() == "html /assets/main-a1.css\nhtml /assets/main-a1.js\ncss /assets/used.woff2\n");
}

TEST_CASE_METHOD(Sources, "a page of a new build never has the hints of the old one") {
  (void)told();
  site.put_page("<script type=module crossorigin src=/assets/main-z9.js></script>");
  site.put("/assets/main-z9.js");
  CHECK(told() == "html /assets/main-z9.js\n");  // at once, though the manifest is late
  site.hide("/.vite/manifest.json", manifest("main-z9.js"));
  loop.advance(std::chrono::seconds(1));
  CHECK(told().find("vendor-b2.js") != std::string::npos);
}

TEST_CASE_METHOD(Sources, "a build for a base is known by the end of its paths") {
  site.put_page("<script type=module src=/app/assets/main-a1.js></script>");
  site.put("/app/assets/main-a1.js");
  site.put("/app/assets/vendor-b2.js");
  CHECK(told() == "manifest /app/assets/main-a1.js +html\nmanifest /app/assets/vendor-b2.js\n");
}

TEST_CASE_METHOD(Sources, "an import map keeps every module back, whoever names it") {
  site.put_page(
      "<script type=importmap>{}</script><script type=module src=/assets/main-a1.js></script>");
  site.said["/"] = {{"</assets/vendor-b2.js>; rel=modulepreload", 2}};
  CHECK(told().empty());
  CHECK(withheld() == "/assets/main-a1.js: import map\n/assets/vendor-b2.js: import map\n");
}

TEST_CASE_METHOD(Sources, "the SSR manifest adds what goes with the modules of a page") {
  site.hidden.clear();
  site.hide("/.vite/ssr-manifest.json",
            R"({"a": ["/assets/later.js", "/assets/main-a1.css", "/assets/logo-d4.png"]})");
  CHECK(told() ==
        "html /assets/main-a1.css\nhtml /assets/main-a1.js\ncss /assets/used.woff2\n"
        "manifest /assets/logo-d4.png\n");
}

TEST_CASE_METHOD(Sources, "paths with links of their own have plans of their own") {
  site.single_page = true;
  site.said["/orders"] = {{"</assets/later.js>; rel=modulepreload", 2}};
  CHECK(told("/orders").starts_with("_headers /assets/later.js\n"));
  CHECK(told("/users").find("later.js") == std::string::npos);
  CHECK(planner->plans() == 2);
}

TEST_CASE_METHOD(Sources, "an asset that a rule sends elsewhere is withheld") {
  site.info("/assets/main-a1.css").redirect = "/new.css";
  CHECK(withheld().starts_with("/assets/unused.woff2: unused font\n"));
  CHECK(withheld().find("/assets/main-a1.css: redirected\n") != std::string::npos);
}

TEST_CASE_METHOD(Sources, "a broken manifest costs its own hints and no others") {
  site.hide("/.vite/manifest.json", "{\"index.html\": ");
  CHECK(told() == "html /assets/main-a1.css\nhtml /assets/main-a1.js\ncss /assets/used.woff2\n");
}
