// LateBodies: a middleware that gives a page's headers at once and lets its content wait, as a
// server does that renders while it already answers. Everything else passes as it is.
#pragma once

#include "server/http/handler.h"
#include "server/net/loop.h"

namespace lab {

class LateBodies final : public http::Handler {
 public:
  // `loop` and `next` must outlive the handler and the bodies that it made late. Nothing waits if
  // `think` is zero.
  LateBodies(net::Loop& loop, http::Handler& next, net::Clock::duration think)
      : loop_(loop), next_(next), think_(think) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  net::Loop& loop_;
  http::Handler& next_;
  const net::Clock::duration think_;
};

}  // namespace lab
