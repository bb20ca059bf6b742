// HintingHandler: a middleware that tells of a page's assets before the page: pushes first, then
// one 103, then the page with the same links (the order that RFC 9113 section 8.4.1 asks for). What
// is told comes from the Planner, whether from decide() and Judgement, how from Telling.
#pragma once

#include "hints/decision.h"
#include "hints/judgement.h"
#include "hints/planner.h"
#include "server/http/handler.h"

namespace hints {

class HintingHandler final : public http::Handler {
 public:
  struct Options {
    Mode mode = Mode::automatic;
    Judgement* judgement = nullptr;  // null: every visit is told alike
  };

  // `planner`, `next` and the judgement must outlive the handler.
  HintingHandler(Planner& planner, http::Handler& next, Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void answer_page(const http::Request& request, http::Exchange exchange,
                   std::shared_ptr<const Plan> plan);
  http::Exchange watched(const http::Request& request, http::Exchange exchange) const;

  Planner& planner_;
  http::Handler& next_;
  Options options_;
};

}  // namespace hints
