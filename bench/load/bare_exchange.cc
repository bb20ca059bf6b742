#include "bench/load/bare_exchange.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include "bench/load/bare_tcp.h"
#include "server/net/error.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<char, 4096> bytes{};

void say(const net::Fd& fd, std::size_t size) {
  require(send(fd.get(), bytes.data(), size, MSG_NOSIGNAL) > 0, "cannot send");
}

// Waits for what comes over two connections: polls over the first, publications over the second.
class Ears {
 public:
  Ears(const net::Fd& first, const net::Fd& second)
      : fds_{first.get(), second.get()}, epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::uint32_t i = 0; i < fds_.size(); ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u32 = i}};
      require(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fds_[i], &event) == 0, "cannot watch");
    }
  }
  // False once one is closed.
  bool hear() {
    polls = publications = false;
    std::array<epoll_event, 2> ready{};
    const int count = epoll_wait(epoll_.get(), ready.data(), ready.size(), -1);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t which = ready.at(static_cast<std::size_t>(i)).data.u32;
      if (recv(fds_.at(which), got_.data(), got_.size(), 0) <= 0) return false;
      (which == 0 ? polls : publications) = true;
    }
    return true;
  }
  // What has been heard of last.
  bool polls = false;
  bool publications = false;

 private:
  const std::array<int, 2> fds_;
  const net::Fd epoll_;
  std::array<char, 4096> got_{};
};

void poll_on(const BareExchangeOptions& options, const net::Fd& polls,
             const net::Fd& publications) {
  Ears ears(polls, publications);
  const auto end = Clock::now() + options.measure;
  while (Clock::now() < end) {
    say(polls, options.poll);
    say(publications, options.publication);
    for (bool answered = false; !answered; answered = answered || ears.polls) {
      if (!ears.hear()) return;
    }
    for (const auto until = Clock::now() + options.think; Clock::now() < until;) continue;
  }
}

}  // namespace

double measure_bare_exchange(const BareExchangeOptions& options) {
  const std::vector<BareLine> lines = bare_lines(2);
  const net::Fd& polls = lines[0].sender;
  const net::Fd& publications = lines[1].sender;
  std::thread client([&] {
    stay_on(options.client_core);
    poll_on(options, lines[0].reader, lines[1].reader);
    for (const BareLine& line : lines) shutdown(line.reader.get(), SHUT_WR);
  });

  stay_on(options.server_core);
  Ears ears(polls, publications);
  std::uint64_t messages = 0;
  const double before = thread_cpu_seconds();
  while (ears.hear()) {
    if (!ears.publications) continue;
    say(polls, options.answer);
    say(publications, options.receipt);
    ++messages;
  }
  const double spent = thread_cpu_seconds() - before;
  client.join();
  if (messages == 0) throw net::Error("nothing was exchanged");
  return spent * 1e6 / static_cast<double>(messages);
}

}  // namespace bench
