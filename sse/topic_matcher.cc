#include "sse/topic_matcher.h"

#include <algorithm>
#include <utility>

#include "sse/event.h"
#include "sse/parsed_topic.h"
#include "sse/uri_template.h"
#include "sse/url_pattern.h"

namespace sse {
namespace {
constexpr std::size_t pattern_limit = 512;  // bytes
}

TopicMatcher TopicMatcher::exact(std::string topic) { return {Type::exact, std::move(topic)}; }

TopicMatcher TopicMatcher::any() { return {Type::any, "*"}; }

TopicMatcher TopicMatcher::prefix(std::string beginning) {
  return {Type::prefix, std::move(beginning)};
}

TopicMatcher TopicMatcher::selector(std::string text) {
  if (text == "*") return any();
  if (auto pattern = compile_uri_template(text)) {
    return {Type::uri_template, std::move(text), std::move(pattern)};
  }
  return exact(std::move(text));
}

std::variant<TopicMatcher, std::string> TopicMatcher::url_pattern(std::string text,
                                                                  std::string_view base) {
  if (text == "*") return any();
  auto compiled = compile_url_pattern(text, base);
  if (auto* reason = std::get_if<std::string>(&compiled)) return std::move(*reason);
  return TopicMatcher(Type::url_pattern, std::move(text),
                      std::get<std::shared_ptr<const TopicPattern>>(std::move(compiled)),
                      std::string(base));
}

bool TopicMatcher::matches(std::string_view topic) const {
  switch (type_) {
    case Type::exact:
      return topic == text_;
    case Type::any:
      return true;
    case Type::prefix:
      return topic.starts_with(text_);
    case Type::uri_template:
    case Type::url_pattern:
      return matches(ParsedTopic(topic));
  }
  return false;
}

bool TopicMatcher::matches(const ParsedTopic& topic) const {
  if (!pattern_) return matches(topic.text());
  // A template also stands for itself, so that a token can grant what a reader asks for.
  if (type_ == Type::uri_template && topic.text() == text_) return true;
  return pattern_->matches(topic);
}

Matchers distinct(Matchers matchers) {
  std::sort(matchers.begin(), matchers.end());
  matchers.erase(std::unique(matchers.begin(), matchers.end()), matchers.end());
  return matchers;
}

std::optional<std::string> pattern_refusal(std::string_view text) {
  if (text.empty()) return "A pattern needs at least one character.";
  if (text.size() > pattern_limit) return "A pattern has at most 512 bytes.";
  if (!printable(text)) return "A pattern is UTF-8 text without control characters.";
  return std::nullopt;
}

}  // namespace sse
