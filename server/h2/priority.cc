#include "server/h2/priority.h"

#include <algorithm>

namespace h2 {
namespace {

// A key of a dictionary (RFC 8941 section 3.1.2).
bool is_key(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inner = [&](char c) {
    return lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '*';
  };
  return !text.empty() && (lower(text[0]) || text[0] == '*') && std::ranges::all_of(text, inner);
}

}  // namespace

http::Priority parsed_priority(std::string_view text) {
  http::Priority priority;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view member = http::trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::string_view item = member.substr(0, member.find(';'));  // without parameters
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view key = item.substr(0, equals);
    const std::string_view value = equals < item.size() ? item.substr(equals + 1) : "?1";
    if (!is_key(key)) return {};
    if (key == "u" && value.size() == 1 && value[0] >= '0' && value[0] <= '7') {
      priority.urgency = static_cast<std::uint8_t>(value[0] - '0');
    } else if (key == "i" && (value == "?1" || value == "?0")) {
      priority.incremental = value == "?1";
    }
  }
  return priority;
}

}  // namespace h2
