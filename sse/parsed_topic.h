// ParsedTopic: a topic that is compared with many patterns. It is taken apart when the first asks
// for it, and once for all that resolve it against the same base; most need not be.
#pragma once

#include <optional>
#include <string_view>

#include "sse/url.h"

namespace sse {

// For one thread at a time.
class ParsedTopic {
 public:
  // `text` must outlive it.
  explicit ParsedTopic(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  // Its path is its text, whatever hierarchical URL it is resolved against, and what it does not
  // name is that URL's: is_plain_path().
  bool is_path() const {
    if (!is_path_) is_path_ = is_plain_path(text_);
    return *is_path_;
  }
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
  mutable std::optional<bool> is_path_;
  mutable std::optional<std::string_view> base_text_;  // none: not taken apart yet
  mutable std::optional<Url> url_;
};

}  // namespace sse
