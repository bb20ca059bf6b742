// Heartbeats: when each worker's loop last turned, so that one that is stuck can be noticed from
// another thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "server/net/loop.h"

namespace cli {

class Heartbeats {
 public:
  explicit Heartbeats(std::size_t workers) : last_(workers) {}

  // By the worker, about once a second.
  void beat(std::size_t worker, net::Clock::time_point now) {
    last_[worker].store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  // By the worker, when it has ended: its silence means nothing from here on.
  void rest(std::size_t worker) { last_[worker].store(0, std::memory_order_relaxed); }
  struct Silence {
    std::size_t worker = 0;
    net::Clock::duration lasted{};
  };
  // Of the worker that was heard longest ago; workers that have not begun or have ended do not
  // count. Any thread.
  Silence longest(net::Clock::time_point now) const {
    Silence longest;
    for (std::size_t worker = 0; worker < last_.size(); ++worker) {
      const auto ticks = last_[worker].load(std::memory_order_relaxed);
      if (ticks == 0) continue;
      const auto lasted = now - net::Clock::time_point(net::Clock::duration(ticks));
      if (lasted > longest.lasted) longest = {worker, lasted};
    }
    return longest;
  }

 private:
  std::vector<std::atomic<net::Clock::rep>> last_;
};

}  // namespace cli
