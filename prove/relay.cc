#include "prove/relay.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "server/net/error.h"

namespace prove {
namespace {

constexpr std::size_t most_waiting = 16 * 1024;  // bytes that the far side has not taken

// The connection may still be on its way when it returns.
net::Fd connect_to(std::uint16_t port, int receive_buffer) {
  net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw net::SystemError("the relay has no descriptor");
  if (receive_buffer > 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    fd.reset();
  }
  return fd;
}

void reset_on_close(int fd) {
  const linger none{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

// A client and the server, and what is on its way between them.
class Relay::Joined {
 public:
  Joined(Relay& relay, net::Fd client, net::Fd server)
      : relay_(relay),
        client_(std::move(client), relay.loop_, [this](auto ready) { on_ready(client_, ready); }),
        server_(std::move(server), relay.loop_, [this](auto ready) { on_ready(server_, ready); }) {
    adjust();
  }

  bool ended() const { return ended_; }
  // After silence has begun or ended.
  void adjust() {
    for (End* end : {&client_, &server_}) {
      const End& other = end == &client_ ? server_ : client_;
      const bool passes = !relay_.silent_ && !ended_;
      end->watch.want_read(passes && !end->at_end && other.waiting.size() < most_waiting);
      end->watch.want_write(passes && !end->waiting.empty());
    }
  }
  void reset() {
    for (End* end : {&client_, &server_}) reset_on_close(end->fd.get());
    end_it();
  }

 private:
  struct End {
    End(net::Fd owned, net::Loop& loop, std::function<void(net::Watch::Ready)> ready)
        : fd(std::move(owned)), watch(loop, fd.get(), std::move(ready)) {}
    net::Fd fd;
    net::Watch watch;
    std::string waiting;  // to be written here
    bool at_end = false;  // has said its last
  };

  void on_ready(End& end, net::Watch::Ready ready) {
    if (ended_ || relay_.silent_) return;
    End& other = &end == &client_ ? server_ : client_;
    const bool alive = (!ready.writable || flush(end)) && (!ready.readable || read(end, other));
    if (!alive || (client_.at_end && server_.at_end)) return end_it();
    adjust();
  }

  bool read(End& from, End& to) {
    std::array<char, most_waiting> bytes;
    const ssize_t got = ::recv(from.fd.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == ECONNRESET) reset_on_close(to.fd.get());
    if (got < 0) return would_block();
    if (got == 0) from.at_end = true;
    to.waiting.append(bytes.data(), static_cast<std::size_t>(got));
    return flush(to);
  }

  bool flush(End& to) {
    End& from = &to == &client_ ? server_ : client_;
    if (!to.waiting.empty()) {
      const ssize_t sent =
          ::send(to.fd.get(), to.waiting.data(), to.waiting.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) return would_block();
      to.waiting.erase(0, static_cast<std::size_t>(sent));
    }
    if (to.waiting.empty() && from.at_end) ::shutdown(to.fd.get(), SHUT_WR);
    return true;
  }

  void end_it() {
    ended_ = true;
    adjust();
    relay_.forgetting_.schedule();
  }

  Relay& relay_;
  bool ended_ = false;
  End client_;
  End server_;
};

Relay::Relay(net::Loop& loop, std::uint16_t to, int receive_buffer)
    : loop_(loop),
      to_(to),
      receive_buffer_(receive_buffer),
      silence_(loop, [this] { end_silence(); }),
      forgetting_(loop, [this] { forget_ended(); }) {
  net::Bound bound = net::bind_and_listen({.host = "127.0.0.1", .port = 0}, 512);
  port_ = bound.endpoint.port;
  listener_ = std::make_unique<net::Listener>(
      loop, std::move(bound.fd),
      [this](net::Accepted accepted) { accept(std::move(accepted.fd)); });
}

Relay::~Relay() = default;

void Relay::accept(net::Fd client) {
  net::Fd server = connect_to(to_, receive_buffer_);
  if (!server) return;
  joined_.push_back(std::make_unique<Joined>(*this, std::move(client), std::move(server)));
}

void Relay::be_silent(std::chrono::milliseconds for_how_long, After after) {
  silent_ = true;
  after_ = after;
  listener_->pause();
  for (const auto& joined : joined_) joined->adjust();
  silence_.start(for_how_long);
}

void Relay::end_silence() {
  if (!std::exchange(silent_, false)) return;
  silence_.stop();
  for (const auto& joined : joined_) {
    if (after_ == After::reset) {
      joined->reset();
    } else {
      joined->adjust();
    }
  }
  listener_->resume();
}

void Relay::forget_ended() {
  joined_.remove_if([](const auto& joined) { return joined->ended(); });
}

}  // namespace prove
