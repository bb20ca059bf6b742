// ExplainHandler: answers with the explanation of a page.
#pragma once

#include "hints/explain.h"
#include "hints/planner.h"
#include "server/http/handler.h"

namespace hints {

// GET ?url=/page (or a whole URL; default "/"): as a page for browsers, else as JSON; &format=
// text, json or html says otherwise. It names the files of the site and nothing else, but who may
// ask is for the server's set-up to say.
class ExplainHandler final : public http::Handler {
 public:
  // `planner` must outlive the handler.
  ExplainHandler(Planner& planner, Mode mode) : planner_(planner), mode_(mode) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  Planner& planner_;
  Mode mode_;
};

}  // namespace hints
