// HubMetadata: what an OAuth client must know of the hub to get a token for it (RFC 9728).
#pragma once

#include "server/http/handler.h"
#include "sse/authorization.h"
#include "sse/cors.h"

namespace sse {

class HubMetadata final : public http::Handler {
 public:
  enum class Subscriptions : bool { hidden, listed };
  // Both outlive the handler.
  HubMetadata(const Authorizer& authorizer, const Cors& cors, Subscriptions subscriptions)
      : authorizer_(authorizer), cors_(cors), subscriptions_(subscriptions) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  const Authorizer& authorizer_;
  const Cors& cors_;
  const Subscriptions subscriptions_;
};

}  // namespace sse
