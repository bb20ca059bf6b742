// HintingHandler: a middleware that tells of a page's assets before the page: pushes first, then
// one 103, then the page with the same links (the order that RFC 9113 section 8.4.1 asks for). What
// is told comes from the Planner, whether from decide() and Judgement, how from Telling.
#pragma once

#include <memory>

#include "hints/decision.h"
#include "hints/field_study.h"
#include "hints/interleaving.h"
#include "hints/judgement.h"
#include "hints/planner.h"
#include "server/http/handler.h"
#include "server/net/signer.h"

namespace hints {

class HintingHandler final : public http::Handler {
 public:
  // What is pointed to may be missing, and outlives the handler and what it answers.
  struct Options {
    Mode mode = Mode::automatic;
    Judgement* judgement = nullptr;        // without it every visit is told alike
    const net::Signer* signer = nullptr;   // of visit cookies; without it none are given
    Interleaving* interleaving = nullptr;  // without it a page goes before its pushes
    FieldStudy* study = nullptr;           // chooses the mode of each visit
  };

  // `planner` and `next` must outlive the handler.
  HintingHandler(Planner& planner, http::Handler& next, Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  void answer_page(const http::Request& request, http::Exchange exchange,
                   std::shared_ptr<const Plan> plan);
  Experiment::Arm arm_for(const http::Request& request) const;
  http::Exchange watched(const http::Request& request, http::Exchange exchange) const;

  Planner& planner_;
  http::Handler& next_;
  Options options_;
};

}  // namespace hints
