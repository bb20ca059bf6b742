// MercureSubscriptions: the hub's list of who is subscribed: GET .../subscriptions, of one matcher,
// or one subscription. In the dialect of the token that is needed to see it.
#pragma once

#include "server/http/handler.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/errands.h"
#include "sse/presence.h"
#include "sse/replica.h"

namespace sse {

class MercureSubscriptions final : public http::Handler {
 public:
  // All outlive the handler.
  MercureSubscriptions(const Presence& presence, const Replica& replica,
                       const Authorizer& authorizer, const Cors& cors, Errands& errands)
      : presence_(presence),
        replica_(replica),
        authorizer_(authorizer),
        cors_(cors),
        errands_(errands) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  const Presence& presence_;
  const Replica& replica_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  Errands& errands_;
};

}  // namespace sse
