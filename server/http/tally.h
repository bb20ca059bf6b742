// Counter and Tally: what the sessions of one worker have done, counted by its thread and read by
// any.
#pragma once

#include <atomic>
#include <cstdint>

namespace http {

// A number that one thread counts and others read.
class Counter {
 public:
  void add(std::int64_t by) { value_.store(get() + by, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

struct Tally {
  Counter requests;
  Counter pushes;
  Counter hints;
  Counter streams_now;
  Counter http2;  // sessions begun
  Counter http1;
  Counter resumed;   // TLS sessions
  Counter received;  // bytes, as HTTP has them: without TLS
  Counter sent;
  Counter ended;  // connections, for their client's fault
};

}  // namespace http
