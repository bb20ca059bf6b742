#include "compare/module_imports.h"

#include <algorithm>
#include <array>

namespace lab {
namespace {

bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// Behind these words a '/' begins a regular expression, not a division.
bool word_before_expression(std::string_view word) {
  static constexpr std::array<std::string_view, 12> words{"return", "typeof", "case",  "in",
                                                          "of",     "delete", "void",  "throw",
                                                          "new",    "else",   "await", "yield"};
  return std::ranges::find(words, word) != words.end();
}

struct Token {
  enum class Kind { end, word, text, mark };
  Kind kind = Kind::end;
  std::string_view text;  // of a `text` token: what is between the quotes, escapes as written

  bool is(char c) const { return kind == Kind::mark && text.front() == c; }
  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
};

// Tokens, as far as is needed to tell code from strings, templates, comments and expressions.
class Tokens {
 public:
  explicit Tokens(std::string_view source) : source_(source) {}

  Token next() {
    skip_blank();
    if (at_ >= source_.size()) return {};
    const char c = source_[at_];
    Token token;
    if (name_char(c)) {
      const std::size_t start = at_;
      while (at_ < source_.size() && name_char(source_[at_])) ++at_;
      token = {Token::Kind::word, source_.substr(start, at_ - start)};
    } else if (c == '"' || c == '\'') {
      token = {Token::Kind::text, quoted(c)};
    } else if (c == '`') {
      ++at_;
      template_text();
      token = {Token::Kind::text, {}};
    } else if (c == '/' && expression_expected_) {
      regular_expression();
      token = {Token::Kind::text, {}};
    } else {
      token = {Token::Kind::mark, source_.substr(at_++, 1)};
      if (c == '{') ++depth_;
      if (c == '}') close_brace();
    }
    expression_expected_ =
        token.kind == Token::Kind::mark
            ? !token.is(')') && !token.is(']') && !token.is('}')
            : token.kind == Token::Kind::word && word_before_expression(token.text);
    return token;
  }

  // Braces that are open around what comes next.
  std::size_t depth() const { return depth_; }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void skip_to(std::string_view mark) {
    const auto found = source_.find(mark, at_ + 2);
    at_ = found == std::string_view::npos ? source_.size() : found + mark.size();
  }

  void skip_blank() {
    while (at_ < source_.size()) {
      if (static_cast<unsigned char>(source_[at_]) <= ' ') {
        ++at_;
      } else if (peek(0) == '/' && peek(1) == '/') {
        skip_to("\n");
      } else if (peek(0) == '/' && peek(1) == '*') {
        skip_to("*/");
      } else {
        return;
      }
    }
  }

  std::string_view quoted(char quote) {
    const std::size_t start = ++at_;
    while (at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n') {
      at_ += source_[at_] == '\\' ? 2 : 1;
    }
    const std::size_t end = std::min(at_, source_.size());
    at_ = std::min(end + 1, source_.size());
    return source_.substr(start, end - start);
  }

  // Behind the '`', or behind the '}' of a substitution: up to its end or the next "${".
  void template_text() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '`') {
        ++at_;
        return;
      }
      if (c == '$' && peek(1) == '{') {
        at_ += 2;
        templates_.push_back(++depth_);
        return;
      }
      at_ += c == '\\' ? 2 : 1;
    }
  }

  void close_brace() {
    if (!templates_.empty() && templates_.back() == depth_) {
      templates_.pop_back();
      --depth_;
      return template_text();
    }
    if (depth_ > 0) --depth_;
  }

  void regular_expression() {
    bool in_class = false;
    for (++at_; at_ < source_.size() && source_[at_] != '\n'; ++at_) {
      const char c = source_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        ++at_;
        return;
      }
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<std::size_t> templates_;  // depths of the substitutions that are open
  bool expression_expected_ = true;
};

}  // namespace

std::vector<std::string> module_imports(std::string_view source) {
  std::vector<std::string> found;
  Tokens tokens(source);
  Token token = tokens.next();
  Token before;
  while (token.kind != Token::Kind::end) {
    const bool declares =
        tokens.depth() == 0 && !before.is('.') && (token.is("import") || token.is("export"));
    if (!declares) {
      before = token;
      token = tokens.next();
      continue;
    }
    const bool imports = token.is("import");
    before = token;
    token = tokens.next();
    if (imports && token.kind == Token::Kind::text) {
      found.emplace_back(token.text);
      continue;
    }
    // A declaration that has a module has only names, '{', '}', '*' and ',' before `from`.
    while (token.kind == Token::Kind::word || token.is('{') || token.is('}') || token.is('*') ||
           token.is(',') || token.kind == Token::Kind::text) {
      const bool from = before.is("from") && token.kind == Token::Kind::text;
      if (from) found.emplace_back(token.text);
      before = token;
      if (from) break;
      token = tokens.next();
      if (before.is("default") || before.is("function") || before.is("class")) break;
    }
  }
  return found;
}

bool is_address(std::string_view specifier) {
  return specifier.starts_with('/') || specifier.starts_with("./") ||
         specifier.starts_with("../") || specifier.find("://") != std::string_view::npos;
}

}  // namespace lab
