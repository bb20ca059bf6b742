// Transport: what is known at this moment of the way to a client, for whoever decides whether to
// send it what it has not asked for.
#pragma once

#include <chrono>
#include <cstdint>

namespace http {

struct Transport {
  std::chrono::microseconds round_trip{};  // smoothed (RFC 6298); 0: not known
  std::uint64_t congestion_window = 0;     // bytes that may be under way at once; 0: not known
  std::uint64_t under_way = 0;             // bytes of them that are taken
  bool takes_pushes = false;
  std::uint64_t connection_window = 0;  // bytes the client takes now (RFC 9113 section 6.9)
  std::uint64_t stream_window = 0;      // and of them on each new stream
  bool live_waiting = false;            // an event is ready and has not been sent
};

// Reads it anew whenever asked: a system call, so ask once for a decision.
class TransportGauge {
 public:
  virtual Transport transport() const = 0;

 protected:
  ~TransportGauge() = default;
};

}  // namespace http
