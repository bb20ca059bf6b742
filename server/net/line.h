// Line: those who want more than their share of a turn wait in line, however many they are: in each
// turn the first of them go on, until a slice is over. Whoever wants still more joins anew, behind
// the others; whoever has come meanwhile is served before, as the line moves at the end of a turn.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "server/net/loop.h"
#include "server/net/slice.h"

namespace net {

class Line {
 public:
  // What one member of a line is; leaves it when destroyed.
  class Place {
   public:
    // `go_on` does a slice's worth of work at most, and may join again.
    explicit Place(std::function<void()> go_on) : go_on_(std::move(go_on)) {}
    ~Place() { leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Behind all others of `line`, which must outlive the place; unless it waits already.
    void join(Line& line) {
      if (!line_) line.add(*this);
    }
    void leave() {
      if (line_) line_->remove(*this);
    }
    bool waits_in(const Line& line) const { return line_ == &line; }

   private:
    friend class Line;
    std::function<void()> go_on_;
    Line* line_ = nullptr;  // in which it waits
    std::uint64_t number_ = 0;
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
    members_.push_back(&place);
    place.line_ = this;
    place.number_ = first_ + members_.size() - 1;
    move_.put_off();
  }

  void remove(Place& place) {
    members_[place.number_ - first_] = nullptr;
    place.line_ = nullptr;
  }

  void move() {
    const Clock::time_point began = clock_();
    // Not those who join anew: they have had their turn.
    for (std::size_t left = members_.size(); left > 0; --left) {
      Place* place = members_.front();
      members_.pop_front();
      ++first_;
      if (!place) continue;
      place->line_ = nullptr;
      if (!members_.empty()) move_.put_off();
      place->go_on_();
      if (clock_() - began >= Slice::standard) break;
    }
  }

  Loop& loop_;
  Clock::time_point (*clock_)();
  Slice slice_{Slice::standard, clock_};  // of those who pass
  Clock::time_point passing_;             // the turn in which it was begun
  std::deque<Place*> members_;            // null where one has left
  std::uint64_t first_ = 0;               // the number of the front
  Later move_;
};

}  // namespace net
