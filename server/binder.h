// Binder: listening sockets for every worker. What is bound here is one socket for each
// (SO_REUSEPORT); what was inherited is dealt out, and shared where there are fewer than workers. A
// socket that listens is never closed without being accepted from, or its clients would be reset.
#pragma once

#include <cstddef>
#include <vector>

#include "server/net/endpoint.h"
#include "server/net/handle.h"

namespace server {

class Binder {
 public:
  struct Bound {
    std::vector<net::Endpoint> endpoints;         // with the real ports, each once
    std::vector<std::vector<net::Fd>> of_worker;  // one list for each
    std::vector<net::Fd> kept;                    // a copy of each socket
  };

  Binder(std::size_t workers, int backlog) : workers_(workers), backlog_(backlog) {}

  // Throws net::Error in one sentence if it cannot.
  void bind(net::Endpoint endpoint);
  void adopt(net::Fd fd);
  // Everything since the last take().
  Bound take();

 private:
  const std::size_t workers_;
  const int backlog_;
  std::vector<net::Endpoint> endpoints_;
  std::vector<net::Fd> sockets_;
};

}  // namespace server
