#include "sse/subscribe_request.h"

#include <utility>

#include "sse/event.h"

namespace sse {
namespace {
constexpr std::size_t most_topics = 32;
}

std::variant<Matchers, std::string> wanted_topics(const http::Query& query) {
  Matchers wanted;
  for (const std::string_view name : query.all("topic")) {
    if (auto reason = topic_refusal(name)) return *std::move(reason);
    wanted.push_back(TopicMatcher::exact(std::string(name)));
  }
  for (const std::string_view beginning : query.all("prefix")) {
    if (auto reason = pattern_refusal(beginning)) return *std::move(reason);
    wanted.push_back(TopicMatcher::prefix(std::string(beginning)));
  }
  for (const std::string_view pattern : query.all("pattern")) {
    if (auto reason = pattern_refusal(pattern)) return *std::move(reason);
    wanted.push_back(TopicMatcher::selector(std::string(pattern)));
  }
  if (wanted.empty()) wanted.push_back(TopicMatcher::exact(std::string(default_topic)));
  wanted = distinct(std::move(wanted));
  if (wanted.size() > most_topics) return "One subscription has at most 32 topics and patterns.";
  return wanted;
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
