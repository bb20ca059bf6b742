#include "sse/publish_batch.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "server/http/problem.h"
#include "sse/authorization.h"
#include "sse/draft_reader.h"
#include "sse/idempotency.h"

namespace sse {
namespace {
constexpr std::size_t most_events = 1000;
}

PublishBatch::PublishBatch(std::string content, Terms terms, Then then)
    : content_(std::move(content)), terms_(std::move(terms)), then_(std::move(then)) {}

bool PublishBatch::piece() {
  if (at_ >= content_.size()) return false;
  const std::string_view rest = std::string_view(content_).substr(at_);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  at_ += line.size() + 1;
  ++number_;
  if (http::trim(line).find_first_not_of('\r') == line.npos) return true;
  refused_ = read(line);
  return !refused_;
}

std::optional<http::Response> PublishBatch::read(std::string_view line) {
  const auto wrong = [this](int status, const std::string& reason) {
    return http::problem(status, "Line " + std::to_string(number_) + ": " + reason);
  };
  if (++events_ > most_events) return http::problem(400, "One request has at most 1000 events.");
  if (line.size() > terms_.line_bytes) {
    return wrong(413, "An event takes at most " + std::to_string(terms_.line_bytes) + " bytes.");
  }
  auto draft = read_draft(line, terms_.hub);
  if (const auto* reason = std::get_if<std::string>(&draft)) return wrong(400, *reason);
  auto& event = std::get<Draft>(draft);
  if (terms_.dry_run) {
    explained_.add(event, terms_.grant);
    return std::nullopt;
  }
  if (const std::string* topic = ungranted(terms_.grant, event)) {
    return Authorizer::not_granted(terms_.hub_url, terms_.grant, Action::publish, *topic)
        .response();
  }
  if (!terms_.key.empty()) event.key = identity_of(terms_.key, events_, event);
  drafts_.push_back(std::move(event));
  return std::nullopt;
}

void PublishBatch::done(http::Exchange exchange) {
  if (events_ == 0) refused_ = http::problem(400, "There is no event in the content.");
  if (terms_.dry_run && !refused_) refused_ = explained_.response();
  if (refused_) return then_.answer(std::move(exchange), *std::move(refused_));
  then_.publish(std::move(exchange), std::move(drafts_));
}

}  // namespace sse
