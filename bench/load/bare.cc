#include "bench/load/bare.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <thread>
#include <vector>

#include "bench/load/bare_tcp.h"
#include "server/net/error.h"

namespace bench {
namespace {

// Reads whatever comes, until the first of the lines is closed.
void read_all(const std::vector<BareLine>& lines, const net::Fd& epoll) {
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
  const std::vector<BareLine> lines = bare_lines(options.connections);
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
    const double before = thread_cpu_seconds();
    for (const BareLine& line : lines) {
      sends += send(line.sender.get(), message.data(), message.size(), MSG_NOSIGNAL) > 0 ? 1 : 0;
    }
    spent += thread_cpu_seconds() - before;
    std::this_thread::sleep_for(pause);
  }
  shutdown(lines.front().sender.get(), SHUT_WR);
  reader.join();
  if (sends == 0) throw net::Error("nothing could be sent");
  return spent * 1e6 / static_cast<double>(sends);
}

}  // namespace bench
