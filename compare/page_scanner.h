// PageScanner: a browser's parser and preload scanner as far as they read: gives each element of a
// page as soon as the bytes that end it have come, whatever the parser waits for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compare/texts.h"

namespace lab {

class PageScanner {
 public:
  // `texts` must outlive the scanner.
  PageScanner(Texts& texts, std::string target);

  // The elements that `more` completes; valid until the next call.
  std::span<const PageElement> read(std::string_view more);
  // The page is whole: it need not be read again when it comes another time.
  void finish();

  // Every element so far. Valid until the next read().
  std::span<const PageElement> elements() const;

 private:
  Texts& texts_;
  const std::string target_;
  std::string html_;
  std::shared_ptr<const Texts::Page>
      known_;  // from an earlier load, as long as this one is the same
  std::vector<PageElement> own_;
  std::size_t given_ = 0;
  std::size_t half_tag_ = 0;  // where the tag begins that is not whole yet, or the end
};

}  // namespace lab
