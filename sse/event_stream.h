// EventStream: GET /events, live events for EventSource. A browser's EventSource dies for good on
// any answer but 200, so whoever cannot be served now is told in the stream when to come back.
#pragma once

#include <memory>

#include "server/http/handler.h"
#include "sse/arrivals.h"
#include "sse/audience.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/errands.h"
#include "sse/replica.h"
#include "sse/sequencer.h"

namespace sse {

class EventStream final : public http::Handler {
 public:
  // All outlive the handler and its bodies.
  EventStream(Replica& replica, const Sequencer& sequencer, Audience& audience,
              const Authorizer& authorizer, const Cors& cors, Arrivals& arrivals, Errands& errands);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void subscribe(const http::Request& request, http::Exchange exchange, http::Headers fields);

  Replica& replica_;
  const Sequencer& sequencer_;
  Audience& audience_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  Arrivals& arrivals_;
  Errands& errands_;
  const std::shared_ptr<const http::Headers> prepared_;
};

}  // namespace sse
