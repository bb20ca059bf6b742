#include "compare/page_scanner.h"

#include <algorithm>
#include <utility>

namespace lab {
namespace {

// One that names something to fetch; longer ones hold data.
constexpr std::size_t longest_tag = 64 * 1024;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

// Behind the tag that begins at `at`; npos if it is not whole. As WHATWG HTML sections 13.2.5.8 and
// 13.2.5.32 to 39 have it: in a quoted value '>' is text, and so is a quote where no value begins.
std::size_t end_of_tag(std::string_view html, std::size_t at) {
  enum class Inside { tag_name, tag, name, behind_name, before_value, value };
  Inside inside = Inside::tag_name;
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (c == '>') return at + 1;
    if (c == '/' && inside != Inside::value && inside != Inside::before_value) {
      inside = Inside::tag;
      continue;
    }
    switch (inside) {
      case Inside::tag_name:
      case Inside::value:
        if (is_space(c)) inside = Inside::tag;
        break;
      case Inside::tag:  // what comes first is of a name, even a '='
        if (!is_space(c)) inside = Inside::name;
        break;
      case Inside::name:
      case Inside::behind_name:
        if (c == '=') {
          inside = Inside::before_value;
        } else {
          inside = is_space(c) ? Inside::behind_name : Inside::name;
        }
        break;
      case Inside::before_value:
        if (is_space(c)) break;
        inside = Inside::value;
        if (c != '"' && c != '\'') break;
        at = html.find(c, at + 1);
        if (at == std::string_view::npos) return at;
        inside = Inside::tag;
        break;
    }
  }
  return std::string_view::npos;
}

// Where the first tag begins that may not be whole, or the end. What looks like a tag may be text,
// of a comment or a script, and end where it would not: so each is looked at for itself.
std::size_t half_tag(std::string_view html, std::size_t from) {
  for (auto at = html.find('<', from); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const std::size_t slash = html.substr(at + 1).starts_with('/') ? 1 : 0;
    const std::string_view name = html.substr(at + 1 + slash);
    if (name.empty()) return at;
    if (is_letter(name.front()) && end_of_tag(html, at + 1 + slash) == std::string_view::npos) {
      return at;
    }
  }
  return html.size();
}

}  // namespace

PageScanner::PageScanner(Texts& texts, std::string target)
    : texts_(texts), target_(std::move(target)), known_(texts.page(target_)) {}

std::span<const PageElement> PageScanner::elements() const {
  return std::span<const PageElement>(known_ ? known_->elements : own_).first(given_);
}

std::span<const PageElement> PageScanner::read(std::string_view more) {
  const std::size_t before = html_.size();
  html_ += more;
  if (known_ && known_->html.compare(before, more.size(), more) != 0) {
    known_ = nullptr;
    own_ = read_elements(html_);
  } else if (!known_) {
    const std::string_view fresh = std::string_view(html_).substr(half_tag_);
    if (may_have_elements(fresh)) own_ = read_elements(html_);
  }
  half_tag_ =
      half_tag(html_, std::max(half_tag_, html_.size() - std::min(html_.size(), longest_tag)));
  const std::vector<PageElement>& all = known_ ? known_->elements : own_;
  const std::size_t first = given_;
  while (given_ < all.size() && all[given_].known <= html_.size()) ++given_;
  return std::span(all).subspan(first, given_ - first);
}

void PageScanner::finish() {
  if (known_ && known_->html.size() == html_.size()) return;
  texts_.keep(target_, {html_, read_elements(html_)});
}

}  // namespace lab
