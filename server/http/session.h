// Session: HTTP of one connection without any I/O, in whichever version its client speaks: bytes in
// by receive(), bytes out by fill(). Handlers run before either returns. Whoever drives it keeps
// the time, and asks it at every deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "server/http/output.h"
#include "server/http/transport.h"

namespace http {

class Session {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  virtual ~Session() = default;

  // Runs handlers for what has arrived, as far as the connection's slice of the turn goes; fill()
  // runs the others, a slice in each turn. False: the client is at fault, complaint() says how,
  // and the connection must be closed once fill() is dry.
  virtual bool receive(std::span<const std::byte> bytes) = 0;
  // Writes until `output` is full or there is nothing to say; true if there is more to say, be it
  // in another turn of the loop. Throws if there was no memory for what the client had to be told:
  // then the connection ends.
  virtual bool fill(Output& output) = 0;
  // Nothing more will be read or said: close.
  virtual bool done() const = 0;
  // If the connection ended now, content would be cut whose end is that of the connection: it must
  // not be closed in order then, as if all had been said (RFC 9112 section 9.8). `unsent`: some of
  // what fill() has given has not been sent.
  virtual bool breaks_off(bool unsent) const = 0;
  // Whether more bytes can be taken now; if not, whoever sends them has to wait.
  virtual bool wants_input() const = 0;
  // Why the session ended the connection; empty if it did not.
  virtual const std::string& complaint() const = 0;

  // The client should ask for nothing more; what it has asked already is still served.
  virtual void announce_drain() = 0;
  // Nothing that arrives from now on is served.
  virtual void drain() = 0;

  // ---- for the connection's deadlines
  // Exchanges in flight.
  virtual std::size_t streams() const = 0;
  // The client has done what its protocol asks for at the beginning.
  virtual bool greeted() const = 0;
  // It has not, in time: fill() gives what is to be said of that, and done() holds then.
  virtual void end_ungreeted() = 0;
  virtual bool inside_header_section() const = 0;
  // How many header sections have come to their end so far.
  virtual std::uint32_t header_sections() const = 0;
  // Since when the request content that is waited for longest has not grown, though the client
  // might have sent more.
  virtual std::optional<TimePoint> content_awaited_since() const = 0;
  // Resets streams whose body could go on but has not been let since `since`.
  virtual void reset_stalled(TimePoint since) = 0;
  // Some body is live: a peer that went without a word would be missed by nothing but a ping.
  virtual bool has_live_streams() const = 0;
  // Events share the connection with other answers, which must not get in their way.
  virtual bool live_beside_others() const = 0;
  // Asks for a sign of life, where the protocol has one.
  virtual void ping() = 0;
  virtual bool ping_outstanding() const = 0;
  // A client has had its whole answer and goes on sending: to be told to stop, a while later, so
  // that it can read the answer first (RFC 9113 section 8.1, RFC 9112 section 9.6).
  virtual bool answered_early() const = 0;
  virtual void stop_uploads() = 0;

  // As far as the protocol knows the way to the client; what TCP knows of it is left out.
  virtual Transport transport() const = 0;
};

}  // namespace http
