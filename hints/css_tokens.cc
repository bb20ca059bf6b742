#include "hints/css_tokens.h"

#include <cstdint>

#include "server/http/headers.h"

namespace hints {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool line_break(char c) { return c == '\n' || c == '\r' || c == '\f'; }

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<std::uint8_t>(c) >= 0x80;
}
bool name_part(char c) { return name_start(c) || digit(c) || c == '-'; }

int hex_value(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string utf8(std::uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

}  // namespace

bool CssTokens::starts_name(std::size_t ahead) const {
  const char c = at(ahead);
  if (name_start(c)) return true;
  if (c == '\\') return at_ + ahead + 1 < css_.size() && !line_break(at(ahead + 1));
  return c == '-' && (at(ahead + 1) == '-' || at(ahead + 1) == '\\' || name_start(at(ahead + 1)));
}

bool CssTokens::skip_comment() {
  if (at(0) != '/' || at(1) != '*') return false;
  const auto end = css_.find("*/", at_ + 2);
  at_ = end == std::string_view::npos ? css_.size() : end + 2;
  return true;
}

void CssTokens::skip_space() {
  while (at_ < css_.size() && blank(css_[at_])) ++at_;
}

// Stands behind the backslash.
std::string CssTokens::escape() {
  std::uint32_t code = 0;
  int digits = 0;
  for (; digits < 6 && hex_value(at(0)) >= 0; ++digits, ++at_) {
    code = code * 16 + static_cast<std::uint32_t>(hex_value(at(0)));
  }
  if (digits == 0) return at_ < css_.size() ? std::string(1, css_[at_++]) : std::string();
  if (at(0) == '\r' && at(1) == '\n') ++at_;
  if (blank(at(0))) ++at_;
  return utf8(code);
}

std::string CssTokens::name() {
  std::string text;
  while (at_ < css_.size()) {
    if (name_part(css_[at_])) {
      text += css_[at_++];
    } else if (css_[at_] == '\\' && at_ + 1 < css_.size() && !line_break(at(1))) {
      ++at_;
      text += escape();
    } else {
      break;
    }
  }
  return text;
}

std::string CssTokens::quoted(char quote) {
  std::string text;
  while (at_ < css_.size()) {
    const char c = css_[at_];
    if (line_break(c)) return {};  // a bad string: gives nothing, and reading goes on behind it
    ++at_;
    if (c == quote) break;
    if (c != '\\') {
      text += c;
    } else if (line_break(at(0))) {
      at_ += at(0) == '\r' && at(1) == '\n' ? 2 : 1;
    } else {
      text += escape();
    }
  }
  return text;
}

std::string CssTokens::unquoted_url() {
  std::string text;
  while (at_ < css_.size() && css_[at_] != ')') {
    const char c = css_[at_++];
    if (c == '\\') {
      text += escape();
    } else if (!blank(c)) {
      text += c;
    }
  }
  if (at_ < css_.size()) ++at_;
  return text;
}

CssToken CssTokens::name_like(std::size_t start) {
  std::string text = name();
  if (at(0) != '(') return {CssToken::Kind::ident, std::move(text), start};
  ++at_;
  if (!http::equal_ignoring_case(text, "url")) {
    return {CssToken::Kind::function, std::move(text), start};
  }
  const std::size_t inside = at_;
  skip_space();
  if (at(0) == '"' || at(0) == '\'') {
    at_ = inside;
    return {CssToken::Kind::function, std::move(text), start};
  }
  return {CssToken::Kind::url, unquoted_url(), start};
}

CssToken CssTokens::next() {
  while (skip_comment()) {
  }
  const std::size_t start = at_;
  if (at_ >= css_.size()) return {CssToken::Kind::end, {}, start};
  const char c = css_[at_];
  if (blank(c)) {
    skip_space();
    return {CssToken::Kind::space, {}, start};
  }
  if (c == '"' || c == '\'') {
    ++at_;
    return {CssToken::Kind::string, quoted(c), start};
  }
  if (digit(c) || (c == '.' && digit(at(1)))) {
    while (digit(at(0)) || at(0) == '.') ++at_;
    std::string text(css_.substr(start, at_ - start));
    return {CssToken::Kind::number, text + (at(0) == '%' ? std::string(1, css_[at_++]) : name()),
            start};
  }
  if (c == '@' && starts_name(1)) {
    ++at_;
    return {CssToken::Kind::at_keyword, name(), start};
  }
  if (starts_name(0)) return name_like(start);
  ++at_;
  return {CssToken::Kind::other, std::string(1, c), start};
}

}  // namespace hints
