#include "bench/load/bare.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <ctime>
#include <thread>
#include <vector>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace bench {
namespace {

void require(bool done, const char* what) {
  if (!done) throw net::SystemError(what);
}

void stay_on(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof cores, &cores);  // this thread; elsewhere it measures worse
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

net::Fd tcp() {
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(fd), "cannot make a socket");
  return fd;
}

struct Line {
  net::Fd sender, reader;
};

std::vector<Line> connect_all(std::uint32_t count) {
  const net::Fd listener = tcp();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  require(bind(listener.get(), any, size) == 0 && listen(listener.get(), 1) == 0 &&
              getsockname(listener.get(), any, &size) == 0,
          "cannot listen");
  std::vector<Line> lines(count);
  const int on = 1;
  for (Line& line : lines) {
    line.reader = tcp();
    require(connect(line.reader.get(), any, size) == 0, "cannot connect");
    line.sender = net::Fd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    require(static_cast<bool>(line.sender), "cannot accept");
    setsockopt(line.sender.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return lines;
}

// Reads whatever comes, until the first of the lines is closed.
void read_all(const std::vector<Line>& lines, const net::Fd& epoll) {
  std::array<epoll_event, 512> ready{};
  std::array<char, 16384> bytes{};
  for (;;) {
    const int count = epoll_wait(epoll.get(), ready.data(), ready.size(), -1);
    for (int i = 0; i < count; ++i) {
      const std::size_t which = ready.at(static_cast<std::size_t>(i)).data.u64;
      if (recv(lines[which].reader.get(), bytes.data(), bytes.size(), 0) == 0) return;
    }
  }
}

}  // namespace

double measure_bare_send(const BareOptions& options) {
  const std::vector<Line> lines = connect_all(options.connections);
  const net::Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  require(static_cast<bool>(epoll), "cannot make an epoll");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    require(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, lines[i].reader.get(), &event) == 0,
            "cannot watch a socket");
  }
  std::thread reader([&] {
    stay_on(options.reader_core);
    read_all(lines, epoll);
  });

  stay_on(options.sender_core);
  const std::vector<char> message(options.bytes, 'x');
  const auto pause = std::chrono::duration<double>(1 / options.rate);
  const auto until = std::chrono::steady_clock::now() + options.measure;
  std::uint64_t sends = 0;
  double spent = 0;
  while (std::chrono::steady_clock::now() < until) {
    const double before = cpu_seconds();
    for (const Line& line : lines) {
      sends += send(line.sender.get(), message.data(), message.size(), MSG_NOSIGNAL) > 0 ? 1 : 0;
    }
    spent += cpu_seconds() - before;
    std::this_thread::sleep_for(pause);
  }
  shutdown(lines.front().sender.get(), SHUT_WR);
  reader.join();
  if (sends == 0) throw net::Error("nothing could be sent");
  return spent * 1e6 / static_cast<double>(sends);
}

}  // namespace bench
