#include "server/net/tcp_state.h"

#include <linux/tcp.h>  // netinet/tcp.h has only what kernels told long ago
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace net {

std::optional<TcpState> tcp_state(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (info.tcpi_snd_mss == 0) return std::nullopt;
  const std::uint64_t segment = info.tcpi_snd_mss;
  const std::uint64_t sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
  const std::uint64_t arrived = info.tcpi_bytes_acked;
  return TcpState{std::chrono::microseconds(info.tcpi_rtt), segment * info.tcpi_snd_cwnd,
                  segment * info.tcpi_unacked, arrived,
                  std::max(sent, arrived) - arrived + info.tcpi_notsent_bytes};
}

}  // namespace net
