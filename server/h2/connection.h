// Connection: one accepted socket with TLS and a session: the only place where I/O meets HTTP, and
// where time is kept for both. Decides when to read, when to send and when to give up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "server/h2/limits.h"
#include "server/h2/output.h"
#include "server/h2/session.h"
#include "server/http/access.h"
#include "server/http/handler.h"
#include "server/net/listener.h"
#include "server/net/loop.h"
#include "server/net/record_size.h"
#include "server/net/tls.h"

namespace h2 {

// What the connections of one worker share; all must outlive them.
struct Workplace {
  net::Loop& loop;
  http::Handler& root;
  const Limits& limits;
  const Timeouts& timeouts;
  net::TlsBuffers& buffers;
  Output& output;
  Date& date;
  Tally& tally;
  Counter& handshakes_failed;
  http::AccessLog* log;  // may be null
  // Told in a sentence when a connection is ended for its client's fault.
  std::function<void(const std::string&)> complain;
};

class Connection final : private http::TransportGauge {
 public:
  // `on_closed` is called once; the owner destroys the connection later, not inside the call.
  Connection(net::Accepted accepted, const net::TlsContext& tls, Workplace& workplace,
             std::uint64_t number, std::function<void(Connection&)> on_closed);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // GOAWAY; closes when what is in flight has ended.
  void drain();

 private:
  http::Transport transport() const override;
  void on_ready(net::Watch::Ready ready);
  void read();
  void on_bytes(std::span<const std::byte> bytes);
  void begin_session();
  void flush();
  bool send_some();  // false: the kernel takes no more, or the connection has closed
  bool seal(std::span<const std::byte> bytes);  // false: the connection has closed
  void settle(bool more);
  void close();
  void complain(const std::string& why);
  void give_up(const char* why);  // complains and closes
  void on_deadline();
  void arm(net::Clock::time_point due);

  Workplace& at_;
  net::TlsSocket socket_;
  net::RecordSize record_size_;
  http::Peer peer_;
  std::function<void(Connection&)> on_closed_;
  std::optional<Session> session_;
  net::Later flush_later_;
  net::Timer deadline_;
  net::Timer drain_later_;
  std::optional<net::Watch> watch_;
  bool closed_ = false;
  bool wants_write_ = false;
  bool draining_ = false;
  bool complained_ = false;
  const net::Clock::time_point accepted_at_;
  net::Clock::time_point heard_;         // bytes from the peer
  net::Clock::time_point busy_;          // there were streams
  net::Clock::time_point header_since_;  // an unfinished header section
  net::Clock::time_point pinged_;
  std::optional<net::Clock::time_point> blocked_since_;  // the kernel takes no more
};

}  // namespace h2
