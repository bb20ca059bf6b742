// TLS over a socket, without a system call for each record: OpenSSL reads from and writes to
// buffers of ours (one pair for each worker), and many records go out with one send. Nothing of
// HTTP but its name in ALPN.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/net/credentials.h"
#include "server/net/handle.h"
#include "server/net/ticket_keys.h"

struct ssl_ctx_st;
struct ssl_st;

namespace net {

// TLS 1.2 with ECDHE and AEAD, and 1.3; ALPN h2 and nothing else (a client without it gets the
// alert no_application_protocol, RFC 7301 section 3.2); resumption by tickets; no renegotiation, no
// compression, no early data. One for each worker: connections hold a reference of their own.
class TlsContext {
 public:
  // Throws net::Error. `tickets` must outlive the context and every socket made with it.
  TlsContext(const Credentials& credentials, TicketKeys& tickets);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

// Scratch space of one worker, lent to one socket at a time, so that an idle connection owns none.
struct TlsBuffers {
  std::vector<std::byte> received = std::vector<std::byte>(64 * 1024);  // from the kernel, sealed
  std::vector<std::byte> opened = std::vector<std::byte>(16 * 1024);    // decrypted
  std::vector<std::byte> sealed;                                        // for the kernel
};

class TlsSocket {
 public:
  enum class Status {
    open,    // all is well; nothing more to do now
    closed,  // the peer has closed in order
    failed,  // TLS or TCP error: see error()
  };

  // Owns `fd`, a connected non-blocking socket. `buffers` must outlive the socket.
  TlsSocket(Fd fd, const TlsContext& context, TlsBuffers& buffers);
  ~TlsSocket();
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  // Reads what the kernel has, up to a bound, gives the decrypted pieces to `sink`, and sends what
  // the handshake or an alert has to say.
  Status receive(const std::function<void(std::span<const std::byte>)>& sink);
  // Seals `bytes` (at most one record, 16 KiB) behind what is sealed already; sends nothing yet.
  Status write(std::span<const std::byte> bytes);
  // Sends as much as the kernel takes.
  Status flush();

  bool handshaken() const { return handshaken_; }
  // Sealed bytes that the kernel has not taken: no more should be written until it is 0.
  std::size_t unsent() const { return pending_.size() - pending_start_; }
  // Sealed since the last flush, by the socket that is being written to.
  std::size_t sealed() const { return buffers_.sealed.size(); }
  // close_notify, as far as the kernel takes it at once.
  void shut_down();

  int fd() const { return fd_.get(); }
  bool resumed() const;
  std::string version() const;
  std::string cipher() const;
  const std::string& error() const { return error_; }

 private:
  struct Bio;  // the callbacks that OpenSSL reads and writes through
  Status outcome(int result);
  Status handshake();
  Status open_records(const std::function<void(std::span<const std::byte>)>& sink);
  Status send_or_keep();

  Fd fd_;
  TlsBuffers& buffers_;
  ssl_st* ssl_;
  std::span<const std::byte> arrived_;  // within receive(): not yet taken by OpenSSL
  std::vector<std::byte> pending_;      // sealed, refused by the kernel so far
  std::size_t pending_start_ = 0;
  bool handshaken_ = false;
  std::string error_;
};

}  // namespace net
