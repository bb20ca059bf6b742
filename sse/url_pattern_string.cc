#include "sse/url_pattern_string.h"

#include <utility>

namespace sse {
namespace {

using Type = PatternToken::Type;

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Where the regular expression that begins behind `open` ends: at its ')'; npos if it does not, or
// captures, or holds what is not ASCII.
std::size_t end_of_regexp(std::string_view text, std::size_t open) {
  int depth = 1;
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80 || (i == open + 1 && c == '?')) return text.npos;
    if (c == '\\') {
      if (++i == text.size() || static_cast<unsigned char>(text[i]) >= 0x80) return text.npos;
    } else if (c == ')') {
      if (--depth == 0) return i == open + 1 ? text.npos : i;
    } else if (c == '(') {
      ++depth;
      if (text.substr(i + 1, 1) != "?") return text.npos;
    }
  }
  return text.npos;
}

// The token at `at`, and in `next` where the one behind it begins.
PatternToken token_at(std::string_view text, std::size_t at, std::size_t& next) {
  next = at + 1;
  const PatternToken invalid{Type::invalid, at, text.substr(at, 1)};
  switch (text[at]) {
    case '*':
      return {Type::asterisk, at, text.substr(at, 1)};
    case '+':
    case '?':
      return {Type::other_modifier, at, text.substr(at, 1)};
    case '{':
      return {Type::open, at, text.substr(at, 1)};
    case '}':
      return {Type::close, at, text.substr(at, 1)};
    case '\\':
      if (next == text.size()) return invalid;
      return {Type::escaped, at, text.substr(next++, 1)};
    case ':': {
      if (next == text.size() || !starts_name(text[next])) return invalid;
      const std::size_t start = next;
      while (next < text.size() &&
             (starts_name(text[next]) || (text[next] >= '0' && text[next] <= '9'))) {
        ++next;
      }
      return {Type::name, at, text.substr(start, next - start)};
    }
    case '(': {
      const std::size_t end = end_of_regexp(text, at);
      if (end == text.npos) return invalid;
      next = end + 1;
      return {Type::regexp, at, text.substr(at + 1, end - at - 1)};
    }
    default:
      return {Type::character, at, text.substr(at, 1)};
  }
}

// The constructor string parser: a machine over the tokens, one state for each component.
class Splitter {
 public:
  Splitter(std::string_view text, bool (*special)(const std::string&))
      : text_(text), special_(special), tokens_(*tokenize(text, Tokens::lenient)) {}

  PatternStrings split() {
    for (; at_ < tokens_.size(); at_ += step_) {
      step_ = 1;
      const Type type = tokens_[at_].type;
      if (type == Type::end) {
        if (finish()) break;
        continue;
      }
      if (type == Type::open) {
        ++depth_;
        continue;
      }
      if (depth_ > 0) {
        if (type != Type::close) continue;
        --depth_;
      }
      advance();
    }
    if (parts_.hostname && !parts_.port) parts_.port = "";
    return std::move(parts_);
  }

 private:
  enum class State {
    init,
    protocol,
    authority,
    username,
    password,
    hostname,
    port,
    pathname,
    search,
    hash,
    done
  };

  // True: this was the end in earnest.
  bool finish() {
    if (state_ == State::init) {
      at_ = start_;
      step_ = 0;
      if (plain('#')) {
        enter(State::hash, 1);
      } else if (search_prefix()) {
        enter(State::search, 1);
      } else {
        enter(State::pathname, 0);
      }
      return false;
    }
    if (state_ == State::authority) {
      rewind(State::hostname);
      return false;
    }
    enter(State::done, 0);
    return true;
  }

  void advance() {
    switch (state_) {
      case State::init:
        if (plain(':')) rewind(State::protocol);
        return;
      case State::protocol:
        return in_protocol();
      case State::authority:
        if (plain('@')) return rewind(State::username);
        if (plain('/') || search_prefix() || plain('#')) rewind(State::hostname);
        return;
      case State::username:
        if (plain(':')) return enter(State::password, 1);
        if (plain('@')) enter(State::hostname, 1);
        return;
      case State::password:
        if (plain('@')) enter(State::hostname, 1);
        return;
      case State::hostname:
        return in_hostname();
      case State::port:
      case State::pathname:
      case State::search:
        return behind_hostname();
      case State::hash:
      case State::done:
        return;
    }
  }

  void in_protocol() {
    if (!plain(':')) return;
    const bool slashes = plain('/', 1) && plain('/', 2);
    special_protocol_ = special_(component());
    if (slashes) return enter(State::authority, 3);
    enter(special_protocol_ ? State::authority : State::pathname, 1);
  }

  void in_hostname() {
    if (plain('[')) ++brackets_;
    if (plain(']')) --brackets_;
    if (plain(':') && brackets_ == 0) return enter(State::port, 1);
    behind_hostname();
  }

  void behind_hostname() {
    if (state_ < State::pathname && plain('/')) return enter(State::pathname, 0);
    if (state_ < State::search && search_prefix()) return enter(State::search, 1);
    if (plain('#')) enter(State::hash, 1);
  }

  // A character that stands for itself, `ahead` tokens from here.
  bool plain(char c, std::size_t ahead = 0) const {
    if (at_ + ahead >= tokens_.size()) return false;
    const PatternToken& token = tokens_[at_ + ahead];
    const bool itself =
        token.type == Type::character || token.type == Type::escaped || token.type == Type::invalid;
    return itself && token.value.size() == 1 && token.value[0] == c;
  }

  // A '?' that makes nothing optional.
  bool search_prefix() const {
    if (plain('?')) return true;
    if (tokens_[at_].value != "?" || tokens_[at_].type != Type::other_modifier) return false;
    if (at_ == 0) return true;
    const Type before = tokens_[at_ - 1].type;
    return before != Type::name && before != Type::regexp && before != Type::close &&
           before != Type::asterisk;
  }

  std::string component() const {
    const std::size_t from = tokens_[start_].index;
    return std::string(text_.substr(from, tokens_[at_].index - from));
  }

  std::optional<std::string>* part(State state) {
    switch (state) {
      case State::protocol:
        return &parts_.protocol;
      case State::username:
        return &parts_.username;
      case State::password:
        return &parts_.password;
      case State::hostname:
        return &parts_.hostname;
      case State::port:
        return &parts_.port;
      case State::pathname:
        return &parts_.pathname;
      case State::search:
        return &parts_.search;
      case State::hash:
        return &parts_.hash;
      default:
        return nullptr;
    }
  }

  void enter(State next, std::size_t skip) {
    if (auto* done = part(state_)) *done = component();
    if (state_ != State::init && next != State::done) {
      if (state_ < State::hostname && next > State::hostname && !parts_.hostname) {
        parts_.hostname = "";
      }
      if (state_ < State::pathname && next > State::pathname && !parts_.pathname) {
        parts_.pathname = special_protocol_ ? "/" : "";
      }
      if (state_ < State::search && next == State::hash && !parts_.search) parts_.search = "";
    }
    state_ = next;
    at_ += skip;
    start_ = at_;
    step_ = 0;
  }

  void rewind(State next) {
    at_ = start_;
    step_ = 0;
    state_ = next;
  }

  const std::string_view text_;
  bool (*special_)(const std::string&);
  const std::vector<PatternToken> tokens_;
  PatternStrings parts_;
  State state_ = State::init;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  // of the present component
  std::size_t step_ = 1;
  int depth_ = 0;
  int brackets_ = 0;
  bool special_protocol_ = false;
};

}  // namespace

std::optional<std::vector<PatternToken>> tokenize(std::string_view pattern, Tokens policy) {
  std::vector<PatternToken> tokens;
  for (std::size_t at = 0; at < pattern.size();) {
    std::size_t next = 0;
    tokens.push_back(token_at(pattern, at, next));
    if (tokens.back().type == Type::invalid && policy == Tokens::strict) return std::nullopt;
    at = next;
  }
  tokens.push_back({Type::end, pattern.size(), {}});
  return tokens;
}

PatternStrings split_pattern(std::string_view pattern, bool (*special)(const std::string&)) {
  return Splitter(pattern, special).split();
}

}  // namespace sse
