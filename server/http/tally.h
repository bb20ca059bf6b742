// Counter and Tally: what the sessions of one worker have done, counted by its thread and read by
// any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http {

// A number that one thread counts and others read.
class Counter {
 public:
  void add(std::int64_t by) { value_.store(get() + by, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// What ends connections, or keeps them from beginning. Limits of one request are told by the status
// of its answer.
enum class Limit : std::uint8_t {
  connections,
  connections_per_address,
  new_connections_per_address,
  handshake,
  settings,
  header,
  content,
  stall,
  ping_ack,
  budget,
};
inline constexpr std::array<std::string_view, 10> limit_names{"connections",
                                                              "connections_per_address",
                                                              "new_connections_per_address",
                                                              "handshake",
                                                              "settings",
                                                              "header",
                                                              "content",
                                                              "stall",
                                                              "ping_ack",
                                                              "budget"};

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
  std::array<Counter, limit_names.size()> limits_hit;

  void hit(Limit limit) { limits_hit[static_cast<std::size_t>(limit)].add(1); }
};

}  // namespace http
