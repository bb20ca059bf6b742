// PlainSocket: TCP without TLS, for listeners that redirect to https and for the metrics.
#pragma once

#include "server/net/handle.h"
#include "server/net/outbox.h"
#include "server/net/socket.h"

namespace net {

class PlainSocket final : public Socket {
 public:
  // Owns `fd`, a connected non-blocking socket. `buffers` must outlive the socket.
  PlainSocket(Fd fd, SocketBuffers& buffers)
      : fd_(std::move(fd)), buffers_(buffers), outbox_(buffers.sealed) {}

  Status receive(const Sink& sink) override;
  Status write(std::span<const std::byte> bytes) override;
  Status flush() override { return outbox_.flush(fd_.get()); }
  bool handshaken() const override { return true; }
  std::size_t unsent() const override { return outbox_.unsent(); }
  std::size_t sealed() const override { return buffers_.sealed.size(); }
  void shut_down() override;
  void abandon() noexcept override { outbox_.abandon(fd_.get()); }
  int fd() const override { return fd_.get(); }
  Protection protection() const override { return {}; }
  const std::string& error() const override { return error_.empty() ? outbox_.error() : error_; }

 private:
  Fd fd_;
  SocketBuffers& buffers_;
  Outbox outbox_;
  std::string error_;
};

}  // namespace net
