// TopicState: GET /state?topic=T: the latest event of a topic and the cursor from which to follow
// it, of one moment: what is in the answer is not in the stream, and nothing is in neither.
#pragma once

#include "server/http/handler.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/replica.h"

namespace sse {

class TopicState final : public http::Handler {
 public:
  struct Options {
    std::string events_url = "/events";
  };
  // All outlive the handler.
  TopicState(Replica& replica, const Authorizer& authorizer, const Cors& cors, Options options)
      : replica_(replica), authorizer_(authorizer), cors_(cors), options_(std::move(options)) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  http::Response answer(const http::Request& request);
  http::Response show(const http::Request& request, const std::string& topic, const Event* latest);

  Replica& replica_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  const Options options_;
};

}  // namespace sse
