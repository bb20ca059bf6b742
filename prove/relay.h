// Relay: the line to one server on 127.0.0.1, which can go silent, as in a partition, or break. It
// knows nothing of what passes. On its loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>

#include "server/net/listener.h"
#include "server/net/loop.h"

namespace prove {

class Relay {
 public:
  // How a silence ends: what was on its way arrives after all, or every connection is reset.
  enum class After { goes_on, reset };

  // Listens on a port of its own. `receive_buffer`: bytes of SO_RCVBUF towards the server, so that
  // a reader behind a silent line soon holds its server up; 0: the kernel's. Throws net::Error.
  Relay(net::Loop& loop, std::uint16_t to, int receive_buffer = 0);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  std::uint16_t port() const { return port_; }
  // Nothing passes either way: whoever connects waits. Replaces a silence that lasts.
  void be_silent(std::chrono::milliseconds for_how_long, After after);
  void end_silence();

 private:
  class Joined;
  void accept(net::Fd client);
  void forget_ended();

  net::Loop& loop_;
  const std::uint16_t to_;
  const int receive_buffer_;
  std::uint16_t port_ = 0;
  bool silent_ = false;
  After after_ = After::goes_on;
  std::list<std::unique_ptr<Joined>> joined_;
  net::Timer silence_;
  net::Later forgetting_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace prove
