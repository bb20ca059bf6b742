// Publish: POST /send, one event as JSON. Answers when the Sequencer has it.
#pragma once

#include <cstddef>

#include "server/http/handler.h"
#include "server/net/loop.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/draft_reader.h"
#include "sse/sequencer.h"

namespace sse {

class Publish final : public http::Handler {
 public:
  struct Options {
    std::size_t content = 64 * 1024;  // bytes; more is answered 413
  };

  // All outlive the handler, and `loop` runs no more once it is gone.
  Publish(net::Loop& loop, Sequencer& sequencer, const Authorizer& authorizer, const Cors& cors,
          Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void publish(Draft draft, const http::Headers& fields, http::Exchange exchange);

  net::Loop& loop_;
  Sequencer& sequencer_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  const Options options_;
};

// Whether a page of a foreign origin sent this: a browser would let it, with the user's own
// nearness.
bool cross_site(const http::Request& request, const Cors& cors);

}  // namespace sse
