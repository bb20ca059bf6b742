#include "server/http/problem.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace http {
namespace {

// Length of the UTF-8 sequence that starts `text`, or 0 if it is none (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  static constexpr std::array<char, 17> hex{"0123456789abcdef"};
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  if (byte >= 0x20 && byte != 0x7F) {
    out += c;
    return;
  }
  out += "\\u00";
  out += hex[byte >> 4];
  out += hex[byte & 15];
}

// Bytes at the front that JSON has as they are: most of any text, and taken in one piece.
std::size_t plain_length(std::string_view text) {
  const auto end = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\';
  });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    if (length == 1) {
      append_escaped(out, text[0]);
    } else if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
  return out;
}

Response problem(int status, std::string_view detail) {
  std::string json = "{\"status\":" + std::to_string(status) +
                     ",\"title\":" + json_string(reason_phrase(status)) +
                     ",\"detail\":" + json_string(detail) + "}\n";
  Response response = text_response(status, "application/problem+json", std::move(json));
  response.fields.add("cache-control", "no-store");
  return response;
}

Response content_too_large(std::size_t limit) {
  return problem(413, "The content of this request is larger than the " + std::to_string(limit) +
                          " bytes that are taken here.");
}

Response method_not_allowed(std::string_view allow) {
  Response response = problem(405, "This resource answers " + std::string(allow) + " only.");
  response.fields.add("allow", allow);
  return response;
}

Response methods_allowed(std::string_view allow) {
  Response response;
  response.status = 204;
  response.fields.add("allow", allow);
  return response;
}

}  // namespace http
