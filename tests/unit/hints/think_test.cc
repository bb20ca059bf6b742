#include "hints/think.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/fake_exchange.h"

using namespace std::chrono_literals;
using hints::ThinkHandler;
using testing::FakeExchange;
using testing::get;

namespace {

class Echo final : public http::Handler {
 public:
  void handle(const http::Request& request, http::Exchange exchange) override {
    asked.push_back(request.target);
    exchange.respond(http::text_response(200, "text/html", request.target));
  }
  std::vector<std::string> asked;
};

http::Request page(std::string target) {
  return get(std::move(target), {{"accept", "text/html,*/*"}});
}

}  // namespace

TEST_CASE("pages wait for the time of thinking, in order") {
  net::Loop loop(net::Loop::Time::manual);
  Echo echo;
  ThinkHandler think(loop, echo, {100ms});
  FakeExchange first;
  FakeExchange second;
  think.handle(page("/1"), first.exchange());
  loop.advance(50ms);
  think.handle(get("/2", {{"sec-fetch-mode", "navigate"}}), second.exchange());
  loop.advance(49ms);
  CHECK(echo.asked.empty());
  loop.advance(1ms);
  CHECK(first.read() == "/1");
  CHECK_FALSE(second.answered());
  loop.advance(50ms);
  CHECK(second.read() == "/2");
}

TEST_CASE("everything but pages passes at once") {
  net::Loop loop(net::Loop::Time::manual);
  Echo echo;
  ThinkHandler think(loop, echo, {100ms});
  http::Request pushed = page("/");
  pushed.pushed = true;
  for (const http::Request& request : {get("/"), page("/a.css"), pushed}) {
    FakeExchange fake;
    think.handle(request, fake.exchange());
    CHECK(fake.answered());
  }
}

TEST_CASE("without a time nothing waits") {
  net::Loop loop(net::Loop::Time::manual);
  Echo echo;
  ThinkHandler think(loop, echo, {});
  FakeExchange fake;
  think.handle(page("/"), fake.exchange());
  CHECK(fake.answered());
}

TEST_CASE("a client that leaves meanwhile is not asked for") {
  net::Loop loop(net::Loop::Time::manual);
  Echo echo;
  ThinkHandler think(loop, echo, {100ms});
  FakeExchange gone;
  FakeExchange stays;
  think.handle(page("/1"), gone.exchange());
  think.handle(page("/2"), stays.exchange());
  gone.leave();
  loop.advance(100ms);
  CHECK(echo.asked == std::vector<std::string>{"/2"});
}

TEST_CASE("what still waits when the handler goes is answered 500") {
  net::Loop loop(net::Loop::Time::manual);
  Echo echo;
  FakeExchange fake;
  {
    ThinkHandler think(loop, echo, {100ms});
    think.handle(page("/"), fake.exchange());
  }
  CHECK(fake.status() == 500);
}
