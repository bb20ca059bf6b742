// Connection: one accepted socket and the session of the version of HTTP that its client speaks:
// the only place where I/O meets HTTP, and where time is kept for both. Decides when to read and
// when to send; when to give up, its Deadlines say.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/deadlines.h"
#include "server/http/access.h"
#include "server/http/date.h"
#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/output.h"
#include "server/http/session.h"
#include "server/http/tally.h"
#include "server/net/handshake_fault.h"
#include "server/net/line.h"
#include "server/net/loop.h"
#include "server/net/record_size.h"
#include "server/net/slice.h"
#include "server/net/socket.h"

namespace server {

// Handshakes that came to nothing, by net::HandshakeFault.
using HandshakeFaults = std::array<http::Counter, net::handshake_fault_names.size()>;

// What the connections of one worker share; all must outlive them.
struct Workplace {
  net::Loop& loop;
  const http::Limits& limits;
  const http::Timeouts& timeouts;
  http::Output& output;
  http::Date& date;
  http::Tally& tally;
  HandshakeFaults& handshake_faults;
  http::AccessLog* log;  // may be null
  // Connections that go on in another turn, though their sockets have room; and those that were
  // woken to send, by an event for instance, which may be for thousands.
  net::Line& line;
  net::Line& woken;
  // Each connection has a copy of it.
  net::Slice slice{net::Slice::standard};
  // Told in a sentence when a connection is ended for its client's fault.
  std::function<void(const std::string&)> complain;
  // Told in a sentence why a handshake came to nothing; may be empty.
  std::function<void(const std::string&)> remark = {};
};

class Connection final : private http::TransportGauge {
 public:
  // `peer` is the client as far as it is known before the handshake; `root` answers it and must
  // outlive the connection. `on_closed` is called once; the owner destroys the connection later,
  // not inside the call.
  Connection(std::unique_ptr<net::Socket> socket, http::Peer peer, http::Handler& root,
             Workplace& workplace, std::function<void(Connection&)> on_closed);
  // If it is still open, its client is not told: but of a reset, where it could take a closed
  // connection for the end of an answer.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Closes when what is in flight has ended; the client is told, where its protocol can.
  void drain();

 private:
  http::Transport transport() const override;
  void on_ready(net::Watch::Ready ready);
  bool may_shake_hands();
  void wake();
  void go_on();
  void read();
  void on_bytes(std::span<const std::byte> bytes);
  void begin_session();
  void announce_drain();
  void flush();
  bool send_some();  // false: the kernel takes no more, or the connection has closed
  bool seal(std::span<const std::byte> bytes);  // false: the connection has closed
  void settle(bool more);
  void settle_reading();
  void hold_little();
  void close();
  void shut_down();
  bool breaks_off() const;
  void complain(std::string_view why);
  template <typename Act>
  void attempt(Act act);
  void count_handshake(net::HandshakeFault fault, const std::string& why);
  void lost(net::Socket::Status status);
  void on_deadline();
  void look_at(net::Clock::time_point due);

  Workplace& at_;
  std::unique_ptr<net::Socket> socket_;
  net::RecordSize record_size_;
  net::Slice slice_;  // of the requests that one turn handles
  http::Peer peer_;
  http::Handler& root_;
  std::function<void(Connection&)> on_closed_;
  std::unique_ptr<http::Session> session_;
  net::Later flush_later_;
  net::Line::Place place_;
  Deadlines deadlines_;
  net::Timer deadline_;
  net::Timer drain_later_;
  std::optional<net::Watch> watch_;
  bool closed_ = false;
  bool woken_ = false;  // to flush; not by what its client has sent
  bool wants_write_ = false;
  bool wants_read_ = true;
  std::uint8_t turns_in_line_ = 0;  // for a handshake
  bool draining_ = false;
  bool complained_ = false;
  bool holds_little_ = false;  // the kernel was told to, for the sake of events
};

}  // namespace server
