#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/peer.h"
#include "tests/support/refusal.h"

using namespace std::chrono_literals;
using testing::Answering;
using testing::Feed;
using testing::Peer;

TEST_CASE("a request is answered with the fields that the engine owns") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    CHECK(request.method == "GET");
    CHECK(request.authority == "app.test");
    CHECK(request.path() == "/a");
    CHECK(request.query() == "b=c");
    exchange.respond(testing::text("hello"));
  });
  Peer peer(root);
  const auto id = peer.get("/a?b=c");
  peer.pump();
  CHECK(peer.reply(id).status() == "200");
  CHECK(peer.reply(id).fields.get("content-length") == "5");
  CHECK(peer.reply(id).fields.has("date"));
  CHECK(peer.reply(id).body == "hello");
  CHECK(peer.reply(id).ended);
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("the scheme of a request is its connection's, whatever the client says") {
  std::string seen;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    seen = request.scheme;
    exchange.respond(testing::text("x"));
  });
  Peer peer(root, {.scheme = "http"});
  const auto id = peer.get("/");
  peer.pump();
  CHECK(peer.reply(id).status() == "200");
  CHECK(seen == "https");
}

TEST_CASE("HEAD, 204 and 304 have no content, and HEAD says how long it would be") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    http::Response response = testing::text("hello");
    if (request.target == "/204") response.status = 204;
    if (request.target == "/304") response.status = 304;
    exchange.respond(std::move(response));
  });
  Peer peer(root);
  const auto head = peer.send("HEAD", "/");
  const auto empty = peer.get("/204");
  const auto unchanged = peer.get("/304");
  peer.pump();
  CHECK(peer.reply(head).fields.get("content-length") == "5");
  for (const auto id : {head, empty, unchanged}) {
    CHECK(peer.reply(id).body.empty());
    CHECK(peer.reply(id).ended);
  }
  CHECK_FALSE(peer.reply(empty).fields.has("content-length"));
  CHECK_FALSE(peer.reply(unchanged).fields.has("content-length"));
}

TEST_CASE("a live answer does not tell its length, though it be known") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Response response = testing::text("news");
    response.live = true;
    exchange.respond(std::move(response));
  });
  Peer peer(root);
  const auto id = peer.get("/poll");
  peer.pump();
  CHECK_FALSE(peer.reply(id).fields.has("content-length"));
  CHECK(peer.reply(id).body == "news");
  CHECK(peer.reply(id).ended);
}

TEST_CASE("a 103 reaches the client while the handler still holds the exchange") {
  http::Exchange held;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    held = std::move(exchange);
  });
  Peer peer(root);
  const auto id = peer.get("/");
  peer.pump();
  REQUIRE(peer.reply(id).hints.size() == 1);
  CHECK(peer.reply(id).hints[0].get("link") == "</a.css>; rel=preload; as=style");
  CHECK(peer.reply(id).fields.empty());
  held.respond(testing::text("late"));
  peer.pump();
  CHECK(peer.reply(id).body == "late");
  CHECK(peer.tally().hints.get() == 1);
}

TEST_CASE("an exchange dropped without an answer becomes a 500 on the wire") {
  Answering root([](const http::Request&, http::Exchange) {});
  Peer peer(root);
  const auto id = peer.get("/");
  peer.pump();
  CHECK(peer.reply(id).status() == "500");
}

TEST_CASE("a handler that throws costs its own stream a 500 and no other") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/bad") throw std::runtime_error("bad");
    exchange.respond(testing::text("fine"));
  });
  Peer peer(root);
  const auto bad = peer.get("/bad");
  const auto good = peer.get("/good");
  peer.pump();
  CHECK(peer.reply(bad).status() == "500");
  CHECK(peer.reply(good).body == "fine");
}

TEST_CASE("answering after the client has gone does nothing") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  Peer peer(root);
  const auto id = peer.get("/");
  peer.pump();
  CHECK(held.alive());
  peer.reset(id);
  peer.pump();
  CHECK_FALSE(held.alive());
  held.respond(testing::text("too late"));
  peer.pump();
  CHECK(peer.reply(id).fields.empty());
}

TEST_CASE("an exchange may outlive its connection") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  {
    Peer peer(root);
    peer.get("/");
    peer.pump();
  }
  CHECK_FALSE(held.alive());
  held.respond(testing::text("nobody"));
}

TEST_CASE("headers followed by a reset in one packet never reach a handler") {
  Answering root([](const http::Request&, http::Exchange exchange) { exchange.respond({}); });
  Peer peer(root);
  const auto id = peer.get("/");
  // nghttp2's client cancels a request that has not been sent: the frames are written by hand.
  peer.push_to_server();
  root.asked.clear();
  std::string both("\x00\x00\x05\x01\x05\x00\x00\x00\x03\x82\x87\x84\x41\x00", 14);
  both += std::string("\x00\x00\x04\x03\x00\x00\x00\x00\x03\x00\x00\x00\x08", 13);
  peer.raw(both);
  peer.push_to_server();
  CHECK(root.asked.empty());
  peer.pump();
  CHECK(peer.reply(id).status() == "200");
}

TEST_CASE("a body that says nothing yet is asked again only after it wakes") {
  Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  Peer peer(root);
  const auto id = peer.get("/events");
  peer.pump();
  CHECK(feed.reads == 1);
  peer.pump();
  CHECK(feed.reads == 1);
  feed.say("data: a\n\n");
  peer.pump();
  CHECK(peer.reply(id).body == "data: a\n\n");
  feed.end();
  peer.pump();
  CHECK(peer.reply(id).ended);
  CHECK(feed.destroyed == 1);
}

TEST_CASE("a reader that leaves destroys the body at once") {
  Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  Peer peer(root);
  const auto id = peer.get("/events");
  peer.pump();
  peer.reset(id);
  peer.push_to_server();
  CHECK(feed.destroyed == 1);
}

TEST_CASE("an event published during a large download arrives next") {
  // As urgent as downloads are, as whatever says nothing, and as the page itself.
  const auto urgency = static_cast<std::uint8_t>(GENERATE(6, 3, 0));
  Feed feed;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/events") {
      exchange.respond(testing::live(feed));
    } else {
      http::Response big = testing::text(std::string(4 << 20, 'x'));
      big.priority = {urgency, false};
      exchange.respond(std::move(big));
    }
  });
  Peer peer(root, {.window = 8 << 20});
  const auto download = peer.get("/big");
  peer.push_to_server();
  peer.pull_from_server(2);
  const auto events = peer.get("/events");  // opened after the download: the trap of RFC 9218
  peer.push_to_server();
  peer.pull_from_server(2);
  const auto before = peer.data_order().size();
  feed.say("data: now\n\n");
  peer.pull_from_server(1);
  REQUIRE(peer.data_order().size() > before);
  CHECK(peer.data_order()[before] == events);
  CHECK_FALSE(peer.reply(download).ended);
}

TEST_CASE("a body that fails resets its stream and no other") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    http::Response response = testing::text("fine");
    if (request.target == "/broken") response.body = std::make_unique<testing::BrokenBody>();
    exchange.respond(std::move(response));
  });
  Peer peer(root);
  const auto broken = peer.get("/broken");
  const auto good = peer.get("/good");
  peer.pump();
  CHECK(peer.reply(broken).reset == 0x2);  // INTERNAL_ERROR
  CHECK(peer.reply(broken).body == "x");
  CHECK(peer.reply(good).body == "fine");
  CHECK_FALSE(peer.goaway());
}

TEST_CASE("a client that does not read stops the body, and memory with it") {
  Feed feed;
  feed.pending = std::string(1 << 20, 'x');
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  Peer peer(root, {.window = 1000});
  peer.reads = false;
  const auto id = peer.get("/");
  peer.pump();
  CHECK(peer.reply(id).body.size() == 1000);
  CHECK(feed.pending.size() == (1 << 20) - 1000);
}

TEST_CASE("content is collected and given to the handler whole") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Exchange::collect(std::move(exchange), 1 << 20,
                            [](http::Exchange mine, std::string content) {
                              mine.respond(testing::text("got " + std::to_string(content.size())));
                            });
  });
  Peer peer(root);
  const auto small = peer.post("/", "hello");
  const auto large = peer.post("/", std::string(500'000, 'x'));
  const auto none = peer.post("/", "");
  peer.pump();
  CHECK(peer.reply(small).body == "got 5");
  CHECK(peer.reply(large).body == "got 500000");
  CHECK(peer.reply(none).body == "got 0");
}

TEST_CASE("content larger than the handler takes is answered 413 before it is all there") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Exchange::collect(std::move(exchange), 1000, [](http::Exchange, std::string) { FAIL(); });
  });
  Peer peer(root);
  const auto declared = peer.begin_post("/", {{"content-length", "5000"}});
  const auto undeclared = peer.begin_post("/");
  peer.more(undeclared, std::string(1001, 'x'));
  peer.pump();
  CHECK(peer.reply(declared).status() == "413");
  CHECK(peer.reply(undeclared).status() == "413");
  CHECK(peer.reply(undeclared).body.find("1000 bytes") != std::string::npos);
  peer.session().stop_uploads();
  peer.pump();
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("a stream that was answered before its content ended is closed when that ends") {
  const http::Headers trailers = GENERATE(http::Headers{}, http::Headers{{"x-sum", "5"}});
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("no, thanks"));
  });
  Peer peer(root);
  const auto id = peer.begin_post("/");
  peer.more(id, "some");
  peer.pump();
  CHECK(peer.reply(id).ended);
  CHECK(peer.session().streams() == 1);
  peer.more(id, "more");
  peer.finish(id, trailers);
  peer.pump();
  CHECK(peer.session().streams() == 0);
  CHECK_FALSE(peer.reply(id).reset);
}

TEST_CASE("a client that leaves in the middle of its content is forgotten") {
  bool called = false;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    http::Exchange::collect(std::move(exchange), 1000,
                            [&](http::Exchange, std::string) { called = true; });
  });
  Peer peer(root);
  const auto id = peer.begin_post("/");
  peer.more(id, "half");
  peer.pump();
  peer.reset(id);
  peer.pump();
  CHECK_FALSE(called);
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("content that nobody collects gives its window back to the connection") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("no, thanks"));
  });
  Peer peer(root);
  for (int i = 0; i < 100; ++i) {
    const auto id = peer.post("/", std::string(60'000, 'x'));
    peer.pump();
    REQUIRE(peer.reply(id).body == "no, thanks");
  }
}

TEST_CASE("too many or too large fields are answered 431 and the connection goes on") {
  Answering root(
      [](const http::Request&, http::Exchange exchange) { exchange.respond(testing::text("ok")); });
  Peer peer(root);
  http::Headers many;
  for (int i = 0; i < 150; ++i) many.add("x-" + std::to_string(i), "1");
  const auto crowd = peer.get("/", many);
  const auto large = peer.get("/", {{"x", std::string(20'000, 'x')}});
  const auto fine = peer.get("/");
  peer.pump();
  CHECK(peer.reply(crowd).status() == "431");
  CHECK(peer.reply(large).status() == "431");
  CHECK(peer.reply(fine).body == "ok");
}

TEST_CASE("a target that is too long or no path gets its status") {
  Answering root(
      [](const http::Request&, http::Exchange exchange) { exchange.respond(testing::text("ok")); });
  Peer peer(root);
  const auto long_one = peer.get("/" + std::string(5000, 'a'));
  const auto star = peer.send("OPTIONS", "*");
  peer.pump();
  CHECK(peer.reply(long_one).status() == "414");
  CHECK(peer.reply(star).status() == "200");
}

TEST_CASE("draining refuses new streams and finishes those in flight") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  Peer peer(root);
  const auto id = peer.get("/");
  peer.pump();
  peer.session().announce_drain();
  peer.pump();
  CHECK(peer.goaway() == 0U);
  CHECK(peer.goaway_last_stream() == 0x7fffffff);
  peer.session().drain();
  peer.pump();
  CHECK(peer.goaway_last_stream() == id);
  CHECK_FALSE(peer.session().done());
  held.respond(testing::text("finished"));
  peer.pump();
  CHECK(peer.reply(id).body == "finished");
  CHECK(peer.session().done());
}

TEST_CASE("a flood of cheap frames ends in ENHANCE_YOUR_CALM") {
  Answering root([](const http::Request&, http::Exchange exchange) { exchange.respond({}); });
  Peer peer(root);
  const std::string ping(
      "\x00\x00\x08\x06\x00\x00\x00\x00\x00"
      "12345678",
      17);
  std::string flood;
  for (int i = 0; i < 1100; ++i) flood += ping;
  peer.raw(flood);
  peer.pump();
  CHECK(peer.goaway() == 0xbU);
  CHECK(peer.session().done());
}

TEST_CASE("rapid resets end the connection though an event stream lives on it") {
  Feed feed;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/events") exchange.respond(testing::live(feed));
    // The others are never reached, or are dropped.
  });
  Peer peer(root);
  peer.get("/events");
  peer.pump();
  for (int i = 0; i < 1200 && !peer.goaway(); ++i) {
    const auto id = peer.get("/");
    peer.push_to_server();
    peer.reset(id);
    peer.pump();
  }
  CHECK(peer.goaway() == 0xbU);
  CHECK(peer.session().done());
}

TEST_CASE("a stalled stream is reset, a waiting one is not") {
  Feed feed;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/events") {
      exchange.respond(testing::live(feed));
    } else {
      exchange.respond(testing::text(std::string(100'000, 'x')));
    }
  });
  Peer peer(root, {.window = 100});
  peer.reads = false;
  const auto stalled = peer.get("/big");
  const auto quiet = peer.get("/events");
  peer.pump();
  peer.loop().advance(60s);
  peer.session().reset_stalled(peer.loop().now() - 30s);
  peer.pump();
  CHECK(peer.reply(stalled).reset.has_value());
  CHECK_FALSE(peer.reply(quiet).reset);
}

TEST_CASE("an answer whose turn has not come is not stalled while others are sent") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text(std::string(10 << 20, 'x')));
  });
  Peer peer(root, {.window = 1 << 20});
  const auto shut = peer.get("/shut");  // and the client leaves its window so
  peer.neglected = shut;
  peer.pump();
  REQUIRE(peer.reply(shut).body.size() == 1 << 20);
  const auto first = peer.get("/first");
  const auto second = peer.get("/second");
  peer.push_to_server();
  for (int second_passed = 0; second_passed < 40; ++second_passed) {
    peer.pull_from_server(1);
    peer.push_to_server();
    peer.loop().advance(1s);
  }
  REQUIRE(peer.reply(second).body.empty());
  peer.session().reset_stalled(peer.loop().now() - 30s);
  peer.pull_from_server(1);
  CHECK(peer.reply(shut).reset);
  CHECK_FALSE(peer.reply(second).reset);
  peer.loop().advance(31s);  // in which the client takes nothing of anything
  peer.session().reset_stalled(peer.loop().now() - 30s);
  peer.pull_from_server(1);
  CHECK(peer.reply(first).reset);
  CHECK(peer.reply(second).reset);
}

TEST_CASE("SETTINGS that take the window of an open stream above 2^31-1 end the connection") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  Peer peer(root, {.window = 100});
  const auto id = peer.get("/");
  peer.pump();
  // WINDOW_UPDATE of 2^31-1-100 for the stream, then INITIAL_WINDOW_SIZE = 101.
  peer.raw(std::string("\0\0\4\x8\0\0\0\0", 8) + static_cast<char>(id) +
           std::string("\x7f\xff\xff\x9b", 4) +
           std::string("\0\0\6\x4\0\0\0\0\0\0\4\0\0\0\x65", 15));
  peer.pump();
  CHECK(peer.goaway() == 0x3U);  // FLOW_CONTROL_ERROR
  CHECK(peer.session().done());
}

TEST_CASE("SETTINGS may lower and raise the windows of open streams up to 2^31-1") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  Peer peer(root, {.window = 100});
  peer.get("/");
  peer.pump();
  peer.raw(std::string("\0\0\6\x4\0\0\0\0\0\0\4\0\0\0\0", 15) +
           std::string("\0\0\6\x4\0\0\0\0\0\0\4\x7f\xff\xff\xff", 15));
  peer.pump();
  CHECK_FALSE(peer.goaway());
}

TEST_CASE("a priority that comes before its request is kept, whatever was said of others before") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text(std::string(50'000, 'x')));
  });
  Peer peer(root);
  const auto say_urgent = [&](int id) {
    peer.raw(std::string("\0\0\7\x10\0\0\0\0\0\0\0", 11) + static_cast<char>(id >> 8) +
             static_cast<char>(id & 0xff) + "u=0");
  };
  for (int other = 201; other < 401; other += 2) say_urgent(other);
  say_urgent(3);
  peer.push_to_server();
  peer.get("/");
  const auto urgent = peer.get("/urgent");
  REQUIRE(urgent == 3);
  peer.pump();
  CHECK(peer.data_order().front() == urgent);
}

TEST_CASE("what breaks off for want of memory is never sent, and ends its connection") {
  const bool in_a_field_block = GENERATE(true, false);
  Answering root([&](const http::Request&, http::Exchange exchange) {
    http::Response response = testing::text("hello");
    response.fields.add("x-large", std::string(100'000, 'x'));
    const testing::Refusal refusal(32 * 1024);
    if (in_a_field_block) return exchange.respond(std::move(response));
    http::Exchange dropped = std::move(exchange);  // and so answered, when there is no room left
    for (int i = 0; i < 10'000; ++i) dropped.hint({{"a", "b"}});
  });
  Peer peer(root);
  const auto id = peer.get("/");
  peer.push_to_server();
  CHECK_THROWS_AS(peer.pull_from_server(1), std::bad_alloc);
  CHECK(peer.reply(id).order.empty());
}

TEST_CASE("trailers follow the last byte of a body, and end its stream") {
  testing::Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  Peer peer(root);
  const auto id = peer.get("/");
  feed.say("data: 1\n\n");
  peer.pump();
  feed.trailers = {{"x-sum", "9"}};
  feed.end();
  peer.pump();
  CHECK(peer.reply(id).body == "data: 1\n\n");
  CHECK(peer.reply(id).trailers.get("x-sum") == "9");
  CHECK(peer.reply(id).trailers.size() == 1);
  CHECK(peer.reply(id).order.starts_with("hd"));
  CHECK(peer.reply(id).order.ends_with('t'));
  CHECK(peer.reply(id).ended);
  CHECK(peer.session().streams() == 0);
  CHECK(feed.destroyed == 1);
}

TEST_CASE("interim answers go out in order, before the final one, and no 103 to who refuses it") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.interim(102, {});
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    exchange.interim(104, {{"upload-offset", "5"}});
    exchange.respond(testing::text("done"));
  });
  Peer peer(root);
  const auto id = peer.get("/");
  const auto refusing = peer.get("/", {{"no-early-hints", "?1"}});
  peer.pump();
  REQUIRE(peer.reply(id).hints.size() == 3);
  CHECK(peer.reply(id).hints[0].get(":status") == "102");
  CHECK(peer.reply(id).hints[1].get(":status") == "103");
  CHECK(peer.reply(id).hints[2].get("upload-offset") == "5");
  CHECK(peer.reply(id).body == "done");
  CHECK(peer.reply(refusing).hints.size() == 2);
  CHECK(peer.tally().hints.get() == 1);
}
