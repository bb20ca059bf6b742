#include "hints/think.h"

#include <string_view>
#include <utility>

#include "hints/target.h"

namespace hints {
namespace {

bool wants_page(const http::Request& request) {
  if (request.pushed || names_asset(request.path())) return false;
  if (request.fields.get("sec-fetch-mode") == "navigate") return true;
  const auto accept = request.fields.get("accept");
  return accept && accept->find("text/html") != std::string_view::npos;
}

}  // namespace

ThinkHandler::ThinkHandler(net::Loop& loop, http::Handler& next, Options options)
    : loop_(loop), next_(next), options_(options), timer_(loop, [this] { answer_due(); }) {}

void ThinkHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (options_.think.count() <= 0 || !wants_page(request)) {
    return next_.handle(request, std::move(exchange));
  }
  waiting_.push_back({loop_.now() + options_.think, request, std::move(exchange)});
  if (!timer_.armed()) timer_.start(options_.think);
}

void ThinkHandler::answer_due() {
  while (!waiting_.empty() && waiting_.front().due <= loop_.now()) {
    Waiting ready = std::move(waiting_.front());
    waiting_.pop_front();
    // Once the client has gone its request must not be looked at: the peer may be no more.
    if (ready.exchange.alive()) next_.handle(ready.request, std::move(ready.exchange));
  }
  if (!waiting_.empty()) timer_.start(waiting_.front().due - loop_.now());
}

}  // namespace hints
