// Telling: one plan being told on one exchange, and the account of it: what was pushed, hinted and
// withheld, by which way and why. When to do which is the handler's business.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hints/decision.h"
#include "hints/plan.h"
#include "server/http/exchange.h"

namespace hints {

class Telling {
 public:
  Telling(std::shared_ptr<const Plan> plan, Decision decision);

  // Wishes a push for each item that is to be pushed. What is promised is not told in any other
  // way: the client has the request already, and a proxy on the way may make a push of its own of a
  // link.
  void push(http::Exchange& exchange);
  // Sends the 103, unless the decision is against it, there is nothing to tell, or it was sent
  // before.
  void hint(http::Exchange& exchange);
  // Puts the links and Server-Timing on the answer if it is the page (200, text/html), the links
  // only if it is the page that the plan was made from; and the notes for the access log on any
  // answer.
  void finish(http::Response& response);

 private:
  const http::Headers& links() const { return some_pushed() ? rest_ : plan_->links; }
  bool some_pushed() const { return !pushed_.empty(); }
  // The page was exchanged between plan and answer: what the plan says is of the old one.
  bool outdated(const http::Response& response) const;
  std::string way(const http::Response& response) const;
  std::string hinted() const;

  std::shared_ptr<const Plan> plan_;
  Decision decision_;
  std::string_view push_stopped_;         // why the peer or the connection took no (more) pushes
  std::vector<std::string_view> pushed_;  // targets
  std::vector<std::string_view> left_;    // likewise, those not pushed; only if some were
  http::Headers rest_;                    // links of left_
  bool hinted_early_ = false;
};

}  // namespace hints
