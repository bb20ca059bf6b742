// TcpState: what the kernel knows of the way to a peer (TCP_INFO).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace net {

struct TcpState {
  std::chrono::microseconds round_trip{};  // smoothed
  std::uint64_t congestion_window = 0;     // bytes
  std::uint64_t unacknowledged = 0;        // bytes, near enough
  std::uint64_t acknowledged = 0;          // bytes, all there have been
  std::uint64_t held = 0;                  // bytes that the kernel has taken, and the peer has not
};

// One system call. None if `fd` is no connected TCP socket.
std::optional<TcpState> tcp_state(int fd);

}  // namespace net
