// How the loader matches what it is told of, or pushed, to what the page then needs.
#include "tests/unit/compare/loader_world.h"

namespace lab {
namespace {

// A page that takes 200 ms, and what it needs.
Served slow_page() {
  Served served{{"/",
                 {"<link rel=stylesheet href=a.css><script src=a.js></script>"
                  "<script type=module src=m.js></script><body><p>x"}},
                {"/a.css", style("@font-face{font-family:F;src:url(f.woff2)}p{font-family:F}")},
                {"/a.js", script("12345")},
                {"/m.js", script("import './n.js'")},
                {"/n.js", script()},
                {"/f.woff2", font()}};
  served["/"].think = 200ms;
  return served;
}

std::size_t times_asked(const World& world, std::string_view target) {
  return static_cast<std::size_t>(std::ranges::count(world.asked, target));
}

const http::Headers no_store = {{"cache-control", "no-store"}};

}  // namespace

// ------------------------------------------------------------------------------ a 103

TEST_CASE("what a 103 names is fetched at once and taken up by the page, each once") {
  World world(slow_page());
  world.answers["/"].hints = {"</a.css>; rel=preload; as=style", "</a.js>; rel=preload; as=script",
                              "</m.js>; rel=modulepreload; as=script",
                              "</f.woff2>; rel=preload; as=font; crossorigin"};
  const PageLoad load = world.good_load();
  CHECK(load.early_hints == 60);
  CHECK(load.final_headers == 260);
  for (const char* target : {"/a.css", "/a.js", "/m.js", "/f.woff2"}) {
    INFO(target);
    const Resource& seen = resource(load, target);
    CHECK(seen.hinted == 60);
    CHECK(seen.requested == 60);
    CHECK(seen.complete == 80);
    CHECK(seen.discovered == 260);
    CHECK(seen.fate == Fate::used);
    CHECK(times_asked(world, target) == 1);
  }
  CHECK(load.render_ready == 260);
  CHECK(load.load == 280);  // n.js
  CHECK(load.wasted == 0);
  CHECK(resource(load, "/a.css").blocking);
  CHECK(resource(load, "/m.js").kind == Kind::module);
}

TEST_CASE("hinted fetches have the urgencies that Chromium gives them") {
  World world(slow_page());
  world.answers["/x.png"] = image();
  world.answers["/"].hints = {"</x.png>; rel=preload; as=image", "</n.js>; rel=modulepreload",
                              "</m.js>; rel=modulepreload; as=script",
                              "</a.js>; rel=preload; as=script, </a.css>; rel=preload; as=style"};
  world.good_load();
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"/", "u=0, i"},     {"/a.css", "u=0, i"}, {"/m.js", "u=1, i"},
      {"/a.js", "u=1, i"}, {"/x.png", "i"},      {"/n.js", "u=4, i"}};
  REQUIRE(world.priorities.size() >= expected.size());
  world.priorities.resize(expected.size());
  CHECK(world.priorities == expected);
}

TEST_CASE("only the first 103 counts, and only what it says of this origin's preloads") {
  World world(slow_page());
  world.answers["/"].hints = {"<https://cdn.test/x.css>; rel=preload; as=style",
                              "</x.css>; rel=preconnect", "</x.css>; rel=preload; as=track",
                              "</x.css>; rel=preload", "</a.css>; rel=preload; as=style"};
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/a.css").hinted == 60);
  CHECK(targets(load) ==
        std::vector<std::string>{"/", "/a.css", "/a.js", "/m.js", "/f.woff2", "/n.js"});
}

TEST_CASE("a Link that spells out the page's own origin is of that origin") {
  World world({{"/", {"<link rel=stylesheet href=a.css>"}}, {"/a.css", style()}});
  world.answers["/"].hints = {"<https://app.test/a.css>; rel=preload; as=style"};
  CHECK(world.good_load().resources.at(1).hinted);
}

TEST_CASE("what a 103 names and no page needs is waste") {
  World world(slow_page());
  world.answers["/un.css"] = style(std::string(5000, ' '));
  world.answers["/"].hints = {"</un.css>; rel=preload; as=style"};
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/un.css").fate == Fate::unused);
  CHECK_FALSE(resource(load, "/un.css").blocking);
  CHECK(load.wasted == 5000);
}

TEST_CASE("what a 103 names must be fresh in the cache, or the page fetches it again") {
  World world(slow_page());
  world.answers["/a.css"].fields = no_store;
  world.answers["/"].hints = {"</a.css>; rel=preload; as=style"};
  const PageLoad load = world.good_load();
  CHECK(times_asked(world, "/a.css") == 2);
  CHECK(load.resources[1].fate == Fate::unused);
  CHECK(load.resources[2].target == "/a.css");
  CHECK(load.resources[2].fate == Fate::used);
  CHECK(load.render_ready == 280);
  CHECK(load.wasted == world.answers["/a.css"].content.size());
}

TEST_CASE("the page waits to hear whether what a 103 fetched can be had from the cache") {
  for (const bool reusable : {true, false}) {
    World world(slow_page());
    world.answers["/a.js"].think = 500ms;
    if (!reusable) world.answers["/a.js"].fields = no_store;
    world.answers["/"].hints = {"</a.js>; rel=preload; as=script"};
    const PageLoad load = world.good_load();
    CHECK(times_asked(world, "/a.js") == (reusable ? 1 : 2));
    CHECK(load.render_ready == (reusable ? 580 : 1100));
  }
}

TEST_CASE("whoever takes no early hints asks for none, and gets none") {
  World world(slow_page());
  world.answers["/"].hints = {"</a.css>; rel=preload; as=style"};
  const PageLoad load = world.good_load({.takes = takes_of(Arm::none)});
  CHECK(world.document_fields.get("no-early-hints") == "1");
  CHECK_FALSE(load.early_hints);
  CHECK(resource(load, "/a.css").requested == 260);
  world.good_load();
  CHECK_FALSE(world.document_fields.has("no-early-hints"));
}

// ---------------------------------------------------------------- `link` of the final answer

TEST_CASE("links of the final answer are fetched with its headers, before the content says more") {
  World world(slow_page());
  world.answers["/"].links = {"</f.woff2>; rel=preload; as=font; crossorigin"};
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/f.woff2").discovered == 260);
  CHECK(resource(load, "/f.woff2").fate == Fate::used);
  CHECK(load.load == 300);
  const PageLoad deaf = world.good_load({.takes = takes_of(Arm::none)});
  CHECK(resource(deaf, "/f.woff2").discovered == 280);
}

TEST_CASE("a link matches by address, mode and destination; else only by way of the cache") {
  const auto asked = [](const std::string& link, const http::Headers& fields) {
    World world(slow_page());
    world.answers["/"].links = {link};
    for (const char* target : {"/f.woff2", "/a.js", "/a.css", "/m.js"}) {
      world.answers[target].fields = fields;
    }
    const PageLoad load = world.good_load();
    std::size_t most = 0;
    for (const std::string& target : world.asked) most = std::max(most, times_asked(world, target));
    return most;
  };
  const http::Headers fresh = {{"cache-control", "max-age=60"}};
  for (const char* link :
       {"</f.woff2>; rel=preload; as=font; crossorigin", "</a.js>; rel=preload; as=script",
        "</a.css>; rel=preload; as=style", "</m.js>; rel=modulepreload",
        "</m.js>; rel=preload; as=script; crossorigin"}) {
    INFO(link);
    CHECK(asked(link, no_store) == 1);
  }
  for (const char* link :
       {"</f.woff2>; rel=preload; as=font", "</a.js>; rel=preload; as=style",
        "</a.css>; rel=preload; as=style; crossorigin", "</m.js>; rel=preload; as=script"}) {
    INFO(link);
    CHECK(asked(link, no_store) == 2);
    CHECK(asked(link, fresh) == 1);
  }
}

TEST_CASE("a link for other screens is passed over") {
  World world(slow_page());
  world.answers["/"].links = {"</small.png>; rel=preload; as=image; media=\"(max-width: 600px)\""};
  CHECK(targets(world.good_load()).size() == 6);
}

// --------------------------------------------------------------------------------- pushes

TEST_CASE("what is pushed is taken up by address, whatever the mode") {
  World world(slow_page());
  world.answers["/"].pushes = {"/a.css", "/a.js", "/m.js", "/n.js", "/f.woff2"};
  const PageLoad load = world.good_load();
  for (const char* target : {"/a.css", "/a.js", "/m.js", "/n.js", "/f.woff2"}) {
    INFO(target);
    const Resource& seen = resource(load, target);
    CHECK(seen.promised == 60);
    CHECK(seen.complete == 60);
    CHECK_FALSE(seen.requested);
    CHECK(seen.from == From::push);
    CHECK(seen.fate == Fate::used);
    CHECK(times_asked(world, target) == 0);
  }
  CHECK(load.load == 260);
  CHECK(load.wasted == 0);
}

TEST_CASE("a push that no page needs is waste") {
  World world(slow_page());
  world.answers["/un.js"] = script(std::string(3000, ' '));
  world.answers["/"].pushes = {"/un.js"};
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/un.js").fate == Fate::unused);
  CHECK(resource(load, "/un.js").kind == Kind::script);
  CHECK(load.wasted == 3000);
}

TEST_CASE("a push of what is fresh in the cache is cancelled, and what had come of it is waste") {
  World world(slow_page());
  world.answers["/big.css"] = style(std::string(300'000, ' '));
  world.answers["/"].content += "<link rel=stylesheet href=big.css>";
  world.answers["/"].pushes = {"/big.css"};
  world.good_load();
  const PageLoad load = world.good_load({.cache = Cache::warm});
  REQUIRE(load.resources.size() >= 3);
  const Resource& pushed = load.resources[1];
  CHECK(pushed.target == "/big.css");
  CHECK(pushed.fate == Fate::cancelled);
  CHECK(pushed.promised == 60);
  CHECK(pushed.content == load.wasted);
  CHECK(load.wasted > 0);
  CHECK(load.resources.back().from == From::cache);
  // The same load without the push receives nothing but the page.
  const PageLoad without = world.good_load({.cache = Cache::warm, .takes = takes_of(Arm::none)});
  CHECK(without.wasted == 0);
  CHECK(without.received + load.wasted < load.received);
  CHECK(load.received - without.received < load.wasted * 1.05 + 500);
}

TEST_CASE("a push of what has to be validated is taken, and its content counted as known already") {
  World world(slow_page());
  world.answers["/a.css"].fields = {{"etag", "\"1\""}};
  world.answers["/"].pushes = {"/a.css"};
  world.good_load();
  const PageLoad load = world.good_load({.cache = Cache::stale});
  CHECK(resource(load, "/a.css").from == From::push);
  CHECK(resource(load, "/a.css").fate == Fate::used);
  CHECK(load.wasted == world.answers["/a.css"].content.size());
}

TEST_CASE("whoever takes no pushes is promised none") {
  World world(slow_page());
  world.answers["/"].pushes = {"/a.css"};
  const PageLoad load = world.good_load({.takes = takes_of(Arm::early_hints)});
  CHECK_FALSE(resource(load, "/a.css").promised);
  CHECK(times_asked(world, "/a.css") == 1);
}

TEST_CASE("what is promised and then named by a 103 is fetched once") {
  World world(slow_page());
  world.answers["/"].pushes = {"/a.css"};
  world.answers["/"].hints = {"</a.css>; rel=preload; as=style", "</a.js>; rel=preload; as=script"};
  const PageLoad load = world.good_load();
  CHECK(resource(load, "/a.css").promised == 60);
  CHECK(resource(load, "/a.css").hinted == 60);
  CHECK(times_asked(world, "/a.css") == 0);
  CHECK(times_asked(world, "/a.js") == 1);
}

// --------------------------------------------------------------------------------- the cache

TEST_CASE("a warm cache answers for every asset, never for the page") {
  World world(slow_page());
  world.answers["/a.js"].fields = no_store;
  world.good_load();
  world.asked.clear();
  const PageLoad load = world.good_load({.cache = Cache::warm});
  CHECK(world.asked == std::vector<std::string>{"/", "/a.js"});  // never stored
  CHECK(resource(load, "/a.css").from == From::cache);
  CHECK(resource(load, "/a.css").complete == 260);
  CHECK(resource(load, "/n.js").from == From::cache);
  CHECK(resource(load, "/f.woff2").from == From::cache);
}

TEST_CASE("a partly warm cache has every second asset in the page's order") {
  World world(slow_page());
  world.good_load();
  world.asked.clear();
  const PageLoad load = world.good_load({.cache = Cache::partly});
  CHECK(world.asked == std::vector<std::string>{"/", "/a.js", "/f.woff2"});
  CHECK(resource(load, "/a.css").from == From::cache);
  CHECK(resource(load, "/m.js").from == From::cache);
  CHECK(resource(load, "/n.js").from == From::cache);
}

TEST_CASE("a stale cache asks by the validators, and a 304 is as good as the content") {
  World world(slow_page());
  for (auto& [target, answer] : world.answers) {
    if (target != "/") answer.fields = {{"etag", "\"" + target.substr(1) + "\""}};
  }
  world.good_load();
  const PageLoad load = world.good_load({.cache = Cache::stale});
  for (const char* target : {"/a.css", "/a.js", "/m.js", "/n.js", "/f.woff2"}) {
    INFO(target);
    CHECK(resource(load, target).from == From::validated);
    CHECK(resource(load, target).status == 304);
    CHECK(resource(load, target).fate == Fate::used);
    CHECK(resource(load, target).content == 0);
  }
  CHECK(load.wasted == 0);
}

TEST_CASE("what a 103 names and the cache has costs nothing") {
  World world(slow_page());
  world.answers["/"].hints = {"</a.css>; rel=preload; as=style"};
  world.good_load();
  world.asked.clear();
  const PageLoad load = world.good_load({.cache = Cache::warm});
  CHECK(world.asked == std::vector<std::string>{"/"});
  CHECK(resource(load, "/a.css").hinted == 60);
  CHECK(resource(load, "/a.css").from == From::cache);
  CHECK(load.wasted == 0);
}

}  // namespace lab
