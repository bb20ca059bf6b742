// TlsSocket: TLS over a socket, without a system call for each record: bytes come from and go to
// buffers of ours (one pair for each worker), and many records go out with one send.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/net/handle.h"
#include "server/net/outbox.h"
#include "server/net/record_layer.h"
#include "server/net/socket.h"
#include "server/net/tls_context.h"

extern "C" {
struct ssl_st;
void SSL_free(ssl_st*);
}

namespace net {

// OpenSSL does the handshake, and all of TLS 1.2; with TLS 1.3 it goes once the handshake is done,
// and a RecordLayer goes on with the secrets.
class TlsSocket final : public Socket {
 public:
  // Owns `fd`, a connected non-blocking socket. `buffers` must outlive the socket.
  TlsSocket(Fd fd, const TlsContext& context, SocketBuffers& buffers);
  ~TlsSocket() override;
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  // Sends, besides, what the handshake or an alert has to say.
  Status receive(const Sink& sink) override;
  // One record; more if the client wants smaller ones.
  Status write(std::span<const std::byte> bytes) override;
  Status flush() override { return outbox_.flush(fd_.get()); }
  bool handshaken() const override { return handshaken_; }
  std::size_t unsent() const override { return outbox_.unsent(); }
  std::size_t sealed() const override { return buffers_.sealed.size(); }
  // With close_notify.
  void shut_down() override;
  void abandon() noexcept override { outbox_.abandon(fd_.get()); }
  int fd() const override { return fd_.get(); }
  Protection protection() const override { return protection_; }
  const std::string& error() const override { return error_.empty() ? outbox_.error() : error_; }
  HandshakeFault fault() const override { return fault_; }
  void say_plainly(std::string_view text) override;

  // What a TlsContext has OpenSSL call with each secret of a handshake, a line in the form of
  // SSLKEYLOGFILE: there is no other way to learn them.
  static void on_secret(const ssl_st* ssl, const char* line);

 private:
  struct Bio;  // the callbacks that OpenSSL reads and writes through
  struct Secrets {
    TrafficSecret client, server;
  };
  Status outcome(int result);
  Status handshake();
  void take_over(std::size_t records_sent);
  Status open_records(const Sink& sink);
  Status read_tls12(const Sink& sink);
  void keep_begun();

  Fd fd_;
  SocketBuffers& buffers_;
  Outbox outbox_;
  Handle<ssl_st, SSL_free> ssl_;      // null once records_ is there
  std::unique_ptr<Secrets> secrets_;  // during the handshake
  std::optional<RecordLayer> records_;
  std::vector<std::byte> begun_;  // a record whose rest has not come
  std::span<std::byte> arrived_;  // within receive(): not yet taken
  bool handshaken_ = false;
  HandshakeFault fault_ = HandshakeFault::left;
  Protection protection_;
  std::string error_;
};

}  // namespace net
