// Deadlines: how long the client of one connection may take for what it owes, from when its session
// has begun. Is told what happens; asked at its time, does to the session what is due and says what
// becomes of the connection. No I/O and no clock: times are handed in, all of one steady clock.
// For one thread; throws what the session throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/limits.h"
#include "server/http/session.h"
#include "server/http/tally.h"
#include "server/net/loop.h"
#include "server/net/tcp_state.h"

namespace server {

class Deadlines {
 public:
  using TimePoint = net::Clock::time_point;

  // Why a client is cut that takes nothing of what waits for it.
  static constexpr std::string_view takes_nothing = "it takes nothing of what is sent to it";

  explicit Deadlines(TimePoint accepted) : accepted_(accepted), heard_(accepted), busy_(accepted) {}

  // ---- what happens
  void heard(TimePoint now) { heard_ = now; }  // bytes from the client
  void busy(TimePoint now) { busy_ = now; }    // it has streams
  // The header section that is unfinished began with what was heard last.
  void fields_began() { header_since_ = heard_; }
  // Bytes for the client wait in the socket, and none of them has gone.
  void blocked(TimePoint now) {
    if (!blocked_since_) blocked_since_ = now;
  }
  void moved() { blocked_since_.reset(); }  // some have gone, or none wait
  // An answer has come before the end of its request's content (RFC 9113 section 8.1). Gives when
  // the client is to be told to stop, unless that is known.
  std::optional<TimePoint> answered_early(TimePoint now);

  // The client takes nothing of what waits, as far as is known.
  bool is_blocked() const { return blocked_since_.has_value(); }

  // ---- what follows
  // What has been given to the socket, and where it is.
  struct Outgoing {
    std::size_t unsent = 0;            // bytes that the kernel has not taken
    std::optional<net::TcpState> tcp;  // none if there is no TCP
  };
  struct Verdict {
    TimePoint next{};                  // to look again, if the connection goes on
    std::optional<http::Limit> hit{};  // to be counted
    std::string_view why{};            // to be told, if any; valid as long as the session
    bool ends = false;                 // the connection, at once
    bool speaks = false;               // the session may have something to send
  };
  Verdict look(http::Session& session, const http::Timeouts& allowed, const Outgoing& outgoing,
               TimePoint now);

 private:
  std::uint64_t look_what_is_taken(const Outgoing& outgoing, TimePoint now);

  TimePoint accepted_;
  TimePoint heard_;
  TimePoint busy_;
  TimePoint header_since_;
  TimePoint pinged_;               // or the last look that found it on its way, or just arrived
  TimePoint waited_;               // a look found bytes on their way to a client that takes some
  std::uint64_t taken_ = 0;        // at the last look: bytes that the client has acknowledged
  std::uint64_t before_ping_ = 0;  // as many of them were to come before the last PING
  std::optional<TimePoint> blocked_since_;
  std::optional<TimePoint> early_since_;
};

}  // namespace server
