// TLS over a socket, without a system call for each record: OpenSSL reads from and writes to
// buffers of ours (one pair for each worker), and many records go out with one send. Nothing of
// HTTP but its names in ALPN.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "server/net/certificates.h"
#include "server/net/credentials.h"
#include "server/net/handle.h"
#include "server/net/outbox.h"
#include "server/net/socket.h"
#include "server/net/ticket_keys.h"

struct ssl_ctx_st;
struct ssl_st;

namespace net {

// TLS 1.2 with ECDHE and AEAD, and 1.3; ALPN h2, else http/1.1 (a client that offers neither gets
// the alert no_application_protocol, RFC 7301 section 3.2; one that offers nothing is let in
// without a protocol); the certificate by the name that the client asks
// for, with an OCSP response if it asks for one; resumption by tickets; no
// renegotiation, no compression, no early data. One for each worker: connections hold a reference
// of their own.
class TlsContext {
 public:
  // Throws net::Error. `tickets` must outlive the context and every socket made with it.
  TlsContext(std::shared_ptr<const Certificates> certificates, TicketKeys& tickets);
  // With one certificate for every name.
  TlsContext(const Credentials& credentials, TicketKeys& tickets);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

class TlsSocket final : public Socket {
 public:
  // Owns `fd`, a connected non-blocking socket. `buffers` must outlive the socket.
  TlsSocket(Fd fd, const TlsContext& context, SocketBuffers& buffers);
  ~TlsSocket() override;
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  // Sends, besides, what the handshake or an alert has to say.
  Status receive(const Sink& sink) override;
  // One record.
  Status write(std::span<const std::byte> bytes) override;
  Status flush() override { return outbox_.flush(fd_.get()); }
  bool handshaken() const override { return handshaken_; }
  std::size_t unsent() const override { return outbox_.unsent(); }
  std::size_t sealed() const override { return buffers_.sealed.size(); }
  // With close_notify.
  void shut_down() override;
  int fd() const override { return fd_.get(); }
  Protection protection() const override;
  const std::string& error() const override { return error_.empty() ? outbox_.error() : error_; }

 private:
  struct Bio;  // the callbacks that OpenSSL reads and writes through
  Status outcome(int result);
  Status handshake();
  Status open_records(const Sink& sink);

  Fd fd_;
  SocketBuffers& buffers_;
  Outbox outbox_;
  ssl_st* ssl_;
  std::span<const std::byte> arrived_;  // within receive(): not yet taken by OpenSSL
  bool handshaken_ = false;
  std::string error_;
};

}  // namespace net
