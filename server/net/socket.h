// Socket: a connected byte stream with or without TLS, and buffers of its worker's that it is lent.
// Many writes go out with one send. Nothing of HTTP.
#pragma once

#include <cerrno>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/handshake_fault.h"
#include "server/net/send_buffer.h"

namespace net {

// Scratch space of one worker, lent to one socket at a time, so that an idle connection owns none.
struct SocketBuffers {
  std::vector<std::byte> received = std::vector<std::byte>(64 * 1024);  // from the kernel
  std::vector<std::byte> opened = std::vector<std::byte>(16 * 1024);    // decrypted, TLS 1.2
  SendBuffer sealed;                                                    // for the kernel
};

// How a connection is protected; empty texts without TLS.
struct Protection {
  std::string version;   // "TLSv1.3"
  std::string cipher;    // "TLS_AES_128_GCM_SHA256"
  std::string protocol;  // chosen by ALPN; empty if the client offered none
  bool resumed = false;
};

class Socket {
 public:
  enum class Status {
    open,    // all is well; nothing more to do now
    closed,  // the peer has closed in order
    silent,  // the peer has acknowledged nothing for so long that TCP has given up
    failed,  // TLS or TCP error: see error()
  };
  // What an error of the kernel's comes to.
  static Status status_of(int error_number) {
    return error_number == ETIMEDOUT ? Status::silent : Status::failed;
  }
  using Sink = std::function<void(std::span<const std::byte>)>;

  virtual ~Socket() = default;

  // Reads what the kernel has, up to a bound, and gives it to `sink` in pieces; the first may be
  // empty and only tells that the handshake is done.
  virtual Status receive(const Sink& sink) = 0;
  // Puts `bytes` (at most 16 KiB) behind what is to be sent; sends nothing yet.
  virtual Status write(std::span<const std::byte> bytes) = 0;
  // Sends as much as the kernel takes.
  virtual Status flush() = 0;

  virtual bool handshaken() const = 0;
  // Bytes that the kernel has not taken: no more should be written until it is 0.
  virtual std::size_t unsent() const = 0;
  // Bytes written since the last flush, by the socket that is being written to.
  virtual std::size_t sealed() const = 0;
  // Tells the peer that nothing more will come, as far as the kernel takes it at once. Nothing is
  // left in the worker's buffers, even if it throws for want of memory.
  virtual void shut_down() = 0;
  // Drops what is to be sent; once the socket goes, the peer is told of a reset.
  virtual void abandon() noexcept = 0;

  virtual int fd() const = 0;
  // After the handshake.
  virtual Protection protection() const = 0;
  virtual const std::string& error() const = 0;

  // ---- of a handshake that has failed
  virtual HandshakeFault fault() const { return HandshakeFault::other; }
  // To a peer that does not speak TLS: as much as the kernel takes at once, as it is.
  virtual void say_plainly(std::string_view) {}
};

}  // namespace net
