#include "server/net/outbox.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace net {
namespace {

bool would_block(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

}  // namespace

Socket::Status Outbox::failure() {
  const Socket::Status status = Socket::status_of(errno);
  error_ = std::generic_category().message(errno);
  return status;
}

Socket::Status Outbox::flush(int fd) {
  const Emptied afterwards(sealed_);
  if (unsent() > 0) return send_pending(fd);
  if (sealed_.empty()) return Socket::Status::open;
  const std::span bytes = sealed_.bytes();
  ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (!would_block(errno)) return failure();
    sent = 0;
  }
  if (static_cast<std::size_t>(sent) < bytes.size()) {
    pending_.assign(bytes.begin() + sent, bytes.end());
    pending_start_ = 0;
  }
  return Socket::Status::open;
}

void Outbox::abandon(int fd) noexcept {
  sealed_.clear();
  pending_.clear();
  pending_start_ = 0;
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

Socket::Status Outbox::send_pending(int fd) {
  const std::span bytes = sealed_.bytes();
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  const ssize_t sent = send(fd, pending_.data() + pending_start_, unsent(), MSG_NOSIGNAL);
  if (sent < 0) {
    return would_block(errno) ? Socket::Status::open : failure();
  }
  pending_start_ += static_cast<std::size_t>(sent);
  if (unsent() == 0) {
    pending_ = {};
    pending_start_ = 0;
  }
  return Socket::Status::open;
}

}  // namespace net
