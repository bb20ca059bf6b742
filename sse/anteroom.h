// Anteroom: where readers wait until the replica has gathered what their patterns match. Most need
// not: patterns that others read, or read a moment ago, are gathered already.
#pragma once

#include <functional>

#include "server/http/exchange.h"
#include "sse/errands.h"
#include "sse/replica.h"
#include "sse/subscription.h"
#include "sse/topic_matcher.h"

namespace sse {

class Anteroom {
 public:
  // Both outlive it.
  Anteroom(Replica& replica, Errands& errands) : replica_(replica), errands_(errands) {}

  // Whether a reader of `wanted` may join at once.
  bool passes(const Matchers& wanted, const Rights& rights) const;
  // Calls `then` when it may, or when there is no room for it any more: Replica::has_room is to be
  // asked again. Not at all if the client goes before.
  void enter(http::Exchange exchange, const Matchers& wanted, const Rights& rights,
             std::function<void(http::Exchange)> then);

 private:
  Replica& replica_;
  Errands& errands_;
};

}  // namespace sse
