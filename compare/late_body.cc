#include "compare/late_body.h"

#include <memory>
#include <utility>

namespace lab {
namespace {

class LateBody final : public http::Body {
 public:
  LateBody(net::Loop& loop, std::unique_ptr<http::Body> body, net::Clock::duration think)
      : body_(std::move(body)), timer_(loop, [this] { begin(); }) {
    timer_.start(think);
  }

  std::optional<std::uint64_t> length() const override { return body_->length(); }
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

class LateWire final : public http::Wire {
 public:
  LateWire(http::Exchange outer, net::Loop& loop, net::Clock::duration think)
      : outer_(std::move(outer)), loop_(loop), think_(think) {}

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers& fields) override { outer_.hint(fields); }
  http::Push push(std::string_view target, http::Priority priority) override {
    return outer_.push(target, priority);
  }
  void respond(http::Response response) override {
    if (response.body && is_page(response)) {
      response.body = std::make_unique<LateBody>(loop_, std::move(response.body), think_);
    }
    outer_.respond(std::move(response));
  }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    // `then` owns this wire, and the engine owns the continuation for as long as the stream lives.
    http::Exchange::collect(
        std::move(outer_), limit,
        [this, then = std::move(then)](http::Exchange back, std::string content) {
          outer_ = std::move(back);
          then(std::move(content));
        });
  }
  std::unique_ptr<http::Body> content() override { return outer_.content(); }
  void on_gone(std::function<void()> told) override { outer_.on_gone(std::move(told)); }

 private:
  http::Exchange outer_;
  net::Loop& loop_;
  const net::Clock::duration think_;
};

}  // namespace

void LateBodies::handle(const http::Request& request, http::Exchange exchange) {
  if (think_.count() <= 0 || request.pushed) return next_.handle(request, std::move(exchange));
  next_.handle(request,
               http::Exchange(std::make_unique<LateWire>(std::move(exchange), loop_, think_)));
}

}  // namespace lab
