// Mercure: the hub of the Mercure protocol, at /.well-known/mercure, in both dialects that are
// spoken: 0.x as deployed and 1.0 (draft-dunglas-mercure-08). Gives each request to whom it is for.
#pragma once

#include <string>

#include "server/http/handler.h"
#include "sse/cors.h"
#include "sse/mercure_publish.h"
#include "sse/mercure_subscribe.h"

namespace sse {

class Mercure final : public http::Handler {
 public:
  // All outlive the handler and its bodies.
  Mercure(http::Handler& subscribe, http::Handler& publish, const Cors& cors)
      : subscribe_(subscribe), publish_(publish), cors_(cors) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  http::Handler& subscribe_;
  http::Handler& publish_;
  const Cors& cors_;
};

}  // namespace sse
