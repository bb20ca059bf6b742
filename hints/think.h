// ThinkHandler: a middleware that lets pages wait before they are answered, as an app server that
// renders would, so that a developer can see what hints do meanwhile. Everything else passes at
// once.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "server/http/handler.h"
#include "server/net/loop.h"

namespace hints {

class ThinkHandler final : public http::Handler {
 public:
  struct Options {
    std::chrono::milliseconds think{0};  // 0: nothing waits
  };

  // `loop` and `next` must outlive the handler. What still waits when it goes is answered 500.
  ThinkHandler(net::Loop& loop, http::Handler& next, Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    net::Clock::time_point due;
    http::Request request;
    http::Exchange exchange;
  };
  void answer_due();

  net::Loop& loop_;
  http::Handler& next_;
  Options options_;
  std::deque<Waiting> waiting_;  // all wait equally long, so the first is the first due
  net::Timer timer_;
};

}  // namespace hints
