#include "sse/plain_draft.h"

#include <string>

#include "sse/text.h"

namespace sse {
namespace {

// What is left of the text. Each of these takes something off its front, and says whether it was
// there.
class Rest {
 public:
  explicit Rest(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }
  // A string that stands for itself; valid as long as the text.
  std::optional<std::string_view> take_string() {
    if (!take('"')) return std::nullopt;
    bool ascii = true;
    for (std::size_t size = 0; size < text_.size(); ++size) {
      const auto byte = static_cast<unsigned char>(text_[size]);
      if (byte == '"') {
        const std::string_view string = text_.substr(0, size);
        text_.remove_prefix(size + 1);
        return ascii || is_utf8(string) ? std::optional(string) : std::nullopt;
      }
      if (byte == '\\' || byte < 0x20) break;
      if (byte >= 0x80) ascii = false;
    }
    return std::nullopt;
  }
  bool ended() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text_.empty() && blank(text_.front())) text_.remove_prefix(1);
  }

  std::string_view text_;
};

// Null if strings do not go there.
std::string* place_of(std::string_view name, Draft& draft) {
  if (name == "message") return &draft.data;
  if (name == "topic") return &draft.topic;
  if (name == "type") return &draft.type;
  if (name == "id") return &draft.publisher_id;
  return nullptr;
}

}  // namespace

std::optional<Draft> read_plain_draft(std::string_view json) {
  Rest rest(json);
  Draft draft;
  bool has_message = false;
  if (!rest.take('{')) return std::nullopt;
  do {
    const auto name = rest.take_string();
    std::string* const place = name ? place_of(*name, draft) : nullptr;
    if (!place || !rest.take(':')) return std::nullopt;
    const auto value = rest.take_string();
    if (!value) return std::nullopt;
    *place = *value;
    if (place == &draft.data) has_message = true;
  } while (rest.take(','));
  if (!rest.take('}') || !rest.ended() || !has_message || refusal(draft)) return std::nullopt;
  return draft;
}

}  // namespace sse
