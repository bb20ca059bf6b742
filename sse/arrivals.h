// Arrivals: whether a new event stream may begin now, and who is told that it did. Whoever may not
// is told, in the stream, when to come back and why: a browser's EventSource dies for good on any
// answer but 200.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>

#include "server/http/message.h"
#include "sse/audience.h"
#include "sse/presence.h"
#include "sse/rate_limit.h"
#include "sse/replica.h"

namespace sse {

class Arrivals {
 public:
  // All outlive it. `presence`: null for none.
  Arrivals(Replica& replica, Audience& audience, RateLimit::Options rate, Presence* presence)
      : replica_(replica), audience_(audience), rate_(rate), presence_(presence) {}

  // The stream may begin, and has a place in the audience; or all that it says.
  std::variant<Audience::Place, std::string> admit(const http::Request& request,
                                                   std::span<const TopicMatcher> wanted,
                                                   const Grant& grant);
  // Null if nobody is to be told.
  std::unique_ptr<Presence::Seat> seat(std::span<const TopicMatcher> wanted, const Grant& grant);

 private:
  Replica& replica_;
  Audience& audience_;
  RateLimit rate_;
  Presence* const presence_;
};

}  // namespace sse
