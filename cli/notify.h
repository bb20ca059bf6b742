// Notify: tells systemd how the service is doing, a datagram for each word (sd_notify(3), without
// the library). Harmless when nobody listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/net/handle.h"

namespace cli {

class Notify {
 public:
  // Reads NOTIFY_SOCKET and WATCHDOG_USEC of the environment.
  Notify();

  // This process is the service's main one now; ready() follows.
  void main_process() const;

  // Any thread. None blocks; what cannot be delivered is dropped.
  void ready(std::string_view status) const;
  void reloading() const;  // ready() follows when it is done
  void stopping() const;
  void watchdog() const;
  // How often watchdog() is expected: half of the time after which systemd loses patience.
  std::optional<std::chrono::milliseconds> watchdog_interval() const;

 private:
  void send(std::string_view text) const;

  net::Fd socket_;
  std::string address_;  // as in the variable: "/path" or "@abstract"
};

}  // namespace cli
