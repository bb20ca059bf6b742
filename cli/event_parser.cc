#include "cli/event_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace cli {
namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
}

void EventParser::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool second_half = c == '\n' && std::exchange(after_cr_, c == '\r');
    if (c != '\n') after_cr_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r') {
      line(line_);
      line_.clear();
    } else {
      line_ += c;
    }
  }
}

void EventParser::reset() {
  line_.clear();
  type_.clear();
  data_.clear();
  has_data_ = after_cr_ = false;
  at_start_ = true;
  id_ = last_id_;
}

void EventParser::line(std::string_view text) {
  if (std::exchange(at_start_, false) && text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  if (text.empty()) return dispatch();
  const auto colon = text.find(':');
  if (colon == 0) return;  // a comment
  if (colon == text.npos) return field(text, "");
  std::string_view value = text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(text.substr(0, colon), value);
}

void EventParser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) id_ = value;
  } else if (name == "retry") {
    std::int64_t wait = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), wait);
    const bool digits =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits && error == std::errc() && end == value.end()) {
      retry_ = std::chrono::milliseconds(wait);
    }
  }
}

void EventParser::dispatch() {
  last_id_ = id_;
  StreamEvent event{last_id_, std::exchange(type_, {}), std::exchange(data_, {})};
  if (!std::exchange(has_data_, false)) return;
  if (event.type.empty()) event.type = "message";
  take_(event);
}

}  // namespace cli
