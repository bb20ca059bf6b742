// FrameBudget: what a client's frames cost beyond their share of bytes. Starts full, refilled with
// time; every known flood of HTTP/2 runs dry within a thousand frames or so, and a client in good
// order stays far below the refill rate.
#pragma once

#include <algorithm>
#include <chrono>

#include "server/h2/frame.h"

namespace h2 {

class FrameBudget {
 public:
  static constexpr double burst = 1000;
  static constexpr double refill_per_second = 100;

  void refill(std::chrono::duration<double> passed) {
    tokens_ = std::min(burst, tokens_ + passed.count() * refill_per_second);
  }
  void charge(double tokens) { tokens_ -= tokens; }
  bool exhausted() const { return tokens_ < 0; }

  // Of a frame, by its head. DATA that brings nothing is charged for by whoever has seen all of it.
  static double price(const FrameHead& head);
  static constexpr double empty_data = 1;

 private:
  double tokens_ = burst;
};

}  // namespace h2
