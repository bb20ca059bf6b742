#include "server/http/filtered_wire.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/fake_exchange.h"

using testing::FakeExchange;

namespace {

// Differs in the answer alone.
struct Signing {
  std::string name;
  void complete(http::Response& response) const { response.fields.add("signed-by", name); }
};

// Says nothing before the answer.
struct Silent {
  void hint(const http::Headers&, http::Exchange&) {}
  http::Push push(std::string_view, http::Priority, http::Exchange&) {
    return http::Push::unwanted;
  }
  void complete(http::Response&) {}
};

}  // namespace

TEST_CASE("a filter completes the answer, and what it does not name goes on as it is") {
  FakeExchange fake;
  auto exchange = http::filtered<Signing>(fake.exchange(), "A");
  exchange.hint({{"link", "</a>"}});
  CHECK(exchange.push("/b") == http::Push::promised);
  exchange.respond(http::text_response(200, "text/plain", "hello"));
  CHECK(fake->hints.size() == 1);
  CHECK(fake->pushes == std::vector<std::string>{"/b"});
  CHECK(fake.field("signed-by") == "A");
  CHECK(fake.read() == "hello");
}

TEST_CASE("a filter may keep back a hint and a push") {
  FakeExchange fake;
  auto exchange = http::filtered<Silent>(fake.exchange());
  exchange.hint({{"link", "</a>"}});
  CHECK(exchange.push("/b") == http::Push::unwanted);
  CHECK(fake->hints.empty());
  CHECK(fake->pushes.empty());
  exchange.respond({});
}

TEST_CASE("an exchange that comes back with the content has its filter still") {
  FakeExchange fake;
  fake->withhold_content = true;
  http::Exchange::collect(http::filtered<Signing>(fake.exchange(), "A"), 10,
                          [](http::Exchange exchange, std::string content) {
                            exchange.respond(http::text_response(200, "text/plain", content));
                          });
  CHECK(fake->collect_limit == 10);
  fake->collecting("body");
  CHECK(fake.field("signed-by") == "A");
  CHECK(fake.read() == "body");
}

TEST_CASE("a filtered exchange hears when the client goes") {
  FakeExchange fake;
  auto exchange = http::filtered<Signing>(fake.exchange(), "A");
  bool told = false;
  exchange.on_gone([&] { told = true; });
  fake.leave();
  CHECK(told);
  CHECK_FALSE(exchange.alive());
}

TEST_CASE("what a filtered exchange notes stands before the notes of its answer") {
  FakeExchange fake;
  auto exchange = http::filtered<Signing>(fake.exchange(), "A");
  exchange.note({"asked", "one"});
  exchange.note({"asked", "two"});
  CHECK(fake.note("asked") == "two");
  http::Response response;
  response.notes.push_back({"found", "yes"});
  exchange.respond(std::move(response));
  CHECK(fake.response().notes.size() == 2);
  CHECK(fake.response().notes.front().value == "two");
  exchange.note({"asked", "too late"});
  CHECK(fake.note("asked") == "two");
}

TEST_CASE("a filtered exchange dropped without an answer becomes a 500") {
  FakeExchange fake;
  { const auto dropped = http::filtered<Signing>(fake.exchange(), "A"); }
  CHECK(fake.status() == 500);
}
