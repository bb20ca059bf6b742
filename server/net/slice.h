// Slice: how long one connection may work in one turn of the loop while others wait for theirs. It
// is asked before each piece of work; what is put off is done in the next turn.
#pragma once

#include <algorithm>
#include <cstdint>

#include "server/net/loop.h"

namespace net {

class Slice {
 public:
  // The piece of work that is under way when the time is over is finished: a turn may take longer.
  static constexpr std::chrono::microseconds standard{300};

  // `clock` is for tests.
  explicit Slice(Clock::duration length, Clock::time_point (*clock)() = &Clock::now)
      : length_(length), clock_(clock) {}

  // A turn begins.
  void begin() { pieces_ = 0; }

  // Whether the next piece has to wait for the next turn. The first one never has; the time is
  // that since the second. A look at the clock costs as much as a part of a cheap piece: where
  // those before were cheap, it is taken for several.
  bool over() {
    if (pieces_ == over_) return true;
    if (++pieces_ == 1) return false;
    if (pieces_ == 2) {
      began_ = clock_();
      next_look_ = 3;
      return false;
    }
    if (pieces_ < next_look_) return false;
    return look();
  }

 private:
  static constexpr std::uint32_t over_ = static_cast<std::uint32_t>(-1);
  // Pieces between two looks: a client may send cheap ones first, and then dear ones.
  static constexpr std::uint32_t most_unseen = 4;

  bool look() {
    const Clock::duration spent = clock_() - began_;
    if (spent >= length_) {
      pieces_ = over_;
      return true;
    }
    // Half of what would fit if they went on as they were.
    const auto each = spent / static_cast<int>(pieces_ - 2) + Clock::duration(1);
    const auto fit = static_cast<std::uint32_t>((length_ - spent) / (2 * each));
    next_look_ = pieces_ + std::clamp<std::uint32_t>(fit, 1, most_unseen);
    return false;
  }

  Clock::duration length_;
  Clock::time_point (*clock_)();
  Clock::time_point began_;
  std::uint32_t pieces_ = 0;
  std::uint32_t next_look_ = 0;
};

}  // namespace net
