// ExplainHandler: answers with the explanation of a page.
#pragma once

#include "hints/explain.h"
#include "hints/judgement.h"
#include "hints/planner.h"
#include "server/http/handler.h"

namespace hints {

// GET ?url=/page (or a whole URL; default "/"): as a page for browsers, else as JSON; &format=
// text, json or html says otherwise. It names the files of the site and nothing else, but who may
// ask is for the server's set-up to say.
class ExplainHandler final : public http::Handler {
 public:
  // `planner` and `judgement` must outlive the handler; the latter may be null.
  ExplainHandler(Planner& planner, Mode mode, Judgement* judgement = nullptr)
      : planner_(planner), mode_(mode), judgement_(judgement) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  Planner& planner_;
  Mode mode_;
  Judgement* judgement_;
};

}  // namespace hints
