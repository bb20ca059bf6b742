// MercurePublish: POST to the hub: one update as a form. Answers with its id as text when the
// Sequencer has it.
#pragma once

#include <cstddef>
#include <string>

#include "server/http/handler.h"
#include "server/net/loop.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/inbox.h"
#include "sse/rate_limit.h"
#include "sse/sequencer.h"

namespace sse {

class MercurePublish final : public http::Handler {
 public:
  struct Options {
    std::size_t content = 64 * 1024;  // bytes of a form; more is answered 413
    RateLimit::Options rate = {};     // of each publisher's updates; beyond it is answered 429
  };
  // All outlive the handler, and `loop` runs no more once it is gone. `inbox`: this worker's own.
  MercurePublish(net::Loop& loop, Sequencer& sequencer, WorkerInbox& inbox,
                 const Authorizer& authorizer, const Cors& cors, Options options);

  // A POST.
  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void publish(Draft draft, const http::Headers& fields, http::Exchange exchange);

  net::Loop& loop_;
  Sequencer& sequencer_;
  WorkerInbox& inbox_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  const Options options_;
  RateLimit rate_;
};

}  // namespace sse
