#include "sse/subscribe_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sse/credentials.h"
#include "sse/event.h"

namespace sse {
namespace {

constexpr std::size_t most_topics = 32;
// The last id seen, by any of the names in use.
constexpr std::array<std::string_view, 4> id_names{"lastEventId", "last_event_id", "Last-Event-ID",
                                                   "lastEventID"};

bool holds(auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Null: they are all known.
const std::string* unknown(const http::Query& query,
                           std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : query.parameters()) {
    if (holds(known, name) || holds(id_names, name)) continue;
    if (name != "dry_run" && name != query_token) return &name;
  }
  return nullptr;
}

std::variant<TopicMatcher, std::string> read_pattern(std::string_view text) {
  if (auto reason = pattern_refusal(text)) return *std::move(reason);
  TopicMatcher matcher = TopicMatcher::selector(std::string(text));
  // Mercure takes it for the name of a topic then, but here that is what "topic=" is for.
  const bool broken = matcher.is_exact() && text.find_first_of("{}") != text.npos;
  if (broken) return "\"" + std::string(text) + "\" is no URI template, such as orders/{id}.";
  return matcher;
}

}  // namespace

std::variant<Matchers, std::string> wanted_topics(const http::Query& query,
                                                  std::initializer_list<std::string_view> known) {
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
    auto read = read_pattern(pattern);
    if (auto* reason = std::get_if<std::string>(&read)) return std::move(*reason);
    wanted.push_back(std::get<TopicMatcher>(std::move(read)));
  }
  if (wanted.empty()) {
    if (const std::string* name = unknown(query, known)) {
      return "There is no parameter \"" + *name +
             "\": say what to read by \"topic=\", \"prefix=\" or \"pattern=\".";
    }
    wanted.push_back(TopicMatcher::exact(std::string(default_topic)));
  }
  wanted = distinct(std::move(wanted));
  if (wanted.size() > most_topics) return "One subscription has at most 32 topics and patterns.";
  return wanted;
}

std::optional<std::string> last_event_id(const http::Request& request, const http::Query& query) {
  if (const auto field = request.fields.get("last-event-id"); field && !field->empty()) {
    return std::string(*field);
  }
  for (const std::string_view name : id_names) {
    if (const auto value = query.get(name); value && !value->empty()) return std::string(*value);
  }
  return std::nullopt;
}

}  // namespace sse
