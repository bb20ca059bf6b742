// CongestionWindow: how many segments a sender may have in flight: slow start, then congestion
// avoidance (RFC 5681), counted in segments as Linux does. Arithmetic only; who sends is Flow.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/net/loop.h"

namespace lab {

class CongestionWindow {
 public:
  struct Options {
    std::size_t initial = 10;  // segments (RFC 6928)
    std::size_t most = 1 << 16;
    // A sender that was silent for longer begins anew with the initial window (RFC 5681 section
    // 4.1). Zero: never.
    net::Clock::duration idle{};
  };

  explicit CongestionWindow(Options options)
      : options_(options), window_(static_cast<double>(options.initial)) {}

  bool open() const { return flight_ < segments(); }
  std::size_t segments() const { return static_cast<std::size_t>(window_); }
  std::size_t flight() const { return flight_; }

  // Before the first of what is to be sent now.
  void wake(net::Clock::time_point now);
  void sent(net::Clock::time_point now);
  void acknowledged();
  // A segment is known to be lost, and will be sent again as part of the flight.
  void lost();

 private:
  Options options_;
  double window_;
  double threshold_ = 1 << 30;  // of slow start
  std::size_t flight_ = 0;
  std::uint64_t sent_ = 0;  // segments, ever
  std::uint64_t acknowledged_ = 0;
  // The window grows only while it is what limits the sender: it is known by the most that was in
  // flight in this round.
  std::size_t peak_ = 0;
  std::uint64_t round_end_ = 0;
  std::uint64_t recovery_end_ = 0;  // losses before this are of the same congestion
  net::Clock::time_point last_sent_;
};

}  // namespace lab
