// MercureSubscriptions: the hub's list of who is subscribed: GET .../subscriptions, of one matcher,
// or one subscription. In the dialect of the token that is needed to see it.
#pragma once

#include <string>
#include <string_view>

#include "server/http/handler.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/presence.h"
#include "sse/replica.h"

namespace sse {

class MercureSubscriptions final : public http::Handler {
 public:
  // All outlive the handler.
  MercureSubscriptions(const Presence& presence, const Replica& replica,
                       const Authorizer& authorizer, const Cors& cors)
      : presence_(presence), replica_(replica), authorizer_(authorizer), cors_(cors) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  http::Response answer(const http::Request& request);
  http::Response show(const http::Request& request, Dialect dialect);

  const Presence& presence_;
  const Replica& replica_;
  const Authorizer& authorizer_;
  const Cors& cors_;
};

}  // namespace sse
