#include "compare/bottleneck.h"

#include <algorithm>
#include <cmath>

namespace lab {

net::Clock::duration Bottleneck::time_of(std::size_t bytes) const {
  // A bit at one megabit per second takes a microsecond.
  const double nanoseconds = static_cast<double>(bytes) * 8 * 1000 / options_.rate;
  return std::chrono::nanoseconds(std::llround(nanoseconds));
}

Bottleneck::Passage Bottleneck::pass(std::size_t bytes, net::Clock::time_point at) {
  last_ = std::max(last_, at);
  const bool idle = empty_ <= last_;
  const auto sent = std::max(empty_, last_) + time_of(bytes);
  // What waits, this packet too, is what the rate carries until it has been sent.
  const bool overflows = !idle && sent - last_ > time_of(options_.queue);
  const auto jitter = std::chrono::nanoseconds(
      std::llround(random_.uniform() * static_cast<double>(options_.jitter.count())));
  const bool unlucky = random_.uniform() < options_.loss;
  const auto arrival = std::max(sent + options_.delay + jitter, arrival_);
  if (overflows && options_.full == Full::drop) return {arrival, true};
  empty_ = sent;
  if (unlucky) return {arrival, true};
  arrival_ = arrival;
  return {arrival, false};
}

}  // namespace lab
