// Explain: a plan as a person reads it and as a program does, and the handler that answers with it.
#pragma once

#include <string>

#include "hints/planner.h"
#include "server/http/handler.h"

namespace hints {

// One asset a line, first those that are told, then those withheld with the reason.
std::string plan_text(const Plan& plan);
// {"items":[{"target","as","link","source","file","line","push"}],"withheld":[{"target","reason",
// "source","file","line"}]}
std::string plan_json(const Plan& plan);

// GET ?page=/path (default "/"): the plan of that page as JSON, or with &format=text as text. It
// names the files of the site and nothing else, but who may ask is for the server's set-up to say.
class ExplainHandler final : public http::Handler {
 public:
  // `planner` must outlive the handler.
  explicit ExplainHandler(Planner& planner) : planner_(planner) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  Planner& planner_;
};

}  // namespace hints
