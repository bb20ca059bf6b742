#include "server/http/exchange.h"

#include <catch2/catch.hpp>
#include <memory>
#include <new>

#include "tests/support/fake_exchange.h"

using testing::FakeExchange;

TEST_CASE("an exchange dropped without an answer becomes a 500") {
  FakeExchange fake;
  { const http::Exchange dropped = fake.exchange(); }
  CHECK(fake.status() == 500);
}

TEST_CASE("a moved exchange answers once") {
  FakeExchange fake;
  http::Exchange first = fake.exchange();
  http::Exchange second = std::move(first);
  CHECK_FALSE(first.alive());
  second.respond(http::text_response(200, "text/plain", "hello"));
  CHECK_FALSE(second.alive());
  second.respond(http::text_response(404, "text/plain", "again"));
  CHECK(fake.status() == 200);
  CHECK(fake.read() == "hello");
}

TEST_CASE("answering after the client has gone does nothing") {
  FakeExchange fake;
  http::Exchange exchange = fake.exchange();
  fake.leave();
  exchange.hint({{"link", "</a>"}});
  CHECK(exchange.push("/a") == http::Push::gone);
  exchange.respond({});
  CHECK_FALSE(fake.answered());
}

TEST_CASE("collecting content gives the exchange back with it") {
  FakeExchange fake;
  fake->content = "body";
  http::Exchange::collect(fake.exchange(), 10, [](http::Exchange exchange, std::string content) {
    exchange.respond(http::text_response(200, "text/plain", content));
  });
  CHECK(fake->collect_limit == 10);
  CHECK(fake.read() == "body");
}

TEST_CASE("an exchange that is dropped when there is no memory for an answer goes without one") {
  class Wire final : public http::Wire {
   public:
    bool alive() const override { return true; }
    void hint(const http::Headers&) override {}
    void interim(int, const http::Headers&) override {}
    http::Push push(std::string_view, http::Priority) override { return http::Push::gone; }
    void respond(http::Response) override { throw std::bad_alloc(); }
    void collect(std::size_t, std::function<void(std::string)>) override {}
    std::unique_ptr<http::Body> content() override { return nullptr; }
    void on_gone(std::function<void()>) override {}
    void note(http::Note) override {}
  };
  const http::Exchange dropped(std::make_unique<Wire>());
}

TEST_CASE("assigning over an unanswered exchange answers it 500") {
  FakeExchange one;
  FakeExchange two;
  http::Exchange exchange = one.exchange();
  exchange = two.exchange();
  CHECK(one.status() == 500);
  CHECK(exchange.alive());
  exchange.respond({});
}
