// ClientConnection: one connection of a loader to a server: transport, TLS and HTTP/2 together.
// Knows nothing of pages; outlives a load if the next one shall reuse it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "compare/http2_client.h"
#include "compare/tls_pipe.h"

namespace lab {

class ClientConnection final : private TlsPipe::User {
 public:
  // Who is told of what happens. Must not destroy the connection inside a call.
  class User {
   public:
    virtual void secured() = 0;  // the first requests leave with the handshake's last flight
    virtual void happened(const Http2Client::Event& event) = 0;
    // All that one read brought has been told; what was asked meanwhile leaves now.
    virtual void settled() = 0;
    // Nothing more will come. A sentence, or empty if the server closed in order.
    virtual void closed(const std::string& why) = 0;

   protected:
    ~User() = default;
  };

  struct Server {
    Dialer& dialer;
    const TlsClient& tls;
    const std::string& host;
  };
  ClientConnection(const Server& server, const TlsTicket& offered, Http2Client::Pushes pushes);

  // Null: what happens is passed over.
  void serve(User* user) { user_ = user; }
  // Sends what was asked of http() outside of a call of the user.
  void flush();

  Http2Client& http() { return http_; }
  const TlsPipe& tls() const { return pipe_; }
  // For more requests.
  bool open() const { return !closed_ && !http_.going_away(); }

 private:
  void secured() override;
  void received(std::span<const std::byte> bytes) override;
  void drained() override {}
  void closed(const std::string& why) override;
  void tell(std::span<const Http2Client::Event> events);

  User* user_ = nullptr;
  Http2Client http_;
  TlsPipe pipe_;
  std::vector<std::byte> output_;  // within flush()
  bool closed_ = false;
};

}  // namespace lab
