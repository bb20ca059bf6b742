// Line: those who want more than their share of a turn wait in line, however many they are: in each
// turn the first of them go on, until a slice is over. Whoever wants still more joins anew, behind
// the others; whoever has come meanwhile is served before, as the line moves at the end of a turn.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "server/net/chain.h"
#include "server/net/loop.h"
#include "server/net/slice.h"

namespace net {

class Line {
 public:
  // What one member of a line is; leaves it when destroyed.
  class Place : private Link {
   public:
    // `go_on` does a slice's worth of work at most, and may join again.
    explicit Place(std::function<void()> go_on) : go_on_(std::move(go_on)) {}

    // Behind all others of `line`, which must outlive the place; unless it waits already.
    void join(Line& line) {
      if (!linked()) line.add(*this);
    }
    void leave() { unlink(); }
    bool waits_in(const Line& line) const { return linked() && line_ == &line; }

   private:
    friend class Line;
    friend class Chain<Place>;
    std::function<void()> go_on_;
    const Line* line_ = nullptr;  // that it joined last
    std::uint64_t number_ = 0;    // there
  };

  // `loop` must outlive the line. `clock` is for tests.
  explicit Line(Loop& loop, Clock::time_point (*clock)() = &Clock::now)
      : loop_(loop), clock_(clock), move_(loop, [this] { move(); }) {}

  // Whether a piece of work may be done at once instead of in line, which costs the least: true in
  // each turn until a slice is over.
  bool pass() {
    if (passing_ != loop_.now()) slice_.begin();
    passing_ = loop_.now();
    return !slice_.over();
  }

 private:
  void add(Place& place) {
    members_.push_back(place);
    place.line_ = this;
    place.number_ = numbered_++;
    move_.put_off();
  }

  void move() {
    const Clock::time_point began = clock_();
    const std::uint64_t all = numbered_;  // who joins anew has had its turn
    while (!members_.empty()) {
      Place& place = members_.front();
      if (place.number_ >= all) break;
      place.leave();
      if (!members_.empty()) move_.put_off();
      place.go_on_();
      if (clock_() - began >= Slice::standard) break;
    }
  }

  Loop& loop_;
  Clock::time_point (*clock_)();
  Slice slice_{Slice::standard, clock_};  // of those who pass
  Clock::time_point passing_;             // the turn in which it was begun
  Chain<Place> members_;
  std::uint64_t numbered_ = 0;
  Later move_;
};

}  // namespace net
