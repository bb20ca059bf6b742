// Hints on the wire: a whole session with the hinting handler in it, and the traps that others have
// fallen into.
#include <catch2/catch.hpp>

#include "hints/handler.h"
#include "tests/session/handlers.h"
#include "tests/support/peer.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using testing::Answering;
using testing::FakeSite;
using testing::Peer;

namespace {

const http::Headers navigation{{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}};

http::Headers navigation_with(std::string_view name, std::string_view value) {
  http::Headers fields = navigation;
  fields.set(name, value);
  return fields;
}

// A page that is answered when the test says so, and its assets at once.
struct Hinted {
  Hinted() {
    site.single_page = true;  // every path is a page
    site.put_page("<link rel=stylesheet href=/a.css><script src=/b.js></script>");
    site.put("/a.css");
    site.put("/b.js");
  }
  Peer& peer(Peer::Options options) { return client.emplace(hinting, options); }
  void answer(int status = 200) {
    http::Response response = http::text_response(status, "text/html; charset=utf-8", "page");
    if (status == 302) response.fields.add("location", "https://elsewhere.test/");
    for (http::Exchange& one : std::exchange(held, {})) {
      response.body = http::text_response(200, "text/html", "page").body;
      http::Response copy;
      copy.status = response.status;
      copy.fields = response.fields;
      copy.body = std::move(response.body);
      one.respond(std::move(copy));
    }
    client->pump();
  }

  FakeSite site;
  net::Loop loop{net::Loop::Time::manual};
  Planner planner{site, loop, {}};
  std::vector<http::Exchange> held;
  std::string asset = "asset";
  Answering next{[this](const http::Request& request, http::Exchange exchange) {
    if (request.path() == "/a.css" || request.path() == "/b.js") {
      return exchange.respond(testing::text(asset));
    }
    held.push_back(std::move(exchange));
  }};
  HintingHandler hinting{planner, next, {}};
  std::optional<Peer> client;
};

struct Refusal {
  const char* name;
  std::string method;
  http::Headers fields;
  bool takes_pushes;
  std::size_t pushes;
  std::size_t interim;
};

}  // namespace

TEST_CASE("a client that says no gets none") {
  const http::Headers none;
  const std::vector<Refusal> table{
      {"says nothing of what it asks for, and takes no pushes", "GET", none, false, 0, 0},
      {"says nothing of what it asks for", "GET", none, true, 2, 0},
      {"ENABLE_PUSH=0", "GET", navigation, false, 0, 1},
      {"no-early-hints: 1", "GET", navigation_with("no-early-hints", "1"), false, 0, 0},
      {"no-early-hints: ?1", "GET", navigation_with("no-early-hints", "?1"), false, 0, 0},
      {"iframe", "GET", navigation_with("sec-fetch-dest", "iframe"), false, 0, 0},
      {"fetch()", "GET", navigation_with("sec-fetch-mode", "cors"), false, 0, 0},
      {"prefetch", "GET", navigation_with("sec-purpose", "prefetch"), true, 0, 0},
      {"prerender", "GET", navigation_with("sec-purpose", "prefetch;prerender"), true, 0, 0},
      {"HEAD", "HEAD", navigation, true, 0, 0},
      {"POST", "POST", navigation, true, 0, 0},
      {"if-none-match", "GET", {{"if-none-match", "\"x\""}}, true, 0, 0},
      {"if-modified-since",
       "GET",
       {{"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}},
       true,
       0,
       0},
      {"a conditional navigation", "GET", navigation_with("if-none-match", "\"x\""), true, 0, 0},
  };
  for (const Refusal& row : table) {
    INFO(row.name);
    Hinted page;
    Peer& peer = page.peer({.take_pushes = row.takes_pushes});
    const auto id = peer.send(row.method, "/page", row.fields);
    peer.pump();
    CHECK(peer.reply(id).promises.size() == row.pushes);
    page.answer();
    CHECK(peer.reply(id).hints.size() == row.interim);
    CHECK(peer.reply(id).ended);
    CHECK(peer.reply(id).status() == "200");
    CHECK_FALSE(peer.goaway());
  }
}

TEST_CASE_METHOD(Hinted, "what is promised comes before any field that names it") {
  site.put("/c.png");
  site.said["/page"] = {{"</c.png>; rel=preload; as=image", 1}};
  Peer& wire = peer({});
  const auto id = wire.get("/page", navigation);
  wire.pump();
  answer();
  // Promises, the 103 for what is not pushed, the page.
  CHECK(wire.reply(id).order.starts_with("ppihd"));
  CHECK(wire.reply(id).hints[0].joined("link").find("/c.png") != std::string::npos);
  CHECK(wire.reply(id).fields.joined("link").find("/a.css") == std::string::npos);
}

TEST_CASE_METHOD(Hinted, "a client with room for no pushed stream is told by 103 instead") {
  Peer& wire = peer({.concurrent_pushes = 0});
  const auto id = wire.get("/page", navigation);
  wire.pump();
  answer();
  CHECK(wire.reply(id).promises.empty());
  CHECK(wire.reply(id).hints.size() == 1);
  CHECK(wire.reply(id).ended);
}

TEST_CASE_METHOD(Hinted, "a client with room for one pushed stream gets them one by one") {
  asset = std::string(50'000, 'x');
  Peer& wire = peer({.concurrent_pushes = 1});
  const auto id = wire.get("/page", navigation);
  wire.pump();
  answer();
  CHECK(wire.reply(id).body == "page");
  REQUIRE_FALSE(wire.reply(id).promises.empty());
  for (const auto& [stream, path] : wire.reply(id).promises) {
    INFO(path);
    CHECK(wire.reply(stream).ended);
    CHECK(wire.reply(stream).body.size() == asset.size());
  }
  // One was whole before the next began.
  std::vector<std::int32_t> order = wire.data_order();
  order.erase(std::unique(order.begin(), order.end()), order.end());
  std::ranges::sort(order);
  CHECK(std::ranges::adjacent_find(order) == order.end());
  CHECK_FALSE(wire.goaway());
}

TEST_CASE_METHOD(Hinted, "a client that leaves in mid-push costs nothing more") {
  asset = std::string(200'000, 'x');
  Peer& wire = peer({.window = 1000});
  wire.reads = false;
  const auto id = wire.get("/page", navigation);
  wire.pump();
  REQUIRE(wire.reply(id).promises.size() == 2);
  SECTION("by resetting the page") {
    wire.reset(id);
    wire.pump();
    CHECK_FALSE(held.front().alive());
    answer();
    CHECK(wire.reply(id).fields.empty());
    CHECK(wire.session().streams() == 2);  // the pushes are streams of their own
    for (const auto& [stream, path] : wire.reply(id).promises) wire.reset(stream);
    wire.pump();
    CHECK(wire.session().streams() == 0);
    CHECK_FALSE(wire.goaway());
  }
  SECTION("with its connection") {
    client.reset();
    CHECK_FALSE(held.front().alive());
    held.clear();
  }
}

TEST_CASE_METHOD(Hinted, "an answer that is not the page, after a 103, says no more of assets") {
  const int status = GENERATE(404, 302, 500);
  Peer& wire = peer({.take_pushes = false});
  const auto id = wire.get("/page", navigation);
  wire.pump();
  CHECK(wire.reply(id).hints.size() == 1);
  answer(status);
  CHECK(wire.reply(id).order.starts_with("ih"));
  CHECK(wire.reply(id).status() == std::to_string(status));
  CHECK_FALSE(wire.reply(id).fields.has("link"));
  CHECK(wire.reply(id).hints.size() == 1);
  CHECK(wire.reply(id).ended);
}

TEST_CASE_METHOD(Hinted, "many pages at once are each told once, and pushed once together") {
  Peer& wire = peer({});
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(wire.get("/page" + std::to_string(i), navigation));
  wire.pump();
  answer();
  std::size_t promises = 0;
  for (const auto id : ids) {
    promises += wire.reply(id).promises.size();
    CHECK(wire.reply(id).hints.size() <= 1);
    CHECK(wire.reply(id).body == "page");
  }
  CHECK(promises == 2);
}

namespace {

// A page of urgency 0 with a head and more than fits a window, and its assets.
void answer_long(const http::Request& request, http::Exchange exchange) {
  const bool page = request.path() == "/page";
  http::Response response = http::text_response(
      200, page ? "text/html" : "text/css",
      page ? "<head></head>" + std::string(50'000, 'b') : std::string(20'000, 'a'));
  if (page) response.priority = {0, false};
  exchange.respond(std::move(response));
}

}  // namespace

TEST_CASE_METHOD(Hinted, "an interleaved page stops behind its head while its pushes go") {
  Interleaving interleaving(loop, {});
  Answering files(answer_long);
  HintingHandler interleaved(planner, files, {.interleaving = &interleaving});
  Peer wire(interleaved);
  const auto id = wire.get("/page", navigation);
  wire.pump();
  CHECK(wire.reply(id).body.size() < 5000);
  REQUIRE(wire.reply(id).promises.size() == 2);
  for (const auto& [stream, path] : wire.reply(id).promises) CHECK(wire.reply(stream).ended);
  loop.settle();
  wire.pump();
  CHECK(wire.reply(id).body.size() == 50'013);
  CHECK(wire.reply(id).ended);
  std::vector<std::int32_t> order = wire.data_order();
  order.erase(std::unique(order.begin(), order.end()), order.end());
  CHECK(order.front() == id);
  CHECK(order.back() == id);
  CHECK(std::ranges::count(order, id) == 2);
}

TEST_CASE_METHOD(Hinted, "a client that cancels the pushes of an interleaved page gets the page") {
  Interleaving interleaving(loop, {});
  Answering files(answer_long);
  HintingHandler interleaved(planner, files, {.interleaving = &interleaving});
  Peer wire(interleaved, {.window = 10'000});
  wire.reads = false;
  const auto id = wire.get("/page", navigation);
  wire.pump();
  const std::size_t head = wire.reply(id).body.size();
  CHECK(head > 0);
  CHECK(head < 5000);
  for (const auto& [stream, path] : wire.reply(id).promises) wire.reset(stream);
  wire.pump();
  loop.settle();
  wire.pump();
  CHECK(wire.reply(id).body.size() == 10'000);  // its whole window
  CHECK_FALSE(wire.goaway());
}

TEST_CASE_METHOD(Hinted, "an interleaved page whose pushes turn out to be errors goes on at once") {
  Interleaving interleaving(loop, {});
  Answering files([](const http::Request& request, http::Exchange exchange) {
    if (request.path() == "/a.css")
      return exchange.respond(http::text_response(404, "text/css", ""));
    if (request.path() == "/b.js") return;  // dropped: 500
    answer_long(request, std::move(exchange));
  });
  HintingHandler interleaved(planner, files, {.interleaving = &interleaving});
  Peer wire(interleaved);
  const auto id = wire.get("/page", navigation);
  wire.pump();
  REQUIRE(wire.reply(id).promises.size() == 2);
  CHECK(wire.reply(id).body.size() == 50'013);
  CHECK(wire.reply(id).ended);
}
