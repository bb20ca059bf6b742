#include "sse/uri_template.h"

#include <re2/re2.h>

#include <optional>
#include <string>
#include <utility>

#include "sse/expression.h"
#include "sse/parsed_topic.h"

namespace sse {
namespace {

// RFC 6570 section 2.1: what a literal may not be made of.
constexpr std::string_view not_literal = " \"'<>\\^`|}";
constexpr std::string_view unreserved = "A-Za-z0-9\\-._~";
constexpr std::string_view reserved = ":/?#\\[\\]@!$&'()*+,;=";

class UriTemplate final : public TopicPattern {
 public:
  explicit UriTemplate(std::shared_ptr<const re2::RE2> expression)
      : expression_(std::move(expression)) {}
  bool matches(const ParsedTopic& topic) const override {
    return sse::matches(*expression_, topic.text());
  }

 private:
  const std::shared_ptr<const re2::RE2> expression_;
};

// Section 3.2: what goes before the first variable and between two, and what a value is made of.
struct Operator {
  std::string_view first;
  std::string_view separator;
  bool reserved;  // values keep reserved characters as they are
  bool named;     // "name=value"
};

std::optional<Operator> operator_of(char c) {
  switch (c) {
    case '+':
      return Operator{"", ",", true, false};
    case '#':
      return Operator{"#", ",", true, false};
    case '.':
      return Operator{".", ".", false, false};
    case '/':
      return Operator{"/", "/", false, false};
    case ';':
      return Operator{";", ";", false, true};
    case '?':
      return Operator{"?", "&", false, true};
    case '&':
      return Operator{"&", "&", false, true};
    default:
      return std::nullopt;
  }
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '%';
}

struct Variables {
  std::size_t count = 0;
  bool exploded = false;
};

// Section 2.3 and 2.4: "a,b:3,c*".
std::optional<Variables> read_variables(std::string_view list) {
  Variables variables;
  for (;;) {
    const std::string_view spec = list.substr(0, list.find(','));
    std::size_t end = 0;
    while (end < spec.size() && in_name(spec[end])) ++end;
    if (end == 0) return std::nullopt;
    const std::string_view modifier = spec.substr(end);
    const bool prefix = modifier.size() >= 2 && modifier.size() <= 5 && modifier[0] == ':' &&
                        modifier[1] != '0' &&
                        modifier.find_first_not_of("0123456789", 1) == modifier.npos;
    if (!modifier.empty() && modifier != "*" && !prefix) return std::nullopt;
    variables.exploded |= modifier == "*";
    ++variables.count;
    if (spec.size() == list.size()) return variables;
    list.remove_prefix(spec.size() + 1);
  }
}

// What one value may look like; a list comes joined by commas, and a pair by '='.
std::string value_of(const Operator& how, bool pairs) {
  std::string set(unreserved);
  if (how.reserved) {
    set += reserved;
  } else {
    set += pairs ? ",=" : ",";
  }
  return "(?:[" + set + "]|%[0-9A-Fa-f]{2})*";
}

std::optional<std::string> expression_of(std::string_view body) {
  Operator how{"", ",", false, false};
  if (const auto given = body.empty() ? std::nullopt : operator_of(body[0])) {
    how = *given;
    body.remove_prefix(1);
  }
  const auto variables = read_variables(body);
  if (!variables) return std::nullopt;
  const std::string value = value_of(how, how.named || variables->exploded);
  std::string out = "(?:" + re2::RE2::QuoteMeta(how.first.data()) + value;
  if (variables->count > 1 || variables->exploded) {
    out += "(?:" + re2::RE2::QuoteMeta(how.separator.data()) + value + ")";
    out += variables->exploded ? "*" : "{0," + std::to_string(variables->count - 1) + "}";
  }
  return out + ")?";
}

std::optional<std::string> translate(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const std::string_view literal = text.substr(0, open);
    if (literal.find_first_of(not_literal) != literal.npos) return std::nullopt;
    out += re2::RE2::QuoteMeta(re2::StringPiece(literal.data(), literal.size()));
    if (open == text.npos) return out;
    const auto close = text.find('}', open);
    if (close == text.npos) return std::nullopt;
    const auto expression = expression_of(text.substr(open + 1, close - open - 1));
    if (!expression) return std::nullopt;
    out += *expression;
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

std::shared_ptr<const TopicPattern> compile_uri_template(std::string_view text) {
  if (text.find('{') == text.npos) return nullptr;
  const auto expression = translate(text);
  if (!expression) return nullptr;
  auto compiled = compile_expression(*expression);
  return compiled ? std::make_shared<const UriTemplate>(std::move(compiled)) : nullptr;
}

}  // namespace sse
