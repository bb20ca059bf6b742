#include "compare/page_scanner.h"

#include <algorithm>
#include <utility>

namespace lab {
namespace {

// One that names something to fetch; longer ones hold data.
constexpr std::size_t longest_tag = 64 * 1024;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

// Behind the tag that begins at `at`; npos if it is not whole. '<' and '>' are characters in a
// quoted value.
std::size_t end_of_tag(std::string_view html, std::size_t at) {
  bool value = false;  // comes next
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (c == '>') return at + 1;
    if (value && (c == '"' || c == '\'')) {
      at = html.find(c, at + 1);
      if (at == std::string_view::npos) return at;
    }
    value = c == '=' || (value && is_space(c));
  }
  return std::string_view::npos;
}

// Where the tag begins that is not whole, or the end. No tag is open at `from`.
std::size_t half_tag(std::string_view html, std::size_t from) {
  for (auto at = html.find('<', from); at != std::string_view::npos; at = html.find('<', from)) {
    from = at + 1;
    const std::string_view name = html.substr(html.substr(from).starts_with('/') ? from + 1 : from);
    if (name.empty()) return at;
    if (!is_letter(name.front())) continue;
    from = end_of_tag(html, at);
    if (from == std::string_view::npos) return at;
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
  half_tag_ = half_tag(html_, half_tag_);
  if (html_.size() - half_tag_ > longest_tag) half_tag_ = html_.size();
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
