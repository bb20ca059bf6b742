#include "server/net/line.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using net::Clock;
using net::Line;
using net::Loop;

namespace {

// Moved by hand.
Clock::time_point present;
Clock::time_point look() { return present; }

// Members that work for as long as a slice each time, as often as they were told to.
struct Queue {
  Loop loop{Loop::Time::manual};
  Line line{loop, look};
  std::string order;
  std::vector<std::unique_ptr<Line::Place>> places;
  std::vector<int> left;

  Line::Place& member(char name, int times) {
    const std::size_t at = places.size();
    left.push_back(times);
    places.push_back(std::make_unique<Line::Place>([this, at, name] {
      order += name;
      present += 300us;
      if (--left[at] > 0) places[at]->join(line);
    }));
    return *places.back();
  }
  // What is done by others, between the turns of the line.
  void each_turn(int turns) {
    if (turns == 0) return;
    loop.post([this, turns] {
      order += '|';
      each_turn(turns - 1);
    });
  }
};

}  // namespace

TEST_CASE("who joins the line goes on in a later turn, one in each, in the order of joining") {
  Queue queue;
  for (const char name : {'a', 'b', 'c'}) queue.member(name, 1).join(queue.line);
  CHECK(queue.order.empty());
  queue.each_turn(5);
  queue.loop.settle();
  CHECK(queue.order == "|a|b|c||");
}

TEST_CASE("who wants more goes behind the others") {
  Queue queue;
  queue.member('a', 3).join(queue.line);
  queue.member('b', 2).join(queue.line);
  queue.loop.settle();
  CHECK(queue.order == "ababa");
}

TEST_CASE("members that take little of a turn share it, and none is served twice in one") {
  Loop loop(Loop::Time::manual);
  Line line(loop, look);
  int served = 0;
  std::vector<std::unique_ptr<Line::Place>> places;
  for (int i = 0; i < 10; ++i) {
    places.push_back(std::make_unique<Line::Place>([&, i] {
      ++served;
      places[static_cast<std::size_t>(i)]->join(line);
      if (served == 10) loop.post([&] { places.clear(); });
    }));
    places.back()->join(line);
  }
  loop.settle();
  CHECK(served == 10);
}

TEST_CASE("who joins twice is served once, and who leaves is not") {
  Queue queue;
  Line::Place& twice = queue.member('a', 1);
  Line::Place& gone = queue.member('b', 1);
  twice.join(queue.line);
  twice.join(queue.line);
  gone.join(queue.line);
  CHECK(gone.waits_in(queue.line));
  gone.leave();
  CHECK_FALSE(gone.waits_in(queue.line));
  queue.loop.settle();
  CHECK(queue.order == "a");
  CHECK_FALSE(twice.waits_in(queue.line));
}

TEST_CASE("a place may be destroyed while it waits, also by the one before it") {
  Queue queue;
  std::unique_ptr<Line::Place> other;
  Line::Place first([&] { other.reset(); });
  other = std::make_unique<Line::Place>([&] { queue.order += "never"; });
  first.join(queue.line);
  other->join(queue.line);
  queue.loop.settle();
  CHECK(queue.order.empty());
}

TEST_CASE("until a slice of the turn is over, work need not wait in line") {
  Loop loop(Loop::Time::manual);
  Line line(loop, look);
  const auto passing = [&] {
    int passed = 0;
    for (; passed < 100 && line.pass(); ++passed) present += 200us;
    return passed;
  };
  const int passed = passing();
  CHECK(passed >= 2);
  CHECK(passed <= 4);
  CHECK(passing() == 0);
  loop.advance(1us);
  CHECK(passing() == passed);
}
