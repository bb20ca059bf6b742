#include "sse/errands.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

// So much that every look at it ends a slice, which then is of two pieces and one that is not
// asked.
net::Clock::time_point present;
net::Clock::time_point look() { return present += 1s; }

struct Desk {
  // One of so many pieces; the last says that it is.
  struct Counted final : Errand {
    Counted(Desk& owner, std::string named, int count)
        : desk(owner), name(std::move(named)), pieces(count) {}
    ~Counted() override { desk.log += name + "- "; }
    bool piece() override {
      desk.log += name + " ";
      if (pieces == 3 && name == "bad") throw std::runtime_error("broken");
      return --pieces > 0;
    }
    void done(http::Exchange exchange) override {
      desk.log += name + "! ";
      exchange.respond(http::text_response(200, "text/plain", name));
    }
    Desk& desk;
    const std::string name;
    int pieces;
  };
  FakeExchange run(const std::string& name, int pieces) {
    FakeExchange fake;
    errands.run(fake.exchange(), std::make_unique<Counted>(*this, name, pieces));
    return fake;
  }
  // What has been done since the last time.
  std::string told() { return std::exchange(log, ""); }

  net::Loop loop{net::Loop::Time::manual};
  std::string log;
  Errands errands{loop, net::Slice(1ms, look)};
};

}  // namespace

TEST_CASE("an errand for which a slice is enough is done at once") {
  Desk desk;
  FakeExchange fake = desk.run("a", 2);
  CHECK(fake.status() == 200);
  CHECK(desk.told() == "a a a! a- ");
}

TEST_CASE("errands are done one after the other, a slice of them in each turn") {
  Desk desk;
  FakeExchange first = desk.run("a", 5);
  FakeExchange second = desk.run("b", 1);
  CHECK(desk.told() == "a a ");
  int turns = 0;
  std::function<void()> count = [&] {
    ++turns;
    if (!second.answered() && turns < 100) desk.loop.post(count);
  };
  desk.loop.post(count);
  desk.loop.settle();
  CHECK(desk.told() == "a a a a! a- b b! b- ");
  CHECK(turns >= 2);
  CHECK(first.status() == 200);
  CHECK(second.status() == 200);
}

TEST_CASE("an errand whose client has gone is dropped, whether it has been begun or not") {
  Desk desk;
  FakeExchange first = desk.run("a", 9);
  FakeExchange second = desk.run("b", 9);
  FakeExchange third = desk.run("c", 1);
  desk.told();
  second.leave();
  CHECK(desk.told() == "b- ");
  first.leave();
  CHECK(desk.told() == "a- ");
  desk.loop.settle();
  CHECK(desk.told() == "c c! c- ");
  CHECK(third.status() == 200);
}

TEST_CASE("an errand that fails answers 500, and the others go on") {
  Desk desk;
  FakeExchange first = desk.run("a", 4);
  FakeExchange bad = desk.run("bad", 3);
  FakeExchange last = desk.run("c", 1);
  int failures = 0;
  desk.loop.on_exception([&](const std::exception&) { ++failures; });
  desk.loop.settle();
  CHECK(failures == 1);
  CHECK(bad.status() == 500);
  CHECK(first.status() == 200);
  CHECK(last.status() == 200);
}

TEST_CASE("errands end with their exchanges when their owner goes") {
  std::string log;
  FakeExchange fake;
  {
    Desk desk;
    fake = desk.run("a", 9);
  }
  CHECK(fake.status() == 500);
  fake.leave();
}
