#include "sse/preference.h"

#include <algorithm>

namespace sse {
namespace {

// Takes what is before the next `end`, or all, off the front of `text`; without blanks around it.
std::string_view take_until(char end, std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return http::trim(part);
}

// Without the quotes around it, if it has any.
std::string_view unquoted(std::string_view word) {
  const bool quoted = word.size() >= 2 && word.front() == '"' && word.back() == '"';
  return quoted ? word.substr(1, word.size() - 2) : word;
}

}  // namespace

std::optional<MinimalAnswer> minimal_answer(const http::Request& request) {
  std::string_view preferences = request.fields.get("prefer").value_or("");
  while (!preferences.empty()) {
    std::string_view parameters = take_until(',', preferences);
    if (!http::equal_ignoring_case(take_until(';', parameters), "return=minimal")) continue;
    MinimalAnswer preferred;
    while (!parameters.empty()) {
      std::string_view value = take_until(';', parameters);
      const std::string_view name = take_until('=', value);
      if (http::equal_ignoring_case(name, "client")) preferred.client = unquoted(http::trim(value));
    }
    return preferred;
  }
  return std::nullopt;
}

}  // namespace sse
