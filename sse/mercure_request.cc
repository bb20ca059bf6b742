#include "sse/mercure_request.h"

#include <algorithm>
#include <utility>

#include "sse/event.h"
#include "sse/subscribe_request.h"

namespace sse {
namespace {

constexpr std::size_t most_matchers = 100;
constexpr std::string_view reserved = "match";

// 1.0 keeps every name that begins so for itself, so that a misspelt one is not ignored.
bool in_match_namespace(std::string_view name) {
  return http::equal_ignoring_case(name.substr(0, reserved.size()), reserved);
}

std::string quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 128)) + "\""; }

std::optional<std::string> text_refusal(std::string_view text) {
  if (auto reason = text == "*" ? std::nullopt : topic_refusal(text)) return reason;
  if (has_format_character(text)) return "A topic or a pattern has no invisible characters.";
  return std::nullopt;
}

// A matcher of 1.0.
std::variant<TopicMatcher, std::string> read_match(const http::Query::Parameter& parameter,
                                                   std::string_view hub) {
  const auto& [name, value] = parameter;
  if (auto reason = text_refusal(value)) return *std::move(reason);
  if (name == "match" || name == "match_exact") {
    return value == "*" ? TopicMatcher::any() : TopicMatcher::exact(value);
  }
  if (name != "match_urlpattern") {
    return quoted(name) + " is no matcher known here: use match, match_exact or match_urlpattern.";
  }
  if (auto reason = pattern_refusal(value)) return *std::move(reason);
  return TopicMatcher::url_pattern(value, hub);
}

// A selector of 0.x.
std::variant<TopicMatcher, std::string> read_selector(const std::string& value) {
  if (auto reason = text_refusal(value)) return *std::move(reason);
  TopicMatcher matcher = TopicMatcher::selector(value);
  if (!matcher.is_exact()) {
    if (auto reason = pattern_refusal(value)) return *std::move(reason);
  }
  return matcher;
}

}  // namespace

bool is_form(std::string_view content_type) {
  const std::string_view type = http::trim(content_type.substr(0, content_type.find(';')));
  return http::equal_ignoring_case(type, "application/x-www-form-urlencoded");
}

std::variant<MercureRequest, std::string> read_mercure_request(const http::Request& request,
                                                               const http::Query& parameters,
                                                               std::string_view hub) {
  MercureRequest asked;
  const auto& all = parameters.parameters();
  const bool matches = std::any_of(all.begin(), all.end(), [](const auto& parameter) {
    return in_match_namespace(parameter.name);
  });
  if (matches) asked.dialect = Dialect::v1;
  for (const http::Query::Parameter& parameter : all) {
    const bool wanted = matches ? in_match_namespace(parameter.name) : parameter.name == "topic";
    if (!wanted) continue;
    auto matcher = matches ? read_match(parameter, hub) : read_selector(parameter.value);
    if (auto* reason = std::get_if<std::string>(&matcher)) return std::move(*reason);
    auto& found = std::get<TopicMatcher>(matcher);
    if (std::find(asked.wanted.begin(), asked.wanted.end(), found) != asked.wanted.end()) continue;
    if (asked.wanted.size() == most_matchers) {
      return "One subscription has at most 100 topics and patterns.";
    }
    asked.wanted.push_back(std::move(found));
  }
  if (asked.wanted.empty()) {
    return "Say what to subscribe to: \"topic=\" as in Mercure 0.x, or \"match=\" and "
           "\"match_urlpattern=\" as in 1.0.";
  }
  asked.last_event_id = last_event_id(request, parameters);
  return asked;
}

}  // namespace sse
