// Figures: what one app server has been asked and how it has answered, as values for whoever shows
// them; those of several workers can be summed up.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// Why a request had no answer, or not all of it, by the app server's fault.
enum class Failure {
  unreachable,  // no connection
  late,         // no connection, or no answer, in time
  lost,         // the connection ended before the answer did
  malformed,    // the answer is not HTTP, or beyond a limit
};
std::string_view words(Failure failure);

struct Figures {
  using Duration = std::chrono::microseconds;
  // Of the classes of times; the last class is what took longer than the last of these.
  static constexpr std::array<std::chrono::milliseconds, 11> bounds{
      std::chrono::milliseconds(5),     std::chrono::milliseconds(10),
      std::chrono::milliseconds(25),    std::chrono::milliseconds(50),
      std::chrono::milliseconds(100),   std::chrono::milliseconds(250),
      std::chrono::milliseconds(500),   std::chrono::milliseconds(1000),
      std::chrono::milliseconds(2500),  std::chrono::milliseconds(5000),
      std::chrono::milliseconds(10'000)};

  std::string upstream;         // as configured
  std::uint64_t requests = 0;   // given to it, attempts that failed too; not health checks
  std::uint64_t in_flight = 0;  // now
  std::array<std::uint64_t, 4> failures{};  // by Failure
  std::size_t failing_for = 0;  // workers that could not reach it last, or whose check failed

  // From the request, given to it, to the header section of its answer.
  std::array<std::uint64_t, bounds.size() + 1> first_byte{};  // answers in each class
  Duration first_byte_sum{};

  void answered(Duration after);
  std::uint64_t answers() const;
  // The time within which that share of the answers came, about: the end of a class. Zero without
  // any; what is beyond the last class counts as its beginning.
  std::chrono::milliseconds within(double share) const;
};

// Adds those of another worker, by the name of the upstream.
std::vector<Figures> sum(std::vector<Figures> figures, const std::vector<Figures>& more);

}  // namespace proxy
