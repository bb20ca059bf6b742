// Histogram: durations counted in buckets whose width is a 64th of their value or less, from
// nanoseconds to hours; a percentile is the upper edge of its bucket.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void add(std::uint64_t value) {
    ++buckets_[bucket(value)];
    ++count_;
    if (value > max_) max_ = value;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  // `share` in (0, 1]: the value that so many are not above. 0 if nothing was counted.
  std::uint64_t percentile(double share) const;

 private:
  static constexpr unsigned fine = 6;  // bits: 64 buckets for each power of two
  static std::size_t bucket(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= fine) return value;
    const unsigned shift = width - fine;
    return (std::size_t{shift} << fine) + (value >> shift);
  }
  static std::uint64_t upper_edge(std::size_t bucket);

  std::array<std::uint64_t, (64 - fine + 1) << fine> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
