#include "bench/load/link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>

#include "server/net/error.h"

namespace bench {
namespace {

// A packet of the line: what is read, delayed and written as one.
constexpr std::size_t packet = 1400;

net::Fd connect_to(std::uint16_t port, int receive_buffer) {
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw net::SystemError("the link cannot connect");
  }
  return fd;
}

}  // namespace

// One direction. Both ends outlive it.
class Link::Pipe {
 public:
  Pipe(net::Loop& loop, const Options& options, int from, int to)
      : options_(options), from_(from), to_(to), timer_(loop, [this] { run(); }) {}

  void run() {
    while (read_packet()) {
    }
    deliver();
    if (!packets_.empty()) return timer_.start(packets_.front().arrives - net::Clock::now());
    timer_.start(std::chrono::milliseconds(1));
  }

 private:
  struct Packet {
    net::Clock::time_point sent;  // the last byte has left the queue
    net::Clock::time_point arrives;
    std::string bytes;
  };

  bool read_packet() {
    const auto now = net::Clock::now();
    std::size_t queued = 0;
    for (auto at = packets_.rbegin(); at != packets_.rend() && at->sent > now; ++at) {
      queued += at->bytes.size();
    }
    if (queued >= options_.queue) return false;
    std::array<char, packet> bytes;
    const ssize_t got = recv(from_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got == 0) shutdown(to_, SHUT_WR);
    if (got <= 0) return false;
    const auto time =
        std::chrono::duration<double>(static_cast<double>(got) / options_.bytes_per_second);
    free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<net::Clock::duration>(time);
    packets_.push_back({free_at_, free_at_ + options_.delay,
                        std::string(bytes.data(), static_cast<std::size_t>(got))});
    return true;
  }

  void deliver() {
    while (!packets_.empty() && packets_.front().arrives <= net::Clock::now()) {
      std::string& bytes = packets_.front().bytes;
      const ssize_t sent = send(to_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return;
      bytes.erase(0, static_cast<std::size_t>(sent));
      if (!bytes.empty()) return;
      packets_.pop_front();
    }
  }

  const Options& options_;
  const int from_;
  const int to_;
  net::Clock::time_point free_at_;
  std::deque<Packet> packets_;
  net::Timer timer_;
};

struct Link::Joined {
  Joined(net::Loop& loop, const Options& options, net::Fd accepted)
      : client(std::move(accepted)),
        server(connect_to(options.to, options.receive_buffer)),
        down(loop, options, server.get(), client.get()),
        up(loop, options, client.get(), server.get()) {
    const int on = 1;
    for (const int fd : {client.get(), server.get()}) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
               sizeof options.receive_buffer);
    down.run();
    up.run();
  }
  net::Fd client;
  net::Fd server;
  Pipe down;
  Pipe up;
};

Link::Link(net::Loop& loop, const Options& options) : loop_(loop), options_(options) {
  net::Bound bound = net::bind_and_listen({.host = "127.0.0.1", .port = 0}, 128);
  port_ = bound.endpoint.port;
  listener_ = std::make_unique<net::Listener>(
      loop, std::move(bound.fd),
      [this](net::Accepted accepted) { accept(std::move(accepted.fd)); });
}

Link::~Link() = default;

void Link::accept(net::Fd client) {
  joined_.push_back(std::make_unique<Joined>(loop_, options_, std::move(client)));
}

}  // namespace bench
