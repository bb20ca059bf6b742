#include "sse/event.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sse {
namespace {

constexpr std::size_t id_limit = 64;
constexpr std::size_t topic_limit = 2048;  // bytes; a topic may be a URL
constexpr std::size_t name_limit = 128;    // of a type
constexpr std::size_t own_id_limit = 256;  // of a publisher's id, which may be a URL
constexpr std::size_t most_alternates = 31;
constexpr std::string_view reserved = "herald.";

bool in_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_one_line(std::string_view text) {
  return text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos;
}

// One "data: " line for each line of `text`; CR, LF and CRLF end a line (WHATWG HTML
// section 9.2.6).
void append_lines(std::string& block, std::string_view text) {
  const auto ends_line = [](char c) { return c == '\r' || c == '\n'; };
  for (;;) {
    const auto end = std::find_if(text.begin(), text.end(), ends_line);
    const auto size = static_cast<std::size_t>(end - text.begin());
    block.append("data: ").append(text.substr(0, size)).push_back('\n');
    if (end == text.end()) return;
    text.remove_prefix(text.substr(size).starts_with("\r\n") ? size + 2 : size + 1);
  }
}

std::string print_id(std::string_view epoch, std::uint64_t seq) {
  std::string text(epoch);
  text += '-';
  text += std::to_string(seq);
  return text;
}

}  // namespace

std::optional<EventId> EventId::parse(std::string_view text) {
  if (text.size() > id_limit || !std::all_of(text.begin(), text.end(), in_id)) return std::nullopt;
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = text.substr(dash + 1);
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  EventId id{.epoch = std::string(text.substr(0, dash)), .seq = 0};
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), id.seq);
  if (error != std::errc() || end != digits.end()) return std::nullopt;
  return id;
}

std::string EventId::print() const { return print_id(epoch, seq); }

std::string mercure_id(std::string_view id, std::string_view publisher_id) {
  const std::string_view epoch = id.substr(0, id.rfind('-'));
  const bool misleading = publisher_id.starts_with(epoch) || publisher_id.starts_with('#');
  return publisher_id.empty() || misleading ? "#" + std::string(id) : std::string(publisher_id);
}

std::optional<std::string> topic_refusal(std::string_view name) {
  if (name.empty()) return "A topic needs a name.";
  if (name.size() > topic_limit) return "A topic's name has at most 2048 bytes.";
  if (!printable(name)) return "A topic's name is UTF-8 text without control characters.";
  return std::nullopt;
}

std::optional<std::string> refusal(const Draft& draft) {
  if (auto reason = topic_refusal(draft.topic)) return reason;
  if (draft.alternates.size() > most_alternates) return "An event has at most 32 topics.";
  for (const std::string& topic : draft.alternates) {
    if (auto reason = topic_refusal(topic)) return reason;
  }
  const auto bad = [](std::string_view text, std::size_t limit = name_limit) {
    return text.size() > limit || !printable(text);
  };
  if (bad(draft.type)) {
    return "An event's type is at most 128 bytes of UTF-8 text without line breaks or control "
           "characters.";
  }
  if (draft.type.starts_with(reserved)) return "Types that begin with \"herald.\" are reserved.";
  if (bad(draft.publisher_id, own_id_limit)) {
    return "An event's id is at most 256 bytes of UTF-8 text without line breaks or control "
           "characters.";
  }
  return std::nullopt;
}

Event::Event(std::string_view epoch, std::uint64_t seq, Draft draft, Time time)
    : seq_(seq),
      private_(draft.is_private),
      time_(time),
      topic_(std::move(draft.topic)),
      alternates_(std::move(draft.alternates)),
      type_(std::move(draft.type)),
      publisher_id_(std::move(draft.publisher_id)),
      data_size_(draft.data.size()),
      retry_(draft.retry),
      form_(draft.form) {
  const std::string id = print_id(epoch, seq);
  id_size_ = static_cast<std::uint8_t>(id.size());
  block_.reserve(id.size() + type_.size() + draft.data.size() + 24);
  block_.append("id: ").append(id).push_back('\n');
  if (!type_.empty()) block_.append("event: ").append(type_).push_back('\n');
  if (retry_ > retry_.zero()) {
    block_.append("retry: ").append(std::to_string(retry_.count())).push_back('\n');
  }
  if (is_one_line(draft.data)) {
    block_.append("data: ").append(draft.data).append("\n\n");
  } else {
    append_lines(block_, draft.data);
    block_.push_back('\n');
    lines_ = std::move(draft.data);
  }
  weight_ = sizeof(Event) + block_.capacity() + lines_.size() + topic_.size() + type_.size() +
            publisher_id_.size();
  for (const std::string& topic : alternates_) weight_ += sizeof(std::string) + topic.size();
}

std::string_view Event::data() const {
  if (!lines_.empty()) return lines_;
  return std::string_view(block_).substr(block_.size() - 2 - data_size_, data_size_);
}

}  // namespace sse
