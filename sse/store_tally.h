// StoreTally: what a sequencer's store has done, and how long it took; counted by the sequencer's
// threads, read by any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sse {

class StoreTally {
 public:
  // Upper ends of the classes of Seen::took, in seconds; the last class has none.
  static constexpr std::array bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,   0.25,   0.5,   1.0,  2.5};
  using Classes = std::array<std::uint64_t, bounds.size() + 1>;
  struct Seen {
    Classes took{};            // batches written, by how long each took
    double seconds = 0;        // of all of them
    std::uint64_t errors = 0;  // batches that were not written
  };

  void written(std::chrono::steady_clock::duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    std::size_t at = 0;
    while (at < bounds.size() && seconds > bounds[at]) ++at;
    took_[at].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()),
                           std::memory_order_relaxed);
  }
  void failed() { errors_.fetch_add(1, std::memory_order_relaxed); }

  Seen seen() const {
    Seen seen;
    seen.errors = errors_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < seen.took.size(); ++i) {
      seen.took[i] = took_[i].load(std::memory_order_relaxed);
    }
    seen.seconds = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
    return seen;
  }

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> took_{};
  std::atomic<std::uint64_t> nanoseconds_ = 0;
  std::atomic<std::uint64_t> errors_ = 0;
};

}  // namespace sse
