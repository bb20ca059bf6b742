// Listener: a bound socket that hands out accepted ones.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "server/net/endpoint.h"
#include "server/net/handle.h"
#include "server/net/loop.h"

namespace net {

struct Bound {
  Fd fd;
  Endpoint endpoint;  // with the real port where 0 was asked
};

// Throws net::Error if somebody listens there already; bind_and_listen would share the port.
void require_free(const Endpoint& endpoint);

// A listening, non-blocking TCP socket with SO_REUSEPORT, so that each worker has its own and the
// kernel spreads the connections. Throws net::Error: port taken, no permission, no such host.
Bound bind_and_listen(const Endpoint& endpoint, int backlog);

// A socket that listens already, given by whoever started this process.
Bound adopt(Fd fd);

struct Accepted {
  Fd fd;  // non-blocking, TCP_NODELAY
  std::string address;
  std::uint16_t port;
};

class Listener {
 public:
  // `accept` is called on the loop's thread, some times in a turn.
  Listener(Loop& loop, Fd fd, std::function<void(Accepted)> accept);

  void pause();
  void resume();

 private:
  void on_ready();
  void turn_away();

  Fd fd_;
  Fd reserve_;  // given up to turn a client away when there are no descriptors
  std::function<void(Accepted)> accept_;
  Watch watch_;
  Timer again_;  // after descriptors have run out
  bool paused_ = false;
};

}  // namespace net
