// Publish: POST /send, one event as JSON, or many, one a line (application/x-ndjson), which are all
// published or none. Answers when the Sequencer has them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/net/loop.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/errands.h"
#include "sse/inbox.h"
#include "sse/rate_limit.h"
#include "sse/sequencer.h"

namespace sse {

class Publish final : public http::Handler {
 public:
  struct Options {
    std::size_t content = 64 * 1024;  // bytes; more is answered 413
    RateLimit::Options rate = {};     // of each publisher's events; beyond it is answered 429
  };

  // All outlive the handler, and `loop` runs no more once it is gone. `inbox`: this worker's own.
  Publish(net::Loop& loop, Sequencer& sequencer, WorkerInbox& inbox, Errands& batches,
          const Authorizer& authorizer, const Cors& cors, Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  struct Asked;
  void receive(const Asked& asked, http::Exchange exchange, std::string content);
  void read_batch(const Asked& asked, const HubPlace& hub, http::Exchange exchange,
                  std::string content);
  void answer(const Asked& asked, http::Exchange exchange, http::Response response);
  void publish(std::vector<Draft> drafts, const Asked& asked, http::Exchange exchange);

  net::Loop& loop_;
  Sequencer& sequencer_;
  WorkerInbox& inbox_;
  Errands& batches_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  const Options options_;
  const std::shared_ptr<const http::Headers> prepared_;
  RateLimit rate_;
};

// Whether a page of a foreign origin sent this: a browser would let it, with the user's own
// nearness.
bool cross_site(const http::Request& request, const Cors& cors);

// 429, saying when to try again.
http::Response too_fast(std::chrono::milliseconds wait);

}  // namespace sse
