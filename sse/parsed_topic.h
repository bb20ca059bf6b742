// ParsedTopic: a topic that is compared with many patterns. It is taken apart when the first asks
// for it, and once for all that resolve it against the same base; most need not be.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sse/url.h"

namespace sse {

// What a topic's name looks like; `path`: its path is its text, whatever hierarchical URL it is
// resolved against, and what it does not name is that URL's.
enum class TopicForm : std::uint8_t { path, other };
inline TopicForm form_of(std::string_view topic) {
  return is_plain_path(topic) ? TopicForm::path : TopicForm::other;
}

// For one thread at a time.
class ParsedTopic {
 public:
  // `text` must outlive it.
  explicit ParsedTopic(std::string_view text) : ParsedTopic(text, form_of(text)) {}
  ParsedTopic(std::string_view text, TopicForm form) : text_(text), form_(form) {}

  std::string_view text() const { return text_; }
  TopicForm form() const { return form_; }
  // None if it is no URL. `base_text` is what `base` was read from, and must outlive it. Valid
  // until it is asked for another base.
  const std::optional<Url>& against(const Url& base, std::string_view base_text) const {
    if (base_text_ != base_text) {
      url_ = Url::parse(text_, &base);
      base_text_ = base_text;
    }
    return url_;
  }

 private:
  const std::string_view text_;
  const TopicForm form_;
  mutable std::optional<std::string_view> base_text_;  // none: not taken apart yet
  mutable std::optional<Url> url_;
};

}  // namespace sse
