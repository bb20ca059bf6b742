// Connection: the client's end of one connection: TCP, TLS 1.3, HTTP/2 (nghttp2). It opens, carries
// requests, and counts the bytes on the wire; what they are for is the load's business.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/handle.h"
#include "server/net/loop.h"

struct nghttp2_session;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace bench {

// What all connections of a load have in common.
struct Target {
  std::uint16_t port = 0;     // on 127.0.0.1
  int receive_buffer = 0;     // SO_RCVBUF in bytes; 0: as the kernel likes
  std::uint32_t sources = 1;  // addresses to connect from, from 127.1.0.1 on
  // Bytes that the server may send on a stream that stalls; 0: none does. Otherwise a connection
  // may carry a gigabyte in all.
  std::int32_t stall_after = 0;
};

// TLS 1.3 with AES-128-GCM and X25519, ALPN h2; any certificate will do.
class ClientTls {
 public:
  enum class Tickets { ignored, kept };
  explicit ClientTls(Tickets tickets);
  ~ClientTls();
  ClientTls(const ClientTls&) = delete;
  ClientTls& operator=(const ClientTls&) = delete;

  ssl_ctx_st* native() const { return context_; }
  // The newest ticket that a server gave; null if none has been kept.
  ssl_session_st* session() const { return session_; }

 private:
  static int keep(ssl_st* ssl, ssl_session_st* session);
  ssl_ctx_st* context_;
  ssl_session_st* session_ = nullptr;
};

// Of one stream's answer. Called on the loop's thread.
class Receiver {
 public:
  virtual void field(std::string_view /*name*/, std::string_view /*value*/) {}
  virtual void answered(int status) = 0;  // the header section is complete
  // Whether the stream's window stays shut once Target::stall_after bytes have come.
  virtual bool stalls() const { return false; }
  virtual void data(std::string_view bytes) = 0;
  virtual void ended() = 0;  // the stream is closed; the receiver is not called again

 protected:
  ~Receiver() = default;
};

struct Field {
  std::string_view name;
  std::string_view value;
};

class Connection {
 public:
  class Owner {
   public:
    virtual void opened(Connection& connection) = 0;  // TLS done, the server's SETTINGS are here
    virtual void failed(Connection& connection, const std::string& why) = 0;  // or closed by it

   protected:
    ~Owner() = default;
  };

  // Connects at once. `number` chooses the source address. All must outlive it. Destroy it outside
  // its calls to the owner and the receivers.
  Connection(net::Loop& loop, const Target& target, ClientTls& tls, std::uint32_t number,
             Owner& owner);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The receiver must live until it is told ended(), or longer than the connection.
  void get(std::string_view path, std::vector<Field> fields, Receiver& receiver);
  // `content` must live as long, and is used up.
  void post(std::string_view path, std::string_view type, std::string& content, Receiver& receiver);

  bool resumed() const;
  // Of TLS, both directions.
  std::uint64_t wire_bytes() const;

 private:
  struct Callbacks;
  struct FreeSession {
    void operator()(nghttp2_session* session) const;
  };

  void on_ready();
  bool handshake();
  void begin();
  void read();
  void flush();
  void fail(const std::string& why);
  void submit(const std::vector<Field>& fields, Receiver& receiver, std::string* content);

  Owner& owner_;
  ClientTls& tls_;
  const std::int32_t stall_after_;
  net::Fd fd_;
  ssl_st* ssl_;
  std::unique_ptr<nghttp2_session, FreeSession> session_;
  std::unique_ptr<net::Watch> watch_;
  net::Later flush_later_;
  std::string_view unsent_;  // of a frame that TLS did not take whole; nghttp2's
  std::string goodbye_;      // why HTTP/2 is over
  bool handshaken_ = false;
  bool open_ = false;
  bool failed_ = false;
};

}  // namespace bench
