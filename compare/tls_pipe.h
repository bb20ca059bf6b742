// TlsPipe: TLS over a Transport, for either role; OpenSSL reads and writes memory. Knows HTTP by
// its name in ALPN only. Everything is on the transport's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "compare/tls_client.h"
#include "compare/transport.h"
#include "server/net/tls_context.h"

struct ssl_st;

namespace lab {

// Made first, then joined: `pipe.join(dialer.dial(pipe))`.
class TlsPipe final : public Transport::User {
 public:
  // Who is told of what happens. Must not destroy the pipe inside a call, and is never called from
  // inside one of the pipe's.
  class User {
   public:
    // The handshake is done; what is written now leaves with its last flight.
    virtual void secured() = 0;
    virtual void received(std::span<const std::byte> bytes) = 0;  // valid during the call only
    // All that was flushed has been handed to the link.
    virtual void drained() = 0;
    // Nothing will be received any more. Empty `why`: the peer has closed in order. Otherwise a
    // sentence.
    virtual void closed(const std::string& why) = 0;

   protected:
    ~User() = default;
  };

  // A client: `host` is a name or a numeric address, verified and sent as SNI where that is due.
  TlsPipe(const TlsClient& client, const std::string& host, const TlsTicket& offered, User& user);
  // A server. `server` and all that it refers to must outlive the pipe.
  TlsPipe(const net::TlsContext& server, User& user);
  ~TlsPipe();
  TlsPipe(const TlsPipe&) = delete;
  TlsPipe& operator=(const TlsPipe&) = delete;

  // Once. `transport` must have this pipe as its user.
  void join(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }

  // Seals at most 16 KiB as one record, once secured; it leaves at the next flush. Harmless once
  // closed.
  void write(std::span<const std::byte> bytes);
  void flush();
  // close_notify, behind all that was written.
  void close();

  // Of the transport: bytes flushed that the link has not taken.
  std::size_t unsent() const { return transport_ ? transport_->unsent() : 0; }
  Traffic traffic() const { return transport_ ? transport_->traffic() : Traffic{}; }

  bool secure() const { return secure_; }
  bool resumed() const;
  std::string version() const;  // "TLSv1.3"
  // The latest that the server gave; null as long as there is none.
  const TlsTicket& ticket() const { return ticket_; }

 private:
  void connected() override;
  void received(std::span<const std::byte> bytes) override;
  void drained() override { user_.drained(); }
  void closed(const std::string& why) override;

  static int keep_ticket(ssl_st* ssl, ssl_session_st* session);
  void start(ssl_st* ssl);
  bool handshake();  // true: done
  void open_records();
  void end(const std::string& why);
  void fail();
  std::string reason_of_failure() const;

  User& user_;
  std::string host_;  // empty: a server
  ssl_st* ssl_ = nullptr;
  std::unique_ptr<Transport> transport_;
  TlsTicket ticket_;
  bool secure_ = false;
  bool ended_ = false;
};

}  // namespace lab
