// Handler: answers requests. A middleware is a handler that holds the next one.
#pragma once

#include "server/http/exchange.h"
#include "server/http/message.h"

namespace http {

class Handler {
 public:
  virtual ~Handler() = default;
  // `request` is valid during the call only. The exchange may be kept and answered later, on the
  // same thread. Must not throw for anything a client can cause.
  virtual void handle(const Request& request, Exchange exchange) = 0;
};

}  // namespace http
