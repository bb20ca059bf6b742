#include "server/net/slice.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using net::Clock;
using net::Slice;

namespace {

// Moved by hand; how often it was looked at.
Clock::time_point present;
int looks = 0;
Clock::time_point look() {
  ++looks;
  return present;
}

Slice fresh() {
  looks = 0;
  return Slice(100us, look);
}

int pieces_of(Slice& slice, Clock::duration each) {
  slice.begin();
  int done = 0;
  for (; done < 10'000 && !slice.over(); ++done) present += each;
  return done;
}

}  // namespace

TEST_CASE("a single piece of work is never put off, and costs no look at the clock") {
  Slice slice = fresh();
  for (int turn = 0; turn < 3; ++turn) {
    slice.begin();
    CHECK_FALSE(slice.over());
    present += 1s;
  }
  CHECK(looks == 0);
}

TEST_CASE("dear pieces end a slice as soon as its time is over") {
  Slice slice = fresh();
  CHECK(pieces_of(slice, 1ms) == 2);
  CHECK(pieces_of(slice, 40us) == 4);
}

TEST_CASE("cheap pieces are looked at now and then, and do not go far beyond the slice") {
  Slice slice = fresh();
  const int done = pieces_of(slice, 1us);
  CHECK(done >= 100);
  CHECK(done < 112);
  CHECK(looks < done / 3);
}

TEST_CASE("what is over stays over until the next turn begins") {
  Slice slice = fresh();
  pieces_of(slice, 1ms);
  CHECK(slice.over());
  present += 1h;
  CHECK(slice.over());
  slice.begin();
  CHECK_FALSE(slice.over());
}
