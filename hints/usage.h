// Usage: what the visits of one page have shown of one asset: whether the page needs it, and
// whether clients want it pushed.
//
// A browser fetches whatever it is told of, so that being asked for after having been told of says
// little. Hence each asset that the page does not name itself is left out of a few visits: if the
// client asks for it all the same, the page needs it; if not, telling of it was a waste, and it is
// demoted. While it is demoted every visit is such a trial, which costs nothing, and the first
// clients that ask bring it back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hints/pushed_exchange.h"

namespace hints {

// Part of a number of tries; the older they are the less they count.
class Share {
 public:
  void add(std::size_t hits);  // 0 or 1, of one try
  std::size_t tries() const { return tries_; }
  std::size_t hits() const { return hits_; }
  double rate() const { return tries_ == 0 ? 0 : static_cast<double>(hits_) / tries_; }

 private:
  static constexpr std::uint16_t memory = 32;
  std::uint16_t tries_ = 0;
  std::uint16_t hits_ = 0;
};

class Usage {
 public:
  enum class Turn {
    tell,
    leave_out,  // for once, to see whether it is asked for
    demoted,    // not needed, as far as is known
  };
  enum class Told { no, by_link, by_push };

  // Visits that are told of an asset before the first one is not, and how seldom after that.
  static constexpr std::uint32_t grace = 3;
  static constexpr std::uint32_t while_young = 4;
  static constexpr std::uint32_t when_known = 64;
  static constexpr std::size_t enough = 3;  // visits without it from which one may conclude
  static constexpr std::uint32_t first_push_trial = 16;
  static constexpr std::uint32_t last_push_trial = 1024;

  // What the next visit shall see. `place` in the plan, so that not all are left out together.
  Turn turn(std::size_t place) const;
  // Whether clients that take pushes shall get it by one.
  bool worth_a_push() const;
  // A visit has come, whatever it is told.
  void turned();

  // What a visit has shown that loaded assets at all.
  enum class Asked { no, yes };
  void settle(Told told, Asked asked);
  void push_ended(PushEnd end);

  // Probability that the page needs it where the client does not have it; 1 while nothing is known.
  double need() const;
  bool demoted() const;
  const Share& told() const { return told_; }
  const Share& untold() const { return untold_; }
  const Share& cancelled() const { return cancelled_; }

 private:
  bool push_demoted() const { return cancelled_.tries() >= enough && cancelled_.rate() >= 0.5; }

  Share told_;       // was told of, and asked for
  Share untold_;     // was not told of, and asked for all the same
  Share cancelled_;  // was pushed, and the client cancelled it
  std::uint32_t turns_ = 0;
  std::uint32_t since_push_trial_ = 0;
  std::uint32_t push_trial_ = first_push_trial;
};

}  // namespace hints
