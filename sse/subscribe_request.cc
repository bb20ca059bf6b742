#include "sse/subscribe_request.h"

#include <algorithm>

#include "sse/event.h"

namespace sse {
namespace {
constexpr std::size_t most_topics = 32;
}

std::variant<std::vector<std::string>, std::string> wanted_topics(const http::Query& query) {
  std::vector<std::string> topics;
  for (const std::string_view name : query.all("topic")) {
    if (auto reason = topic_refusal(name)) return *std::move(reason);
    topics.emplace_back(name);
  }
  if (topics.empty()) topics.emplace_back(default_topic);
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  if (topics.size() > most_topics) return "One subscription has at most 32 topics.";
  return topics;
}

std::optional<std::string> last_event_id(const http::Request& request, const http::Query& query) {
  if (const auto field = request.fields.get("last-event-id"); field && !field->empty()) {
    return std::string(*field);
  }
  for (const std::string_view name :
       {"lastEventId", "last_event_id", "Last-Event-ID", "lastEventID"}) {
    if (const auto value = query.get(name); value && !value->empty()) return std::string(*value);
  }
  return std::nullopt;
}

}  // namespace sse
