#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/peer.h"

using testing::Answering;
using testing::Peer;

namespace {

// A page that pushes its assets, and the assets.
struct Site {
  std::vector<http::Push> outcomes;
  Answering root{[this](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/" || request.target == "/nested.html") {
      for (const char* asset : {"/a.css", "/b.js", "/missing"}) {
        outcomes.push_back(exchange.push(asset, {1, false}));
      }
      exchange.hint({{"link", "</c.js>; rel=preload; as=script"}});
      exchange.respond(testing::text("page"));
    } else if (request.target == "/missing") {
      exchange.respond(http::text_response(404, "text/plain", "none"));
    } else {
      exchange.respond(testing::text(request.target));
    }
  }};
};

}  // namespace

TEST_CASE("a page's assets are promised before its own bytes and answered by the same handler") {
  Site site;
  Peer peer(site.root);
  const auto page = peer.get("/", {{"accept-encoding", "br"}});
  peer.pump();
  CHECK(peer.reply(page).body == "page");
  REQUIRE(peer.reply(page).promises.size() == 3);
  CHECK(peer.reply(page).hints.size() == 1);
  CHECK(peer.reply(peer.reply(page).promises[0].first).body == "/a.css");
  CHECK(peer.reply(peer.reply(page).promises[1].first).body == "/b.js");
  CHECK(peer.tally().pushes.get() == 3);
}

TEST_CASE("a pushed answer that is an error is cancelled") {
  Site site;
  Peer peer(site.root);
  const auto page = peer.get("/");
  peer.pump();
  CHECK(peer.reply(peer.reply(page).promises[2].first).reset == 0x8);  // CANCEL
}

TEST_CASE("nothing is pushed twice on a connection, nor what the client has asked for") {
  Site site;
  Peer peer(site.root);
  peer.get("/b.js");
  peer.pump();
  peer.get("/");
  peer.pump();
  CHECK(site.outcomes[0] == http::Push::promised);
  CHECK(site.outcomes[1] == http::Push::repeated);
  site.outcomes.clear();
  const auto again = peer.get("/");
  peer.pump();
  CHECK(site.outcomes == std::vector<http::Push>(3, http::Push::repeated));
  CHECK(peer.reply(again).promises.empty());
}

TEST_CASE("a client that refuses pushes gets none, and the handler is told") {
  Site site;
  Peer off(site.root, {.take_pushes = false});
  const auto page = off.get("/");
  off.pump();
  CHECK(site.outcomes == std::vector<http::Push>(3, http::Push::refused));
  CHECK(off.reply(page).promises.empty());
  CHECK(off.reply(page).hints.size() == 1);
  site.outcomes.clear();
  Peer none(site.root, {.concurrent_pushes = 0});
  none.get("/");
  none.pump();
  CHECK(site.outcomes == std::vector<http::Push>(3, http::Push::refused));
}

TEST_CASE("a pushed page does not push again") {
  std::vector<http::Push> outcomes;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    outcomes.push_back(exchange.push(request.target == "/" ? "/inner.html" : "/x.css", {}));
    exchange.respond(testing::text("page"));
  });
  Peer peer(root);
  peer.get("/");
  peer.pump();
  CHECK(outcomes == std::vector<http::Push>{http::Push::promised, http::Push::nested});
}

TEST_CASE("pushes cancelled by the client do no harm") {
  Site site;
  Peer peer(site.root, {.window = 0});
  const auto page = peer.get("/");
  peer.pump();
  for (const auto& [id, path] : peer.reply(page).promises) peer.reset(id);
  peer.pump();
  CHECK(peer.session().streams() == 1);  // the page, whose window is closed
  CHECK_FALSE(peer.goaway());
}

TEST_CASE("a client that cancels pushes gets no more after a few, on this connection only") {
  std::vector<http::Push> outcomes;
  int next = 0;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (!request.pushed) outcomes.push_back(exchange.push("/" + std::to_string(++next)));
    exchange.respond(testing::text(std::string(100'000, 'x')));
  });
  Peer peer(root, {.window = 1000});
  peer.reads = false;
  peer.limits().cancelled_pushes = 2;
  for (int page = 0; page < 3; ++page) {
    const auto id = peer.get("/page");
    peer.pump();
    for (const auto& [stream, path] : peer.reply(id).promises) peer.reset(stream);
    peer.pump();
  }
  CHECK(outcomes == std::vector{http::Push::promised, http::Push::promised, http::Push::unwanted});
  Peer other(root);
  other.get("/page");
  other.pump();
  CHECK(outcomes.back() == http::Push::promised);
  CHECK_FALSE(peer.goaway());
}

TEST_CASE("an event that is ready and unsent is known, and the windows of the client are") {
  testing::Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  Peer peer(root, {.window = 1000});
  peer.reads = false;
  peer.get("/events");
  peer.pump();
  CHECK_FALSE(peer.session().transport().live_waiting);
  CHECK(peer.session().transport().takes_pushes);
  CHECK(peer.session().transport().connection_window == 65'535);
  CHECK(peer.session().transport().stream_window == 1000);
  feed.say(std::string(2000, 'x'));
  CHECK(peer.session().transport().live_waiting);
  peer.pump();
  CHECK(peer.session().transport().live_waiting);  // the client takes no more
  CHECK(peer.session().transport().connection_window == 64'535);
}

TEST_CASE("a pushed stream never carries a 103") {
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/") exchange.push("/a.css");
    exchange.hint({{"link", "</b.css>; rel=preload; as=style"}});
    exchange.respond(testing::text("text"));
  });
  Peer peer(root);
  const auto page = peer.get("/");
  peer.pump();
  CHECK(peer.reply(page).hints.size() == 1);
  const auto& pushed = peer.reply(peer.reply(page).promises.at(0).first);
  CHECK(pushed.body == "text");
  CHECK(pushed.hints.empty());
  CHECK(peer.tally().hints.get() == 1);
}

TEST_CASE("a push that is held back sends nothing before its fields, and is not stalled") {
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/") exchange.push("/large");
    if (request.target == "/") exchange.push("/small");
    exchange.respond(testing::text(std::string(request.target == "/large" ? 100'000 : 500, 'x')));
  });
  Peer peer(root, {.concurrent_pushes = 1, .window = 1000});
  peer.reads = false;
  const auto page = peer.get("/");
  peer.pump();
  const auto large = peer.reply(page).promises.at(0).first;
  const auto small = peer.reply(page).promises.at(1).first;
  REQUIRE(peer.reply(large).body.size() == 1000);
  REQUIRE(peer.reply(small).order.empty());
  if (GENERATE(true, false)) {
    peer.set_window(1001);
  } else {  // WINDOW_UPDATE
    peer.raw(std::string("\0\0\4\x8\0\0\0\0", 8) + static_cast<char>(small) +
             std::string("\0\0\0\1", 4));
  }
  peer.pump();
  CHECK(peer.reply(small).order.empty());
  peer.loop().advance(std::chrono::seconds(60));
  peer.session().reset_stalled(peer.loop().now() - std::chrono::seconds(30));
  peer.pump();
  CHECK(peer.reply(large).reset);
  CHECK(peer.reply(small).body.size() == 500);  // its turn has come
  CHECK(peer.reply(small).order.starts_with('h'));
}

TEST_CASE("a push that is held back for too long is reset, so that its connection can be idle") {
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/") exchange.push("/one");
    if (request.target == "/") exchange.push("/two");
    exchange.respond(testing::text(request.target == "/" ? "" : "text"));
  });
  Peer peer(root, {.concurrent_pushes = 1, .window = 0});
  const auto page = peer.get("/");
  peer.pump();
  const auto one = peer.reply(page).promises.at(0).first;
  const auto two = peer.reply(page).promises.at(1).first;
  REQUIRE(peer.reply(one).order == "h");
  peer.allow_pushes(0);
  peer.pump();
  peer.loop().advance(std::chrono::seconds(29));
  peer.session().reset_stalled(peer.loop().now() - std::chrono::seconds(30));
  peer.pump();
  CHECK(peer.session().streams() == 2);
  peer.loop().advance(std::chrono::seconds(2));
  peer.session().reset_stalled(peer.loop().now() - std::chrono::seconds(30));
  peer.pump();
  CHECK(peer.reply(one).reset == 0x8);
  CHECK(peer.reply(two).reset == 0x8);
  CHECK(peer.reply(two).order.empty());
  CHECK(peer.session().streams() == 0);
  CHECK(peer.tally().limits_hit[static_cast<std::size_t>(http::Limit::stall)].get() == 2);
}

TEST_CASE(
    "a push that waits for its turn is not stalled while another is sent, nor when it begins") {
  testing::Feed feed;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/") exchange.push("/fed");
    if (request.target == "/") exchange.push("/waits");
    http::Response response = testing::text("text");
    if (request.target == "/fed") response.body = std::make_unique<testing::FeedBody>(feed);
    exchange.respond(std::move(response));
  });
  Peer peer(root, {.concurrent_pushes = 1, .window = 5});
  peer.reads = false;
  const auto page = peer.get("/");
  const auto look = [&] {
    peer.session().reset_stalled(peer.loop().now() - std::chrono::seconds(30));
    peer.pump();
  };
  peer.pump();
  const auto fed = peer.reply(page).promises.at(0).first;
  const auto waits = peer.reply(page).promises.at(1).first;
  peer.loop().advance(std::chrono::seconds(20));
  feed.say("more");
  peer.pump();
  peer.loop().advance(std::chrono::seconds(20));
  look();
  CHECK(peer.reply(fed).body == "more");
  CHECK_FALSE(peer.reply(waits).reset);
  peer.set_window(0);
  peer.pump();
  peer.raw(std::string("\0\0\4\x8\0\0\0\0", 8) + static_cast<char>(fed) +
           std::string("\0\0\0\5", 4));  // WINDOW_UPDATE
  feed.end();
  peer.pump();
  REQUIRE(peer.reply(fed).ended);
  REQUIRE(peer.reply(waits).order == "h");  // and no window
  look();
  CHECK_FALSE(peer.reply(waits).reset);
  peer.loop().advance(std::chrono::seconds(31));
  look();
  CHECK(peer.reply(waits).reset == 0x8);
  CHECK(peer.session().streams() == 0);
}
