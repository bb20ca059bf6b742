#include "server/net/chore.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

using namespace std::chrono_literals;
using net::Chore;
using net::Clock;
using net::Loop;
using net::Slice;

namespace {

// Moved by hand.
Clock::time_point present;
Clock::time_point look() { return present; }

struct Pieces {
  explicit Pieces(int count) : left(count) {}
  bool one() {
    present += 100us;
    ++done;
    return --left > 0;
  }
  int left;
  int done = 0;
  Loop loop{Loop::Time::manual};
  Chore chore{loop, [this] { return one(); }, Slice(200us, look)};
};

}  // namespace

TEST_CASE("a chore of a few pieces is done in the turn in which it was given") {
  Pieces pieces(3);
  pieces.chore.schedule();
  CHECK(pieces.done == 0);
  pieces.loop.settle();
  CHECK(pieces.done == 3);
}

TEST_CASE("others have their turns before a long chore is done") {
  Pieces pieces(20);
  pieces.chore.schedule();
  int done_before = 0;
  pieces.loop.post([&] { pieces.loop.post([&] { done_before = pieces.done; }); });
  pieces.loop.settle();
  CHECK(done_before > 0);
  CHECK(done_before < 20);
}

TEST_CASE("a long chore goes on by itself until all of it is done") {
  Pieces pieces(1000);
  pieces.chore.schedule();
  pieces.loop.settle();
  CHECK(pieces.done == 1000);
}

TEST_CASE("more work for a chore that waits for its next turn does not hasten it") {
  Pieces pieces(20);
  int most_in_a_turn = 0;
  int before = 0;
  std::function<void()> each_turn = [&] {
    most_in_a_turn = std::max(most_in_a_turn, pieces.done - before);
    before = pieces.done;
    if (pieces.left <= 0) return;
    for (int i = 0; i < 5; ++i) pieces.chore.schedule();
    pieces.loop.post(each_turn);
  };
  pieces.loop.post(each_turn);
  pieces.loop.settle();
  CHECK(pieces.done == 20);
  CHECK(most_in_a_turn <= 4);
}

TEST_CASE("a chore that is done can be given again") {
  Pieces pieces(2);
  pieces.chore.schedule();
  pieces.loop.settle();
  pieces.left = 2;
  pieces.chore.schedule();
  pieces.loop.settle();
  CHECK(pieces.done == 4);
}

TEST_CASE("a chore that is given up leaves nothing behind in the loop") {
  Loop loop(Loop::Time::manual);
  {
    Chore chore(
        loop, [] { return true; }, Slice(0us, look));
    chore.schedule();
  }
  loop.settle();
}
