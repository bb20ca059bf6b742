#include "compare/socket_relay.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace lab {
namespace {

// More than this is not taken from the socket before the link has it.
constexpr std::size_t most_unsent = 16 * 1024;

bool must_wait(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOTCONN;
}

}  // namespace

SocketRelay::SocketRelay(net::Loop& loop, net::Fd socket, std::function<void(SocketRelay&)> ended)
    : socket_(std::move(socket)),
      ended_(std::move(ended)),
      watch_(loop, socket_.get(), [this](net::Watch::Ready ready) { on_ready(ready); }) {
  watch_.want_read(false);
}

void SocketRelay::join(std::unique_ptr<Transport> transport, Stream stream) {
  transport_ = std::move(transport);
  if (stream == Stream::open) watch_.want_read(true);
}

void SocketRelay::on_ready(net::Watch::Ready ready) {
  if (ready.writable) write();
  if (ready.readable && !over_) read();
}

void SocketRelay::read() {
  std::array<std::byte, most_unsent> bytes;
  const ssize_t got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) {
    if (!must_wait(errno)) fail(errno);
    return;
  }
  if (got == 0) return end();
  transport_->send(std::span(bytes).first(static_cast<std::size_t>(got)));
  if (transport_->unsent() >= most_unsent) watch_.want_read(false);
}

void SocketRelay::drained() {
  if (!over_) watch_.want_read(true);
}

void SocketRelay::received(std::span<const std::byte> bytes) {
  if (over_) return;
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  write();
}

void SocketRelay::write() {
  if (!pending_.empty()) {
    const ssize_t sent = send(socket_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
    if (sent < 0 && !must_wait(errno)) return fail(errno);
    if (sent > 0) pending_.erase(pending_.begin(), pending_.begin() + sent);
  }
  watch_.want_write(!pending_.empty());
  if (pending_.empty() && closing_) end();
}

void SocketRelay::closed(const std::string&) {
  if (over_) return;
  closing_ = true;
  write();
}

void SocketRelay::fail(int error) {
  failure_ = std::generic_category().message(error);
  end();
}

// What the transport has taken still arrives.
void SocketRelay::end() {
  if (std::exchange(over_, true)) return;
  watch_.want_read(false);
  watch_.want_write(false);
  last_traffic_ = transport_->traffic();
  transport_ = nullptr;
  shutdown(socket_.get(), SHUT_RDWR);
  ended_(*this);
}

}  // namespace lab
