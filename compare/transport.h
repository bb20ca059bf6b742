// Transport: a byte stream between a loader and a server, as TCP gives it, through whatever link
// lies between them. Knows neither TLS nor HTTP. Everything is on one loop's thread, and takes that
// loop's time, which may be a virtual one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace lab {

// Bytes that crossed the link so far, headers of IP and TCP included.
struct Traffic {
  std::uint64_t up = 0;  // from the loader
  std::uint64_t down = 0;
};

// One end of the stream. Destroying it closes the stream: what it has taken still arrives at the
// far end, and nothing arrives here any more.
class Transport {
 public:
  // Who is told of what happens. Never called from inside a call of the transport.
  class User {
   public:
    virtual void connected() = 0;                                 // a round trip after dialling
    virtual void received(std::span<const std::byte> bytes) = 0;  // valid during the call only
    // All that was queued has been handed to the link: the time to say more.
    virtual void drained() = 0;
    // Nothing will be received any more. Empty `why`: the far end has closed in order.
    virtual void closed(const std::string& why) = 0;

   protected:
    ~User() = default;
  };

  virtual ~Transport() = default;
  // Takes all of it; how fast it leaves is the link's affair. Harmless once closed.
  virtual void send(std::span<const std::byte> bytes) = 0;
  // Bytes taken by send() that the link has not.
  virtual std::size_t unsent() const = 0;
  virtual Traffic traffic() const = 0;
};

// Opens streams to one server.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // `user` must outlive the transport.
  virtual std::unique_ptr<Transport> dial(Transport::User& user) = 0;
};

}  // namespace lab
