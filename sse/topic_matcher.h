// TopicMatcher: which topics a reader asks for or a token grants: one, those that begin alike,
// those of a URI template (RFC 6570) or of a URL pattern (WHATWG), or all. Patterns are compiled to
// RE2: a match takes time linear in the topic, whatever the pattern (expression.h).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sse {

class ParsedTopic;

class TopicPattern {
 public:
  virtual ~TopicPattern() = default;
  // From any thread.
  virtual bool matches(const ParsedTopic& topic) const = 0;
};

// A value: copies share the compiled pattern.
class TopicMatcher {
 public:
  enum class Type : std::uint8_t { exact, any, prefix, uri_template, url_pattern };

  static TopicMatcher exact(std::string topic);
  static TopicMatcher any();
  static TopicMatcher prefix(std::string beginning);
  // As Mercure 0.x has it: "*", a URI template, or the name of one topic.
  static TopicMatcher selector(std::string text);
  // `base`: the hub's URL, against which relative patterns and topics are resolved. Or a sentence
  // that says what is wrong with the pattern.
  static std::variant<TopicMatcher, std::string> url_pattern(std::string text,
                                                             std::string_view base);

  Type type() const { return type_; }
  const std::string& text() const { return text_; }  // as given; "*" for any
  bool is_exact() const { return type_ == Type::exact; }
  // From any thread.
  bool matches(std::string_view topic) const;
  // The same, for a topic that is compared with many.
  bool matches(const ParsedTopic& topic) const;

  // The same type, text and base match the same topics.
  friend bool operator==(const TopicMatcher& a, const TopicMatcher& b) {
    return a.type_ == b.type_ && a.text_ == b.text_ && a.base_ == b.base_;
  }
  friend std::strong_ordering operator<=>(const TopicMatcher& a, const TopicMatcher& b) {
    if (const auto order = a.type_ <=> b.type_; order != 0) return order;
    if (const auto order = a.text_.compare(b.text_); order != 0) return order <=> 0;
    return a.base_.compare(b.base_) <=> 0;
  }

 private:
  TopicMatcher(Type type, std::string text, std::shared_ptr<const TopicPattern> pattern = nullptr,
               std::string base = {})
      : type_(type), text_(std::move(text)), base_(std::move(base)), pattern_(std::move(pattern)) {}

  Type type_;
  std::string text_;
  std::string base_;                             // of a URL pattern; else empty
  std::shared_ptr<const TopicPattern> pattern_;  // null: the type and the text say all
};

using Matchers = std::vector<TopicMatcher>;

// Sorted and without repeats.
Matchers distinct(Matchers matchers);

// A sentence that says why a pattern of this text cannot be used, or none: at most 512 bytes of
// UTF-8 without control characters.
std::optional<std::string> pattern_refusal(std::string_view text);

}  // namespace sse
