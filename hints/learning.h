// LearningHandler: a middleware in front of an app server that shows its answers to a
// LearnedSource, and lets them pass as they are.
#pragma once

#include "hints/learned_source.h"
#include "server/http/handler.h"

namespace hints {

class LearningHandler final : public http::Handler {
 public:
  // Both must outlive the handler; bodies of answers that are read later refer to `learned` too.
  LearningHandler(LearnedSource& learned, http::Handler& next) : learned_(learned), next_(next) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  LearnedSource& learned_;
  http::Handler& next_;
};

}  // namespace hints
