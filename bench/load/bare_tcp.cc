#include "bench/load/bare_tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>

#include <ctime>

#include "server/net/error.h"

namespace bench {
namespace {

net::Fd tcp() {
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(fd), "cannot make a socket");
  return fd;
}

}  // namespace

void require(bool done, const char* what) {
  if (!done) throw net::SystemError(what);
}

void stay_on(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof cores, &cores);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::vector<BareLine> bare_lines(std::uint32_t count) {
  const net::Fd listener = tcp();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  require(bind(listener.get(), any, size) == 0 && listen(listener.get(), 1) == 0 &&
              getsockname(listener.get(), any, &size) == 0,
          "cannot listen");
  std::vector<BareLine> lines(count);
  const int on = 1;
  for (BareLine& line : lines) {
    line.reader = tcp();
    require(connect(line.reader.get(), any, size) == 0, "cannot connect");
    line.sender = net::Fd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    require(static_cast<bool>(line.sender), "cannot accept");
    setsockopt(line.sender.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return lines;
}

}  // namespace bench
