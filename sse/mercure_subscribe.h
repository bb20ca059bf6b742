// MercureSubscribe: an event stream of the hub, asked for by GET or QUERY (RFC 10008). What the
// token grants decides only which private updates come; what was asked for decides the rest.
#pragma once

#include <memory>

#include "server/http/handler.h"
#include "server/http/query.h"
#include "sse/arrivals.h"
#include "sse/audience.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/errands.h"
#include "sse/mercure_request.h"
#include "sse/replica.h"
#include "sse/sequencer.h"

namespace sse {

class MercureSubscribe final : public http::Handler {
 public:
  // All outlive the handler and its bodies.
  MercureSubscribe(Replica& replica, const Sequencer& sequencer, Audience& audience,
                   const Authorizer& authorizer, const Cors& cors, Arrivals& arrivals,
                   Errands& errands);

  // A GET, a HEAD or a QUERY.
  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void answer(const http::Request& request, const http::Query& parameters, http::Exchange exchange);
  void begin(const MercureRequest& asked, const Arrival& arrival, Audience::Place place,
             std::unique_ptr<Presence::Seat> seat, http::Response& response);
  http::Response stream() const;

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
