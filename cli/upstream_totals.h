// UpstreamTotals: what the workers know of the app servers: each worker writes its own, anyone
// reads the sum.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cli {

class UpstreamTotals {
 public:
  struct State {
    bool up = true;  // false: a worker finds that it does not answer
    std::size_t in_flight = 0;
  };
  using States = std::map<std::string, State>;  // by address

  explicit UpstreamTotals(std::size_t workers) : of_worker_(workers) {}

  void put(std::size_t worker, States states) {
    const std::lock_guard lock(mutex_);
    of_worker_[worker] = std::move(states);
  }
  States sum() const {
    const std::lock_guard lock(mutex_);
    States total;
    for (const States& states : of_worker_) {
      for (const auto& [address, state] : states) {
        State& all = total[address];
        all.up = all.up && state.up;
        all.in_flight += state.in_flight;
      }
    }
    return total;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<States> of_worker_;
};

}  // namespace cli
