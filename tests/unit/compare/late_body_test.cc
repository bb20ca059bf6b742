#include "compare/late_body.h"

#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/fake_exchange.h"

using namespace std::chrono_literals;

namespace {

// A server that answers everything at once, behind late bodies.
struct Late {
  net::Loop loop{net::Loop::Time::manual};
  std::string type = "text/html; charset=utf-8";
  testing::Answering files{[this](const http::Request&, http::Exchange exchange) {
    exchange.respond(http::text_response(200, type, "content"));
  }};
  testing::FakeExchange fake;

  void ask(net::Clock::duration think, http::Request request = {}) {
    lab::LateBodies(loop, files, think).handle(request, fake.exchange());
  }
};

}  // namespace

TEST_CASE("a page has its headers at once and its content after the think time") {
  Late late;
  late.ask(200ms);
  REQUIRE(late.fake.status() == 200);
  CHECK(late.fake.response().body->length() == 7);
  CHECK(late.fake.read().empty());
  late.loop.advance(199ms);
  CHECK(late.fake.waker.wakes == 0);
  late.loop.advance(1ms);
  CHECK(late.fake.waker.wakes == 1);
  CHECK(late.fake.read() == "content");
}

TEST_CASE("what is no page, or is pushed, does not wait for a late body") {
  Late late;
  SECTION("a style") {
    late.type = "text/css";
    late.ask(200ms);
  }
  SECTION("a push") {
    http::Request request;
    request.pushed = true;
    late.ask(200ms, request);
  }
  SECTION("no think time") { late.ask(0ms); }
  CHECK(late.fake.read() == "content");
}

TEST_CASE("a late body that is given up wakes nobody") {
  Late late;
  late.ask(200ms);
  CHECK(late.fake.read().empty());
  late.fake.response().body.reset();
  late.loop.advance(1s);
  CHECK(late.fake.waker.wakes == 0);
}
