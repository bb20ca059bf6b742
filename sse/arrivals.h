// Arrivals: whether a new event stream may begin now, and who is told that it did. Whoever may not
// is told, in the stream, when to come back and why: a browser's EventSource dies for good on any
// answer but 200.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/exchange.h"
#include "server/http/message.h"
#include "sse/anteroom.h"
#include "sse/audience.h"
#include "sse/presence.h"
#include "sse/rate_limit.h"
#include "sse/replica.h"
#include "sse/subscription.h"

namespace sse {

// Who asks for a stream.
struct Arrival {
  Matchers topics;
  Grant grant;
  Rights rights = grant.rights();
};

class Arrivals {
 public:
  // All outlive it. `presence`: null for none.
  Arrivals(Replica& replica, Audience& audience, Anteroom& anteroom, RateLimit::Options rate,
           Presence* presence)
      : replica_(replica),
        audience_(audience),
        anteroom_(anteroom),
        rate_(rate),
        presence_(presence) {}

  // Gives `head`, which has been added to, its body.
  using Begin = std::function<void(const Arrival& arrival, Audience::Place place,
                                   std::unique_ptr<Presence::Seat> seat, http::Response& head)>;
  // Answers with `head`, now or as soon as what the patterns match is gathered: with the body that
  // `begin` gives it, which is called if the stream may begin; or with one that says when to come
  // back.
  void receive(const http::Request& request, http::Exchange exchange, Arrival arrival,
               http::Response head, Begin begin);

 private:
  struct Reader;
  std::variant<Audience::Place, std::string> admit(const http::Request& request,
                                                   const Arrival& arrival);
  void let_in(Reader& reader, http::Exchange exchange);
  std::optional<std::string> no_room(std::span<const TopicMatcher> wanted);
  std::string later(std::string_view reason);

  Replica& replica_;
  Audience& audience_;
  Anteroom& anteroom_;
  RateLimit rate_;
  Presence* const presence_;
};

}  // namespace sse
