#include "hints/page_source.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "hints/html_source.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using testing::FakeSite;

namespace {

Found read(FakeSite& site, const std::string& html, std::string_view directory = "/") {
  site.put_page(html);
  return read_page(site, {"/index.html", "1"}, directory, {{"https://app.test"}});
}

// Items as "target:as", then "!target:reason".
std::string told(const Found& found) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  for (const Item& item : found.items) add(item.target + ":" + std::string(words(item.as)));
  for (const Withheld& one : found.withheld) {
    add("!" + one.target + ":" + std::string(words(one.reason)));
  }
  return text;
}

}  // namespace

TEST_CASE("what a page asks for is found") {
  struct Case {
    std::string_view name;
    std::string html, expected;
  };
  const Case one = GENERATE(values<Case>({
      {"nothing", "", ""},
      {"not HTML at all", "\x01\xFF{}", ""},
      {"the order of the page within one urgency",
       "<script src=b.js></script><link rel=stylesheet href=a.css>", "/b.js:script /a.css:style"},
      {"what blocks goes first",
       "<script defer src=d.js></script><script async src=e.js></script>"
       "<link rel=stylesheet href=a.css>",
       "/a.css:style /d.js:script /e.js:script"},
      {"scripts of the body", "<body><p>x<script src=a.js></script>", "/a.js:script"},
      {"inline scripts", "<script>var a = '<link rel=stylesheet href=a.css>'</script>", ""},
      {"data blocks", "<script type=application/json src=a.json></script>", ""},
      {"nomodule", "<script nomodule src=a.js></script>", ""},
      {"modules", "<script type=module src=a.js></script><link rel=modulepreload href=b.js>",
       "/a.js:script /b.js:script"},
      {"modules behind an import map",
       "<script type=importmap>{}</script><script type=module src=a.js></script>"
       "<link rel=modulepreload href=b.js><script src=c.js></script>",
       "/c.js:script !/a.js:import map !/b.js:import map"},
      {"an import map behind the modules",
       "<script type=module src=a.js></script><script type=importmap>{}</script>",
       "!/a.js:import map"},
      {"attributes in any style",
       "<LINK REL='StyleSheet' HREF=a.css><link rel = \"preload stylesheet\" href = \"b.css\" >",
       "/a.css:style /b.css:style"},
      {"alternate and disabled sheets",
       "<link rel='alternate stylesheet' href=a.css><link rel=stylesheet disabled href=b.css>", ""},
      {"other types of sheets", "<link rel=stylesheet type=text/less href=a.css>", ""},
      {"noscript", "<head><noscript><link rel=stylesheet href=a.css></noscript>", ""},
      {"template", "<template><script src=a.js></script></template><script src=b.js></script>",
       "/b.js:script"},
      {"comments", "<!-- <script src=a.js></script> --><script src=b.js></script>", "/b.js:script"},
      {"SVG has its own elements", "<svg><script src=a.js></script></svg>", ""},
      {"media that all have", "<link rel=stylesheet media=all href=a.css>", "/a.css:style"},
      {"media that few have",
       "<link rel=stylesheet media=print href=p.css>"
       "<link rel=stylesheet media='(max-width: 600px)' href=m.css>",
       "!/p.css:responsive !/m.css:responsive"},
      {"preloads",
       "<link rel=preload as=image href=a.png><link rel=preload as=font href=f.woff2>"
       "<link rel=preload as=fetch href=d.json><link rel=preload as=style href=a.css>",
       "/a.css:style /f.woff2:font /d.json:fetch /a.png:image"},
      {"an urgent image",
       "<link rel=preload as=image href=a.png fetchpriority=high>"
       "<link rel=preload as=fetch href=d.json><link rel=preload as=image href=b.png>",
       "/a.png:image /d.json:fetch /b.png:image"},
      {"preloads that browsers ignore in hints",
       "<link rel=preload as=video href=a.mp4><link rel=preload href=b>",
       "!/a.mp4:unsupported as !/b:unsupported as"},
      {"responsive preloads",
       "<link rel=preload as=image href=a.png imagesrcset='b.png 2x'>"
       "<link rel=preload as=image href=c.png media='(min-width: 1px)'>",
       "!/a.png:responsive !/c.png:responsive"},
      {"base", "<base href=/static/><link rel=stylesheet href=a.css><script src=../b.js></script>",
       "/static/a.css:style /b.js:script"},
      {"only the first base counts", "<base href=/one/><base href=/two/><script src=a.js></script>",
       "/one/a.js:script"},
      {"base of another origin", "<base href=https://cdn.test/><link rel=stylesheet href=a.css>",
       "!a.css:other origin"},
      {"other origins",
       "<script src=https://cdn.test/a.js?k=secret></script><script src=//x/b.js></script>",
       "!https://cdn.test/a.js:other origin !//x/b.js:other origin"},
      {"our own origin spelled out", "<script src=https://app.test/a.js></script>", "/a.js:script"},
      {"data URLs", "<link rel=stylesheet href='data:text/css,a{}'>", ""},
      {"the same asset twice",
       "<link rel=preload as=style href=a.css><link rel=stylesheet href=./a.css>", "/a.css:style"},
      {"names that need encoding", "<script src='a b&quot;>.js'></script>",
       "/a%20b%22%3E.js:script"},
      {"broken HTML",
       "<head><link rel=stylesheet href=a.css <script src=b.js></script><p></i></div",
       "/a.css:style"},
      {"fonts of an inline style",
       "<style>@font-face{font-family:x;src:url(f.woff2)}body{font-family:x}</style>",
       "/f.woff2:font"},
      {"an unused font", "<style>@font-face{font-family:x;src:url(f.woff2)}</style>",
       "!/f.woff2:unused font"},
      {"an unused font that the page preloads",
       "<link rel=preload as=font crossorigin href=f.woff2>"
       "<style>@font-face{font-family:x;src:url(f.woff2)}</style>",
       "/f.woff2:font"},
      {"a font without woff2",
       "<style>@font-face{font-family:x;src:url(f.woff)}a{font-family:x}</style>",
       "!/f.woff:no woff2"},
      {"a font for Cyrillic",
       "<style>@font-face{font-family:x;src:url(f.woff2);unicode-range:U+0400-045F}"
       "a{font-family:x}</style>",
       "!/f.woff2:not for Latin text"},
      {"an inline style for print", "<style media=print>@import 'a.css';</style>", ""},
      {"imports", "<style>@import 'a.css';@import 'p.css' print;</style>",
       "/a.css:style !/p.css:responsive"},
  }));
  CAPTURE(one.name);
  FakeSite site;
  CHECK(told(read(site, one.html)) == one.expected);
}

TEST_CASE("stylesheets are read for imports and fonts, against their own address") {
  FakeSite site;
  site.put("/css/main.css", "@import 'more.css'; body{font-family:x}");
  site.put("/css/more.css",
           "@import 'deep.css';\n@font-face{font-family:x;src:url(../fonts/x.woff2)}");
  site.put("/css/deep.css", "@import 'main.css'");
  const Found found = read(site, "<link rel=stylesheet href=/css/main.css?v=2>");
  CHECK(told(found) ==
        "/css/main.css?v=2:style /css/more.css:style /fonts/x.woff2:font "
        "!/css/deep.css:imported too deep");
  CHECK(found.read == std::vector<std::string>{"/css/main.css", "/css/more.css"});
  CHECK(found.items[2].cors == Cors::anonymous);
  CHECK(found.items[2].mention.file == "/css/more.css");
  CHECK(found.items[2].mention.line == 2);
  CHECK_FALSE(found.relative);
}

TEST_CASE("stylesheets that import each other are read once") {
  FakeSite site;
  site.put("/a.css", "@import 'b.css';");
  site.put("/b.css", "@import 'a.css';");
  CHECK(told(read(site, "<link rel=stylesheet href=a.css>")) ==
        "/a.css:style /b.css:style !/a.css:imported too deep");
}

TEST_CASE("crossorigin is as the page has it") {
  FakeSite site;
  const Found found = read(site,
                           "<script src=a.js></script><script src=b.js crossorigin></script>"
                           "<script src=c.js crossorigin=Use-Credentials></script>"
                           "<script src=d.js crossorigin=nonsense></script>"
                           "<script type=module src=e.js></script>"
                           "<script type=module crossorigin=use-credentials src=f.js></script>");
  std::vector<Cors> modes;
  for (const Item& item : found.items) modes.push_back(item.cors);
  CHECK(modes == std::vector<Cors>{Cors::none, Cors::anonymous, Cors::credentials, Cors::anonymous,
                                   Cors::anonymous, Cors::credentials});
  CHECK(found.items[4].rel == Rel::modulepreload);
}

TEST_CASE("integrity, priority and line are carried over") {
  FakeSite site;
  const Found found =
      read(site, "<html>\n<head>\n<script src=a.js integrity=sha256-x fetchpriority=low>");
  REQUIRE(found.items.size() == 1);
  CHECK(found.items[0].integrity == "sha256-x");
  CHECK(found.items[0].fetch_priority == "low");
  CHECK(found.items[0].mention.line == 3);
}

TEST_CASE("relative addresses start from the path asked for") {
  FakeSite site;
  const Found found = read(site, "<script src=a.js></script>", "/users/7/");
  CHECK(told(found) == "/users/7/a.js:script");
  CHECK(found.relative);
  CHECK_FALSE(read(site, "<base href=/><script src=a.js></script>", "/users/7/").relative);
}

TEST_CASE("a page nested absurdly deep or of absurd length is read up to there") {
  std::string deep = "<script src=a.js></script>";
  for (int i = 0; i < 100000; ++i) deep += "<div>";
  deep += "<script src=b.js></script>";
  HtmlPage page = read_html(deep);
  REQUIRE(page.references.size() == 1);
  CHECK(page.references[0].url == "a.js");

  std::string code = "<script>";
  for (int i = 0; i < 10000; ++i) code += "if(a<b)c;";
  page = read_html(code + "</script><script src=c.js></script>");
  REQUIRE(page.references.size() == 1);
  CHECK(page.references[0].url == "c.js");

  std::string many;
  for (int i = 0; i < 20000; ++i) many += "<script src=" + std::to_string(i) + ".js></script>";
  CHECK(read_html(many).references.size() == 512);

  FakeSite site;
  CHECK(told(read(site, "<script src=a.js></script>" + std::string(600 * 1024, ' '))).empty());
}
