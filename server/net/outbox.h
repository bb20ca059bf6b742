// Outbox: what one socket has yet to send. Bytes wait in its worker's buffer until they are sent; a
// copy of its own is kept only of what the kernel refuses.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "server/net/socket.h"

namespace net {

class Outbox {
 public:
  // `sealed` must outlive the outbox, and is empty whenever another socket's turn begins.
  explicit Outbox(SendBuffer& sealed) : sealed_(sealed) {}

  // Leaves nothing in `sealed`, also if there is no memory for what the kernel refuses: then it
  // throws, and the bytes are lost.
  Socket::Status flush(int fd);
  // Drops all of it; the kernel sends a reset when the descriptor closes.
  void abandon(int fd) noexcept;
  std::size_t unsent() const { return pending_.size() - pending_start_; }
  const std::string& error() const { return error_; }

 private:
  Socket::Status failure();
  Socket::Status send_pending(int fd);

  SendBuffer& sealed_;
  std::vector<std::byte> pending_;  // refused by the kernel so far
  std::size_t pending_start_ = 0;
  std::string error_;
};

}  // namespace net
