// Random: numbers from a seed, the same on every machine and library (std's distributions are not).
// SplitMix64, by Steele, Lea and Flood: small, fast, and good enough for jitter and resampling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace lab {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // In [0, bound); `bound` is positive and far below 2^53.
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(bound));
  }
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_;
};

// A seed of its own for part `number` of what `seed` began.
inline std::uint64_t derived(std::uint64_t seed, std::uint64_t number) {
  Random mixed(seed ^ (number * 0xd1342543de82ef95 + 1));
  return mixed.next();
}

}  // namespace lab
