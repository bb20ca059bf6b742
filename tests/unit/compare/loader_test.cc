#include "compare/loader.h"

#include "tests/unit/compare/loader_world.h"

namespace lab {
namespace {

std::vector<std::string> blocking(const PageLoad& load) {
  std::vector<std::string> all;
  for (const Resource& one : load.resources) {
    if (one.blocking) all.push_back(one.target);
  }
  return all;
}

using Targets = std::vector<std::string>;
using Priorities = std::vector<std::pair<std::string, std::string>>;

constexpr const char* every_kind = R"(<!doctype html><html><head>
<link rel=stylesheet href=head.css>
<link rel=stylesheet href=print.css media=print>
<link rel=preload as=script href=pre.js>
<link rel=preload as=font crossorigin href=pre.woff2>
<link rel=modulepreload href=chunk.mjs>
<style>@import "inline.css";
@font-face { font-family: Used; src: url(used.woff2) }
@font-face { font-family: Unused; src: url(unused.woff2) }
h1 { font-family: Used }</style>
<script src=head.js></script>
<script async src=async.js></script>
<script defer src=defer.js></script>
<script type=module src=main.mjs></script>
<script nomodule src=old.js></script>
</head><body><h1>Hello</h1>
<img src=first.png><img loading=lazy src=lazy.png><img fetchpriority=high src=hero.png>
<img src=one.png srcset="two.png 2x"><picture><source srcset=p.avif type=image/avif><img src=p.png></picture>
<link rel=stylesheet href=body.css><script src=body.js></script>
<img src=5.png><img src=6.png><iframe src=frame.html></iframe></body></html>)";

Served every_kind_served() {
  Served served{{"/", {every_kind}}};
  for (const char* name : {"/print.css", "/inline.css", "/body.css"}) served[name] = style();
  for (const char* name : {"/pre.js", "/head.js", "/async.js", "/defer.js", "/body.js"}) {
    served[name] = script();
  }
  served["/head.css"] = style("@import url(sub.css);");
  served["/sub.css"] = style();
  served["/main.mjs"] = script("import './dep.mjs'; import('./later.mjs')");
  served["/dep.mjs"] = script("export * from '/chunk.mjs'");
  served["/chunk.mjs"] = script("import './deeper.mjs'");
  served["/deeper.mjs"] = script();
  for (const char* name : {"/pre.woff2", "/used.woff2"}) served[name] = font();
  for (const char* name : {"/first.png", "/hero.png", "/one.png", "/p.avif", "/5.png", "/6.png"}) {
    served[name] = image();
  }
  served["/frame.html"] = {"<p>frame"};
  return served;
}

}  // namespace

TEST_CASE("a page of every kind of resource is fetched as Chromium fetches it") {
  World world(every_kind_served());
  const PageLoad load = world.good_load();
  // As its bytes come the scanner sees all of the page, though the parser waits for head.js; what
  // is less urgent goes two at a time until the parser has come to the body.
  const Priorities first = {
      {"/", "u=0, i"},
      {"/head.css", "u=0"},
      {"/inline.css", "u=0"},
      {"/frame.html", "u=0, i"},
      {"/pre.js", "u=1"},
      {"/pre.woff2", "u=1"},
      {"/chunk.mjs", "u=1"},
      {"/head.js", "u=1"},
      {"/main.mjs", "u=1"},
      {"/hero.png", "u=1, i"},
      {"/first.png", "u=2, i"},
      {"/one.png", "u=2, i"},
      // A round trip later: the import in head.css, and room for two.
      {"/sub.css", "u=0"},
      {"/p.avif", "u=2, i"},
      {"/body.css", "u=2"},
  };
  REQUIRE(world.priorities.size() > first.size());
  CHECK(Priorities(world.priorities.begin(), world.priorities.begin() + 15) == first);
  const Priorities rest = {
      // The head is whole: modules import, text is laid out, and nothing is held back.
      {"/used.woff2", "u=0"}, {"/dep.mjs", "u=1"},  {"/deeper.mjs", "u=1"},
      {"/body.js", "u=2"},    {"/5.png", "u=2, i"}, {"/async.js", ""},
      {"/defer.js", ""},      {"/6.png", "i"},      {"/print.css", "u=4"},
  };
  Priorities later(world.priorities.begin() + 15, world.priorities.end());
  std::ranges::sort(later);
  Priorities expected = rest;
  std::ranges::sort(expected);
  CHECK(later == expected);
  CHECK(blocking(load) == Targets{"/", "/head.css", "/inline.css", "/head.js", "/sub.css"});
  CHECK(load.wasted == 0);
}

TEST_CASE("rendering waits for the document and for what blocks it, the load for everything") {
  World world({{"/", {"<link rel=stylesheet href=a.css><script async src=slow.js></script><p>x"}},
               {"/a.css", style()},
               {"/slow.js", script()}});
  world.answers["/a.css"].think = 100ms;
  world.answers["/slow.js"].think = 300ms;
  const PageLoad load = world.good_load();
  CHECK(load.connected == 40);
  CHECK(load.final_headers == 60);
  CHECK(load.document == 60);
  CHECK(load.render_ready == 180);
  CHECK(load.load == 380);
}

TEST_CASE("a style that a style imports blocks as the first does; one for print does not") {
  World world({{"/",
                {"<link rel=stylesheet href=a.css><link rel=stylesheet href=p.css media=print>"
                 "<p>x"}},
               {"/a.css", style("@import 'b.css'; @import 'wide.css' (min-width: 9000px);")},
               {"/b.css", style("@import 'a.css'; @import 'c.css';")},
               {"/c.css", style()},
               {"/p.css", style()}});
  world.answers["/p.css"].think = 500ms;
  const PageLoad load = world.good_load();
  CHECK(load.render_ready == 120);
  CHECK(blocking(load) == Targets{"/", "/a.css", "/b.css", "/c.css"});
}

TEST_CASE("the parser waits for a script, and the script for the styles before it") {
  World world({{"/",
                {"<link rel=stylesheet href=slow.css><script>inline()</script>"
                 "<script type=module src=m.js></script><body><p>x"}},
               {"/slow.css", style()},
               {"/m.js", script("import '/n.js'")},
               {"/n.js", script()}});
  world.answers["/slow.css"].think = 100ms;
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/m.js").requested == 60);
  // The module is there at 80, but the parser comes to its element when the style is there.
  CHECK(resource(load, "/n.js").requested == 180);
}

TEST_CASE("a font is fetched once text that uses it is laid out, and only then") {
  World world({{"/", {"<link rel=stylesheet href=a.css><script src=slow.js></script><body><p>x"}},
               {"/a.css", style("@font-face{font-family:A;src:url(a.woff)format('woff'),"
                                "url(a.woff2)format('woff2')}"
                                "@font-face{font-family:B;src:url(b.woff2)}p{font:1em A}")},
               {"/slow.js", script()},
               {"/a.woff2", font()}});
  world.answers["/slow.js"].think = 100ms;
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/a.woff2").discovered == 180);
  CHECK(load.render_ready == 180);
  CHECK(load.load == 200);
  CHECK(targets(load) == Targets{"/", "/a.css", "/slow.js", "/a.woff2"});
}

TEST_CASE("relative addresses lead where the base, the style or the module says") {
  World world({{"/dir/page",
                {"<base href=/base/><link rel=stylesheet href=a.css>"
                 "<script type=module src=/js/m.js></script><p>x"}},
               {"/base/a.css", style("@import 'deep/b.css'")},
               {"/base/deep/b.css", style()},
               {"/js/m.js", script("import'../lib/n.js'")},
               {"/lib/n.js", script()}});
  const PageLoad load = world.good_load({.target = "/dir/page"});
  CHECK(targets(load) ==
        Targets{"/dir/page", "/base/a.css", "/js/m.js", "/base/deep/b.css", "/lib/n.js"});
  CHECK(world.asked.size() == 5);
}

TEST_CASE("what is on another origin is on record, and nobody waits for it") {
  World world({{"/",
                {"<link rel=stylesheet href=https://fonts.test/a.css>"
                 "<img src=https://app.test/own.png><p>x"}},
               {"/own.png", image()}});
  const PageLoad load = world.good_load();
  CHECK(resource(load, "https://fonts.test/a.css").fate == Fate::failed);
  CHECK_FALSE(resource(load, "https://fonts.test/a.css").requested);
  CHECK(resource(load, "/own.png").fate == Fate::used);
}

TEST_CASE("a resource that is missing or breaks off does not stop the page") {
  World world({{"/", {"<link rel=stylesheet href=gone.css><script src=breaks.js></script><p>x"}},
               {"/breaks.js", script("x")}});
  world.answers["/breaks.js"].breaks = true;
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/gone.css").status == 404);
  CHECK(resource(load, "/gone.css").fate == Fate::failed);
  CHECK(resource(load, "/breaks.js").fate == Fate::failed);
  CHECK(load.render_ready == 80);
}

TEST_CASE("the wire's bytes count from the first of the handshake") {
  World world(Served{{"/", {std::string(10'000, 'x')}}});
  const PageLoad load = world.good_load();
  CHECK(load.received > 10'000 + 800);
  CHECK(load.received < 10'000 + 3000);
  CHECK(load.sent > 500);
  const PageLoad again = world.good_load({.connection = Connection::reused});
  CHECK(again.received < load.received - 500);
  CHECK(world.cable.dialled == 1);
}

TEST_CASE("a reused connection starts at once, a resumed one by the ticket of an earlier") {
  World world(Served{{"/", {"<p>x"}}});
  const PageLoad fresh = world.good_load();
  const PageLoad reused = world.good_load({.connection = Connection::reused});
  const PageLoad resumed = world.good_load({.connection = Connection::resumed});
  const PageLoad anew = world.good_load();
  CHECK(fresh.render_ready == 60);
  CHECK_FALSE(reused.connected);
  CHECK(reused.render_ready == 20);
  CHECK(resumed.render_ready == 60);
  CHECK(resumed.received < fresh.received - 400);            // no certificate
  CHECK(anew.received == Approx(fresh.received).margin(8));  // signatures differ in length
  CHECK(world.cable.dialled == 3);
}

TEST_CASE("a live stream beside the page tells how long its events were on their way") {
  World world({{"/", {"<img src=a.png>"}}, {"/a.png", image()}});
  world.answers["/a.png"].think = 50ms;
  const PageLoad load = world.good_load({.live = std::string(live_path)});
  REQUIRE(load.event_delays.size() >= 10);
  for (const Milliseconds delay : load.event_delays) CHECK(delay == 10);
  CHECK(targets(load) == Targets{"/", "/a.png"});
}

TEST_CASE("a load can be repeated to the byte") {
  World one(every_kind_served());
  World two(every_kind_served());
  const PageLoad first = one.good_load();
  const PageLoad again = one.good_load();  // with what the texts say known already
  const PageLoad other = two.good_load();
  CHECK(table(first) == table(again));
  CHECK(table(first) == table(other));
}

}  // namespace lab
