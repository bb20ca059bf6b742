#include "compare/live.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace lab {
namespace {

class LiveBody final : public http::Body {
 public:
  LiveBody(net::Loop& loop, net::Clock::duration interval)
      : loop_(loop), interval_(interval), timer_(loop, [this] { publish(); }) {
    timer_.start(interval_);
  }

  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (text_.empty()) {
      waiting_ = &later;
      return {0, false};
    }
    const std::size_t count = std::min(into.size(), text_.size());
    std::memcpy(into.data(), text_.data(), count);
    text_.erase(0, count);
    return {count, false};
  }

 private:
  void publish() {
    text_ += "data: " + published_text(loop_.now()) + "\n\n";
    timer_.start(interval_);
    if (http::Waker* waker = std::exchange(waiting_, nullptr)) waker->wake();
  }

  net::Loop& loop_;
  const net::Clock::duration interval_;
  std::string text_ = ":\n\n";
  http::Waker* waiting_ = nullptr;
  net::Timer timer_;
};

}  // namespace

void LiveHandler::handle(const http::Request&, http::Exchange exchange) {
  http::Response response;
  response.fields.add("content-type", "text/event-stream");
  response.fields.add("cache-control", "no-store");
  response.body = std::make_unique<LiveBody>(loop_, options_.interval);
  response.live = true;
  exchange.respond(std::move(response));
}

}  // namespace lab
