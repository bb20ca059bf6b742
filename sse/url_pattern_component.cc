#include "sse/url_pattern_component.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sse/expression.h"
#include "sse/url_pattern_string.h"

namespace sse {
namespace {

using Type = PatternToken::Type;

constexpr std::string_view anything = ".*";

struct Part {
  std::string prefix;
  std::string expression;  // empty: fixed text, which is the prefix
  std::string suffix;
  std::string modifier;  // "", "?", "*", "+"
};

std::string quoted(std::string_view text) {
  return re2::RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
}

// Section 2.1, "parse a pattern string".
class Parser {
 public:
  Parser(std::vector<PatternToken> tokens, const PatternStyle& style)
      : tokens_(std::move(tokens)), style_(style) {}

  std::optional<std::vector<Part>> parse() {
    while (tokens_[at_].type != Type::end) {
      if (!step()) return std::nullopt;
    }
    flush();
    return std::move(parts_);
  }

 private:
  struct Group {
    const PatternToken* name;
    const PatternToken* expression;
    bool empty() const { return !name && !expression; }
  };

  const PatternToken* take(Type type) {
    return tokens_[at_].type == type ? &tokens_[at_++] : nullptr;
  }
  Group take_group() {
    Group group{take(Type::name), nullptr};
    group.expression = take(Type::regexp);
    if (group.empty()) group.expression = take(Type::asterisk);
    return group;
  }
  std::string take_modifier() {
    const PatternToken* token = take(Type::other_modifier);
    if (!token) token = take(Type::asterisk);
    return token ? std::string(token->value) : "";
  }
  std::string take_text() {
    std::string text;
    for (;;) {
      const PatternToken* token = take(Type::character);
      if (!token) token = take(Type::escaped);
      if (!token) return text;
      text += token->value;
    }
  }

  bool step() {
    const std::size_t start = at_;
    const PatternToken* character = take(Type::character);
    const Group group = take_group();
    if (!group.empty()) {
      std::string prefix(character ? character->value : "");
      if (!prefix.empty() && prefix != style_.prefix) fixed_ += std::exchange(prefix, {});
      return add(prefix, group, "", take_modifier());
    }
    at_ = start;
    if (const std::string text = take_one(); !text.empty()) {
      fixed_ += text;
      return true;
    }
    if (!take(Type::open)) return false;
    std::string prefix = take_text();
    const Group inner = take_group();
    std::string suffix = take_text();
    if (!take(Type::close)) return false;
    return add(prefix, inner, suffix, take_modifier());
  }

  std::string take_one() {
    const PatternToken* token = take(Type::character);
    if (!token) token = take(Type::escaped);
    return token ? std::string(token->value) : "";
  }

  void flush() {
    if (fixed_.empty()) return;
    parts_.push_back({style_.canonical(std::exchange(fixed_, {})), "", "", ""});
  }

  bool add(const std::string& prefix, const Group& group, const std::string& suffix,
           std::string modifier) {
    if (group.empty() && modifier.empty()) {
      fixed_ += prefix;
      return true;
    }
    flush();
    if (group.empty()) {
      if (!prefix.empty())
        parts_.push_back({style_.canonical(prefix), "", "", std::move(modifier)});
      return true;
    }
    if (group.name) {
      const std::string name(group.name->value);
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) return false;
      names_.push_back(name);
    }
    parts_.push_back({style_.canonical(prefix), expression_of(group), style_.canonical(suffix),
                      std::move(modifier)});
    return true;
  }

  std::string expression_of(const Group& group) const {
    if (!group.expression) {
      return style_.delimiter.empty() ? ".+" : "[^" + quoted(style_.delimiter) + "]+";
    }
    if (group.expression->type == Type::asterisk) return std::string(anything);
    return std::string(group.expression->value);
  }

  const std::vector<PatternToken> tokens_;
  const PatternStyle& style_;
  std::size_t at_ = 0;
  std::vector<Part> parts_;
  std::vector<std::string> names_;
  std::string fixed_;
};

// "Generate a regular expression and name list".
std::string expression_of(const Part& part) {
  if (part.expression.empty()) {
    const std::string text = quoted(part.prefix);
    return part.modifier.empty() ? text : "(?:" + text + ")" + part.modifier;
  }
  const std::string prefix = quoted(part.prefix);
  const std::string suffix = quoted(part.suffix);
  const std::string group = "(?:" + part.expression + ")";
  if (part.prefix.empty() && part.suffix.empty()) return "(?:" + group + part.modifier + ")";
  if (part.modifier.empty() || part.modifier == "?") {
    return "(?:" + prefix + group + suffix + ")" + part.modifier;
  }
  return "(?:" + prefix + group + "(?:" + suffix + prefix + group + ")*" + suffix + ")" +
         (part.modifier == "*" ? "?" : "");
}

}  // namespace

std::optional<PatternComponent> PatternComponent::compile(std::string_view pattern,
                                                          const PatternStyle& style) {
  PatternComponent component;
  if (pattern == "*") {
    component.all_ = true;
    return component;
  }
  auto tokens = tokenize(pattern, Tokens::strict);
  if (!tokens) return std::nullopt;
  const auto parts = Parser(std::move(*tokens), style).parse();
  if (!parts) return std::nullopt;
  const bool plain = parts->empty() || (parts->size() == 1 && parts->front().expression.empty() &&
                                        parts->front().modifier.empty());
  if (plain) {
    if (!parts->empty()) component.text_ = parts->front().prefix;
    return component;
  }
  const Part& first = parts->front();
  if (first.expression.empty() && first.modifier.empty()) component.text_ = first.prefix;
  std::string expression = "(?s:";
  for (const Part& part : *parts) expression += expression_of(part);
  component.expression_ = compile_expression(expression + ")");
  if (!component.expression_) return std::nullopt;
  return component;
}

bool PatternComponent::matches(std::string_view value) const {
  if (all_) return true;
  if (!expression_) return value == text_;
  return value.starts_with(text_) && sse::matches(*expression_, value);
}

}  // namespace sse
