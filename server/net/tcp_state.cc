#include "server/net/tcp_state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace net {

std::optional<TcpState> tcp_state(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (info.tcpi_snd_mss == 0) return std::nullopt;
  const std::uint64_t segment = info.tcpi_snd_mss;
  return TcpState{std::chrono::microseconds(info.tcpi_rtt), segment * info.tcpi_snd_cwnd,
                  segment * info.tcpi_unacked};
}

}  // namespace net
