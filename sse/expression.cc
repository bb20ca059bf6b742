#include "sse/expression.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace sse {
namespace {

// Where repetitions are nested, RE2 falls back to following every one of them through the text: 540
// took 2 ms for a topic of 400 bytes, 2,700 took 13 ms. 128 is two of "[^/]{1,64}".
constexpr std::size_t most_unrolled = 128;
constexpr std::size_t countless = 1'000'000;
// Of one compiled expression, and of what matching remembers: the rest that can be large are
// classes such as \pL.
constexpr std::int64_t memory = 96 * 1024;

// Reads an expression once, from its beginning.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::size_t added() {
    while (at_ < text_.size()) step();
    return std::min(added_, countless);
  }

 private:
  void step() {
    switch (text_[at_]) {
      case '\\':
        skip_escape();
        return atom(1);
      case '[':
        skip_class();
        return atom(1);
      case '(':
        ++at_;
        return open_.push_back(0);
      case ')':
        ++at_;
        return close();
      case '{':
        return repeat();
      case '*':
      case '+':
      case '?':
        ++at_;
        return;
      default:
        ++at_;
        return atom(1);
    }
  }

  void atom(std::size_t weight) {
    last_ = std::min(weight, countless);
    open_.back() = std::min(open_.back() + last_, countless);
  }

  void close() {
    if (open_.size() == 1) return;
    const std::size_t weight = open_.back();
    open_.pop_back();
    atom(weight);
  }

  // "{3}", "{3,}", "{3,5}": up to so many of the last atom. Anything else stands for itself.
  void repeat() {
    const auto end = text_.find('}', at_);
    const std::string_view bounds = text_.substr(at_ + 1, end == text_.npos ? end : end - at_ - 1);
    const auto comma = bounds.find(',');
    const bool open = comma != bounds.npos && comma + 1 == bounds.size();
    const std::string_view most = open ? bounds.substr(0, comma) : bounds.substr(comma + 1);
    std::size_t times = 0;
    const auto read = std::from_chars(most.data(), most.data() + most.size(), times);
    if (end == text_.npos || read.ec != std::errc() || read.ptr != most.data() + most.size()) {
      ++at_;
      return atom(1);
    }
    at_ = end + 1;
    if (times < 2) return;
    const std::size_t more = std::min(times - 1, countless) * last_;
    added_ = std::min(added_ + more, countless);
    const std::size_t repeated = last_ + more;
    open_.back() -= std::min(open_.back(), last_);
    atom(repeated);
  }

  // "\d", "\p{Greek}", "\x{10FFFF}".
  void skip_escape() {
    const std::string_view what = text_.substr(at_ + 1, 1);
    at_ += 2;
    const bool braced = what == "p" || what == "P" || what == "x";
    if (!braced || at_ >= text_.size() || text_[at_] != '{') return;
    at_ = std::min(text_.find('}', at_), text_.size() - 1) + 1;
  }

  void skip_class() {
    ++at_;
    if (at_ < text_.size() && text_[at_] == '^') ++at_;
    if (at_ < text_.size() && text_[at_] == ']') ++at_;  // first, it stands for itself
    while (at_ < text_.size() && text_[at_] != ']') {
      if (text_[at_] == '\\') {
        skip_escape();
      } else if (text_.substr(at_).starts_with("[:")) {
        at_ = std::min(text_.find(":]", at_ + 2), text_.size() - 1) + 1;
        if (at_ < text_.size()) ++at_;
      } else {
        ++at_;
      }
    }
    ++at_;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::size_t> open_{0};  // what each group that is open weighs so far
  std::size_t last_ = 0;              // the atom that a repetition would repeat
  std::size_t added_ = 0;
};

}  // namespace

std::size_t unrolled(std::string_view expression) { return Reader(expression).added(); }

std::shared_ptr<const re2::RE2> compile_expression(const std::string& expression) {
  if (unrolled(expression) > most_unrolled) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(memory);
  auto compiled = std::make_shared<const re2::RE2>(expression, options);
  return compiled->ok() ? compiled : nullptr;
}

bool matches(const re2::RE2& expression, std::string_view text) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), expression);
}

}  // namespace sse
