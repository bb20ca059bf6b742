#include "hints/pushed_exchange.h"

#include <memory>
#include <utility>

namespace hints {
namespace {

class WatchedBody final : public http::Body {
 public:
  WatchedBody(std::unique_ptr<http::Body> body, PushEnded ended)
      : body_(std::move(body)), ended_(std::move(ended)) {}
  ~WatchedBody() override {
    if (ended_) ended_(bytes_, PushEnd::cut);
  }
  WatchedBody(const WatchedBody&) = delete;
  WatchedBody& operator=(const WatchedBody&) = delete;

  std::optional<std::uint64_t> length() const override { return body_->length(); }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    const http::Read got = body_->read(into, later);
    bytes_ += got.bytes;
    if (got.end) std::exchange(ended_, nullptr)(bytes_, PushEnd::whole);
    return got;
  }

 private:
  std::unique_ptr<http::Body> body_;
  PushEnded ended_;
  std::uint64_t bytes_ = 0;
};

class PushedWire final : public http::Wire {
 public:
  PushedWire(http::Exchange outer, PushEnded ended)
      : outer_(std::move(outer)), ended_(std::move(ended)) {}

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers&) override {}
  http::Push push(std::string_view, http::Priority) override { return http::Push::nested; }
  void respond(http::Response response) override {
    if (response.status == 200 && response.body) {
      response.body = std::make_unique<WatchedBody>(std::move(response.body), std::move(ended_));
    }
    outer_.respond(std::move(response));
  }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
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
  PushEnded ended_;
};

}  // namespace

http::Exchange watch_push(http::Exchange exchange, PushEnded ended) {
  return http::Exchange(std::make_unique<PushedWire>(std::move(exchange), std::move(ended)));
}

}  // namespace hints
