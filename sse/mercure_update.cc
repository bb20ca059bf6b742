#include "sse/mercure_update.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "server/http/query.h"
#include "sse/hub_names.h"
#include "sse/retry.h"

namespace sse {
namespace {

using std::chrono::milliseconds;

std::optional<std::string> refuse_topic(std::string_view topic) {
  if (auto reason = topic_refusal(topic)) return reason;
  if (has_format_character(topic)) return "A topic has no invisible characters.";
  return std::nullopt;
}

std::optional<std::string> refuse_names(const Draft& draft) {
  for (const std::string_view text :
       {std::string_view(draft.publisher_id), std::string_view(draft.type)}) {
    if (printable(text) && !has_format_character(text)) continue;
    return "An id or a type is UTF-8 text without control or invisible characters.";
  }
  return std::nullopt;
}

// None if it is no number.
std::optional<milliseconds> read_retry(std::string_view text) {
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  milliseconds::rep value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc()) return longest_retry;
  return bounded_retry(milliseconds(value));
}

}  // namespace

std::variant<Draft, std::string> read_update(std::string_view text, const HubPlace& hub) {
  const http::Query form(text);
  Draft draft;
  const auto topics = form.all("topic");
  if (topics.empty()) return "The field \"topic\" is missing.";
  for (const std::string_view topic : topics) {
    if (auto reason = refuse_topic(topic)) return *std::move(reason);
  }
  draft.topic = topics.front();
  draft.alternates.assign(topics.begin() + 1, topics.end());
  draft.data = form.get("data").value_or("");
  if (!is_utf8(draft.data)) return "The field \"data\" is not UTF-8.";
  draft.publisher_id = form.get("id").value_or("");
  draft.type = form.get("type").value_or("");
  // That the field is there counts, not what it says.
  draft.is_private = form.get("private").has_value();
  if (const auto retry = form.get("retry"); retry && !retry->empty()) {
    const auto wait = read_retry(*retry);
    if (!wait) return "The field \"retry\" is a number of milliseconds.";
    draft.retry = *wait;
  }
  if (auto reason = refuse_names(draft)) return *std::move(reason);
  if (auto reason = hub_name_refusal(draft, hub, HubTopics::all)) return *std::move(reason);
  if (auto reason = refusal(draft)) return *std::move(reason);
  return draft;
}

}  // namespace sse
