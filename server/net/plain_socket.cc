#include "server/net/plain_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace net {

Socket::Status PlainSocket::receive(const Sink& sink) {
  for (;;) {
    const ssize_t got = recv(fd_.get(), buffers_.received.data(), buffers_.received.size(), 0);
    if (got == 0) return Status::closed;
    if (got > 0) {
      sink(std::span(buffers_.received).first(static_cast<std::size_t>(got)));
      return Status::open;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::open;
    const Status status = status_of(errno);
    error_ = std::generic_category().message(errno);
    return status;
  }
}

Socket::Status PlainSocket::write(std::span<const std::byte> bytes) {
  buffers_.sealed.append(bytes);
  return Status::open;
}

void PlainSocket::shut_down() {
  flush();
  shutdown(fd_.get(), SHUT_WR);
}

}  // namespace net
