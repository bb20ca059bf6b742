// Telling: one plan being told on one exchange, and the account of it: what was pushed, hinted and
// withheld, by which way and why. When to do which is the handler's business.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hints/plan.h"
#include "hints/usage.h"
#include "hints/verdict.h"
#include "server/http/exchange.h"

namespace hints {

// Whether it is a page with content: 200 and HTML.
bool shows_page(const http::Response& response);

class Telling {
 public:
  Telling(std::shared_ptr<const Plan> plan, Verdict verdict);

  // Wishes a push for each item that is to be pushed, the most urgent first, as long as the budget
  // lasts. What is promised is not told in any other way: the client has the request already, and a
  // proxy on the way may make a push of its own of a link.
  void push(http::Exchange& exchange);
  // Sends the 103, unless the decision is against it, there is nothing to tell, or it was sent
  // before.
  void hint(http::Exchange& exchange);
  // Puts the links and Server-Timing on the answer if it is the page (200, text/html), the links
  // only if it is the page that the plan was made from; and the notes for the access log on any
  // answer.
  void finish(http::Response& response);

  bool hinted_early() const { return hinted_early_; }
  // How each item of the plan has been told so far.
  const std::vector<Usage::Told>& told() const { return told_; }

 private:
  const http::Headers& links() const { return partly_ ? rest_ : plan_->links; }
  bool some_pushed() const { return !pushed_.empty(); }
  // Parts what is told by links from what is pushed or left out.
  void part();
  // The page was exchanged between plan and answer: what the plan says is of the old one.
  bool outdated(const http::Response& response) const;
  std::string way(const http::Response& response) const;
  std::string hinted() const;
  std::string withheld() const;
  bool goes_by_link(std::size_t item) const;
  enum class OnAnswer { only, or_not };
  void linked(OnAnswer which);
  http::Headers answer_links(const http::Response& response) const;
  bool some_on_answer() const;

  std::shared_ptr<const Plan> plan_;
  Verdict verdict_;
  std::vector<Usage::Told> told_;
  std::string_view push_stopped_;         // why the peer or the connection took no (more) pushes
  std::vector<std::string_view> pushed_;  // targets
  bool partly_ = false;                   // not all of the plan is told by links
  std::vector<std::string_view> left_;    // targets of those that are; only if not all
  http::Headers rest_;                    // their links
  bool hinted_early_ = false;
};

}  // namespace hints
