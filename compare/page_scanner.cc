#include "compare/page_scanner.h"

#include <algorithm>
#include <utility>

namespace lab {
namespace {

// One that names something to fetch; longer ones hold data.
constexpr std::size_t longest_tag = 64 * 1024;

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
    const std::string_view fresh = std::string_view(html_).substr(std::min(half_tag_, before));
    if (may_have_elements(fresh)) own_ = read_elements(html_);
  }
  const auto opening = more.rfind('<');
  if (opening != std::string_view::npos) half_tag_ = before + opening;
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
