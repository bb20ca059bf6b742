// RecordSize: how many bytes go into a connection's next TLS record. A client can use none of a
// record before it has all of it, so while a congestion window holds little, a record fits one
// segment; later the cost of many records counts for more, and they are full.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "server/net/loop.h"

namespace net {

class RecordSize {
 public:
  // 1500 bytes less the headers of IPv6 and TCP with timestamps, and what TLS adds at most.
  static constexpr std::size_t small = 1369;
  static constexpr std::size_t full = 16 * 1024;  // RFC 8446 section 5.1
  // Bytes in small records: past the first windows of slow start (10, 20, 40 segments).
  static constexpr std::size_t small_bytes = 64 * 1024;
  // A sender that was silent for longer than a retransmission time-out, which is no shorter than
  // this, starts slowly again (RFC 5681 section 4.1).
  static constexpr Clock::duration silence = std::chrono::milliseconds(200);

  // The most that the record to be sent now may have.
  std::size_t next(Clock::time_point now) {
    if (now - last_ > silence) sent_ = 0;
    return sent_ < small_bytes ? small : full;
  }
  void sent(std::size_t bytes, Clock::time_point now) {
    last_ = now;
    sent_ = std::min(sent_ + bytes, small_bytes);
  }

 private:
  std::size_t sent_ = 0;
  Clock::time_point last_;
};

}  // namespace net
