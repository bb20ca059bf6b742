// Bottleneck: one direction of a link, as arithmetic: a queue that is emptied at a rate, then a
// delay. Knows packets and times; streams are Flow's business.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compare/random.h"
#include "server/net/loop.h"

namespace lab {

class Bottleneck {
 public:
  // What happens to a packet that finds the queue full.
  enum class Full : std::uint8_t { drop, delay };

  struct Options {
    double rate = 10;               // megabits (10^6 bits) per second
    net::Clock::duration delay{};   // of propagation, one way
    std::size_t queue = 64 * 1024;  // bytes
    Full full = Full::drop;
    double loss = 0;                // share of packets, at random
    net::Clock::duration jitter{};  // more delay, evenly from nothing to this; order is kept
  };

  struct Passage {
    net::Clock::time_point arrival;  // at the far end; of a lost packet, when it would have been
    bool lost = false;
  };

  Bottleneck(Options options, std::uint64_t seed) : options_(options), random_(seed) {}

  // A packet of `bytes` with all its headers comes to the queue. Earlier than the last one counts
  // as at the same time.
  Passage pass(std::size_t bytes, net::Clock::time_point at);

  const Options& options() const { return options_; }

 private:
  net::Clock::duration time_of(std::size_t bytes) const;

  const Options options_;
  Random random_;
  net::Clock::time_point last_;     // a packet came
  net::Clock::time_point empty_;    // the queue will be
  net::Clock::time_point arrival_;  // of the last packet
};

}  // namespace lab
