#include "compare/late_body.h"

#include <memory>
#include <utility>

#include "server/http/filtered_wire.h"

namespace lab {
namespace {

class LateBody final : public http::Body {
 public:
  LateBody(net::Loop& loop, std::unique_ptr<http::Body> body, net::Clock::duration think)
      : body_(std::move(body)), timer_(loop, [this] { begin(); }) {
    timer_.start(think);
  }

  std::optional<std::uint64_t> length() const override { return body_->length(); }
  http::Headers trailers() override { return body_->trailers(); }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (begun_) return body_->read(into, later);
    waiting_ = &later;
    return {0, false};
  }

 private:
  void begin() {
    begun_ = true;
    if (http::Waker* waker = std::exchange(waiting_, nullptr)) waker->wake();
  }

  std::unique_ptr<http::Body> body_;
  bool begun_ = false;
  http::Waker* waiting_ = nullptr;
  net::Timer timer_;
};

bool is_page(const http::Response& response) {
  const auto type = response.field("content-type");
  return type && http::equal_ignoring_case(type->substr(0, 9), "text/html");
}

// Makes a page's body late.
class Thinking final {
 public:
  Thinking(net::Loop& loop, net::Clock::duration think) : loop_(loop), think_(think) {}

  void complete(http::Response& response) const {
    if (!response.body || !is_page(response)) return;
    response.body = std::make_unique<LateBody>(loop_, std::move(response.body), think_);
  }

 private:
  net::Loop& loop_;
  const net::Clock::duration think_;
};

}  // namespace

void LateBodies::handle(const http::Request& request, http::Exchange exchange) {
  if (think_.count() <= 0 || request.pushed) return next_.handle(request, std::move(exchange));
  next_.handle(request, http::filtered<Thinking>(std::move(exchange), loop_, think_));
}

}  // namespace lab
