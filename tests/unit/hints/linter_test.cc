#include "hints/linter.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/hints/fake_site.h"

using namespace hints;
using testing::FakeSite;

namespace {

std::vector<std::string> texts(FakeSite& site, PlanBuilder::Options options = {}) {
  std::vector<std::string> lines;
  PlanBuilder builder(site, std::move(options));
  for (const Finding& finding : lint(builder, {"/"})) {
    const bool problem = finding.weight == Finding::Weight::problem;
    const std::string text = to_text(finding);
    lines.push_back((problem ? "problem " : "remark ") + text.substr(0, text.find(". ")));
  }
  return lines;
}

}  // namespace

TEST_CASE("a sound site has no findings") {
  FakeSite site;
  site.put_page("<link rel=stylesheet href=/a.css>");
  site.put("/a.css");
  CHECK(texts(site).empty());
}

TEST_CASE("what is wrong is said with its place") {
  FakeSite site;
  site.put_page(
      "<link rel=stylesheet href=/a.css>\n<script src=/b.js></script>\n"
      "<link rel=preload as=font href=/f.woff2>\n<script src=https://cdn.test/c.js></script>");
  site.put("/a.css", "@layer a;\n@import 'gone.css';");
  site.put("/b.js");
  site.put("/f.woff2");
  site.info("/b.js").cache_control = "no-store";
  CHECK(texts(site) == std::vector<std::string>{
                           "problem /index.html:3: /f.woff2: font without crossorigin",
                           "remark /index.html:4: https://cdn.test/c.js: other origin",
                           "problem /a.css:2: /gone.css: missing",
                           "problem /index.html:2: /b.js: no-store",
                       });
}

TEST_CASE("a finding says what to do") {
  CHECK(to_text({Finding::Weight::problem, "/index.html", 12, "/a.css", "missing", "Do it."}) ==
        "/index.html:12: /a.css: missing. Do it.");
}

TEST_CASE("what is said of an asset is held against how the page fetches it") {
  FakeSite site;
  site.put_page(
      "<link rel=stylesheet crossorigin href=/a.css><script type=module src=/m.js></script>\n"
      "<link rel=preload as=image imagesrcset='/i.png 1x' href=/i.png>\n"
      "<style>@font-face{font-family:F;src:url(/f.woff2)} p{font-family:F}</style>");
  for (const auto* file : {"/a.css", "/m.js", "/i.png", "/f.woff2", "/idle.css", "/idle.png"}) {
    site.put(file);
  }
  site.said["/"] = {{"</a.css>; rel=preload; as=style", 2},
                    {"</m.js>; rel=preload; as=fetch; crossorigin", 3},
                    {"</i.png>; rel=preload; as=image", 4},
                    {"</f.woff2>; rel=preload; as=font; type=font/woff", 5},
                    {"</idle.css>; rel=preload; as=style", 6},
                    {"</idle.css>; rel=preload; as=style", 7},
                    {"</idle.png>; rel=preload; as=image", 8}};
  const std::vector<std::string> found = texts(site);
  CHECK(found == std::vector<std::string>{
                     "remark /index.html:2: /i.png: responsive",
                     "problem /_headers:4: /i.png: responsive",
                     "problem /_headers:5: /f.woff2: wrong crossorigin",
                     "problem /_headers:7: /idle.css: told twice",
                     "problem /_headers:2: /a.css: wrong crossorigin",
                     "problem /_headers:3: /m.js: wrong as",
                     "problem /_headers:6: /idle.css: not named by the page",
                     "remark /_headers:8: /idle.png: not named by the page",
                 });
}

TEST_CASE("what a script of the page names is used") {
  FakeSite site;
  site.put_page("<script type=module src=/m.js></script><img src='/img/i.png'>");
  site.put("/m.js", "import './deep/n.js'");
  for (const auto* file : {"/deep/n.js", "/img/i.png", "/o.js"}) site.put(file);
  site.said["/"] = {{"</deep/n.js>; rel=modulepreload", 2},
                    {"</img/i.png>; rel=preload; as=image", 3},
                    {"</o.js>; rel=modulepreload", 4}};
  CHECK(texts(site) ==
        std::vector<std::string>{"problem /_headers:4: /o.js: not named by the page"});
}

TEST_CASE("a type that the file has not is found and put right") {
  FakeSite site;
  site.put_page("<link rel=stylesheet href=/a.css>");
  site.put("/a.css");
  site.put("/b.woff2");
  site.said["/"] = {{"</b.woff2>; rel=preload; as=font; crossorigin; type=font/woff", 2}};
  CHECK(texts(site) == std::vector<std::string>{
                           "problem /_headers:2: /b.woff2: wrong type",
                           "problem /_headers:2: /b.woff2: not named by the page",
                       });
}

TEST_CASE("a module under an import map, or sent elsewhere, is found") {
  FakeSite site;
  site.put_page("<script type=importmap>{}</script><link rel=stylesheet href=/moved.css>");
  site.put("/m.js");
  site.put("/moved.css");
  site.info("/moved.css").redirect = "/new.css";
  site.said["/"] = {{"</m.js>; rel=modulepreload", 2}};
  CHECK(texts(site) == std::vector<std::string>{
                           "problem /_headers:2: /m.js: import map",
                           "problem /index.html:1: /moved.css: redirected",
                       });
}

TEST_CASE("a page and a manifest of two builds are found") {
  FakeSite site;
  site.put_page("<script type=module src=/assets/old.js></script>");
  site.put("/assets/old.js");
  site.hide("/.vite/manifest.json",
            "{\n\"index.html\": {\"isEntry\": true, \"file\": \"assets/new.js\"}}");
  CHECK(texts(site) ==
        std::vector<std::string>{"problem /.vite/manifest.json:2: assets/new.js: is the entry of "
                                 "/index.html, which has it not"});
  site.hide("/.vite/manifest.json", "no");
  CHECK(texts(site) ==
        std::vector<std::string>{"problem /.vite/manifest.json: manifest: is not JSON"});
}

TEST_CASE("configured pages and assets that are not there are found") {
  FakeSite site;
  site.put_page("");
  PlanBuilder::Options options;
  options.configured = {{"/", {*configured_item("/x.css")}},
                        {"/gone", {*configured_item("/x.css")}},
                        {"/docs/*", {}}};
  CHECK(texts(site, options) == std::vector<std::string>{
                                    "problem configuration: /x.css: missing",
                                    "problem configuration: /gone: matches no page",
                                    "problem configuration: /docs/*: matches no page",
                                });
  options.unknown = PlanBuilder::Unknown::trust;
  CHECK(texts(site, options) ==
        std::vector<std::string>{"problem configuration: /x.css: not named by the page"});
}

TEST_CASE("a path that is no page is a problem") {
  FakeSite site;
  CHECK(texts(site) == std::vector<std::string>{"problem configuration: /: not a page"});
}
