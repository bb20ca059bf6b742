// ThinkTime: how long the latest answers of one route took, from the request to the final header
// section.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hints {

class ThinkTime {
 public:
  using Duration = std::chrono::microseconds;
  static constexpr std::size_t kept = 16;
  static constexpr std::size_t enough = 4;  // answers from which one may conclude

  void add(Duration took);
  // Half of the latest answers took no longer; none without any.
  std::optional<Duration> median() const { return quantile(1, 2); }
  // Three of four of the latest answers took no longer; none while there are not enough.
  std::optional<Duration> usual() const;
  // The latest, oldest first.
  std::vector<Duration> latest() const;

 private:
  std::optional<Duration> quantile(std::size_t part, std::size_t of) const;

  std::array<std::uint32_t, kept> microseconds_{};  // a ring
  std::size_t count_ = 0;                           // ever
};

}  // namespace hints
