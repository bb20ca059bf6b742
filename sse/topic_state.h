// TopicState: GET /state?topic=T: the latest event of a topic and the cursor from which to follow
// it, of one moment: what is in the answer is not in the stream, and nothing is in neither. What
// has left memory is asked of the store, if there is one.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "server/http/handler.h"
#include "sse/authorization.h"
#include "sse/cors.h"
#include "sse/replica.h"
#include "sse/sequencer.h"
#include "sse/subscription.h"

namespace sse {

class TopicState final : public http::Handler {
 public:
  struct Options {
    std::string events_url = "/events";
  };
  // All outlive the handler, and the replica's loop runs no more once it is gone.
  TopicState(Replica& replica, const Authorizer& authorizer, const Cors& cors, Options options)
      : replica_(replica), authorizer_(authorizer), cors_(cors), options_(std::move(options)) {}

  void handle(const http::Request& request, http::Exchange exchange) override;
  // Of what is asked from now on.
  void use(Options options) { options_ = std::move(options); }

 private:
  struct Asked;
  std::variant<Asked, http::Response> read(const http::Request& request);
  void ask_store(Asked asked, http::Headers fields, http::Exchange exchange);
  http::Response answer(const Asked& asked, const std::variant<Past, Refused>& said);
  EventId position(const Event* latest) const;
  http::Response show(const Asked& asked, const Event* latest, const EventId& position);

  Replica& replica_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  Options options_;
};

}  // namespace sse
