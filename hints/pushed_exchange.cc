#include "hints/pushed_exchange.h"

#include <memory>
#include <utility>

#include "server/http/filtered_wire.h"

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
  http::Headers trailers() override { return body_->trailers(); }
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

class WatchedPush final {
 public:
  explicit WatchedPush(PushEnded ended) : ended_(std::move(ended)) {}
  ~WatchedPush() {
    if (ended_) ended_(0, PushEnd::unsent);
  }
  WatchedPush(const WatchedPush&) = delete;
  WatchedPush& operator=(const WatchedPush&) = delete;

  void hint(const http::Headers&, http::Exchange&) const {}
  http::Push push(std::string_view, http::Priority, http::Exchange&) const {
    return http::Push::nested;
  }
  void complete(http::Response& response) {
    if (response.status != 200 || !response.body) return;
    response.body =
        std::make_unique<WatchedBody>(std::move(response.body), std::exchange(ended_, nullptr));
  }

 private:
  PushEnded ended_;
};

}  // namespace

http::Exchange watch_push(http::Exchange exchange, PushEnded ended) {
  return http::filtered<WatchedPush>(std::move(exchange), std::move(ended));
}

}  // namespace hints
