#include "sse/idempotency.h"

#include "sse/digest.h"

namespace sse {
namespace {
constexpr std::size_t longest_key = 128;  // bytes
}

std::optional<std::string> key_refusal(std::string_view key) {
  if (key.size() <= longest_key && printable(key)) return std::nullopt;
  return "An idempotency key is at most 128 bytes of UTF-8 text without line breaks or control "
         "characters.";
}

std::string identity_of(std::string_view key, std::size_t place, const Draft& draft) {
  // A line each: there are no line breaks in any of them.
  std::string text(key);
  text.append("\n").append(std::to_string(place)).append("\n").append(draft.topic);
  for (const std::string& topic : draft.alternates) text.append("\n").append(topic);
  return digest(text);
}

}  // namespace sse
