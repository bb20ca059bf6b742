// EngineConnection: Herald's session over TLS and a transport: what h2::Connection is over a
// socket, with the same record sizes, in any loop's time. Has no deadlines: whoever compares loads
// does not wait for ever.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "compare/tls_pipe.h"
#include "server/h2/session.h"
#include "server/net/record_size.h"
#include "server/net/tls_context.h"

namespace lab {

class EngineConnection final : private TlsPipe::User {
 public:
  // What the connections of one server share; all must outlive them.
  struct Workplace {
    net::Loop& loop;
    http::Handler& root;
    const http::Limits& limits;
    http::Tally& tally;
    http::Date& date;
    http::Output& output;
  };

  // `on_closed` is called once; the owner destroys the connection later, not inside the call.
  EngineConnection(const Workplace& workplace, const net::TlsContext& tls, std::uint64_t number,
                   std::unique_ptr<Transport> transport,
                   std::function<void(EngineConnection&)> on_closed);
  EngineConnection(const EngineConnection&) = delete;
  EngineConnection& operator=(const EngineConnection&) = delete;

  // Who is to be told of what the transport does.
  Transport::User& user() { return pipe_; }

 private:
  void secured() override;
  void received(std::span<const std::byte> bytes) override;
  void drained() override { flush_.schedule(); }
  void closed(const std::string& why) override;
  void flush();
  void seal(std::span<const std::byte> bytes);

  const Workplace& at_;
  http::Peer peer_;
  std::function<void(EngineConnection&)> on_closed_;
  TlsPipe pipe_;
  net::RecordSize record_size_;
  std::optional<h2::Session> session_;
  net::Later flush_;
  bool closed_ = false;
};

}  // namespace lab
