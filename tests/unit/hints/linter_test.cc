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
  site.put("/a.css", "a{}\n@import 'gone.css';");
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
  CHECK(texts(site, options).empty());
}

TEST_CASE("a path that is no page is a problem") {
  FakeSite site;
  CHECK(texts(site) == std::vector<std::string>{"problem configuration: /: not a page"});
}
