// A page as gumbo reads it: the tree, freed with its owner, and what its readers ask of elements.
// Shared by whoever reads HTML; knows nothing of what the elements mean.
#pragma once

#include <gumbo.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/net/library_memory.h"

namespace hints {

class HtmlTree {
 public:
  // Never fails, as HTML does not, unless there is no memory (std::bad_alloc). Text whose tags nest
  // absurdly deep is read up to there only. `html` must outlive the tree.
  explicit HtmlTree(std::string_view html);

  const GumboNode& root() const { return *output_->root; }
  // The part that was read.
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::unique_ptr<net::LibraryMemory> memory_;
  GumboOutput* output_ = nullptr;  // in that memory
};

std::span<GumboNode* const> nodes(const GumboVector& vector);
// None: no such attribute.
std::optional<std::string> attribute(const GumboElement& element, const char* name);
// Empty if it is not there.
std::string value(const GumboElement& element, const char* name);
std::string lower_value(const GumboElement& element, const char* name);  // without outer blanks
// Whether a list parted by blanks has that word, in any case.
bool has_word(std::string_view list, std::string_view word);
// The text directly inside.
std::string text_of(const GumboElement& element);
// Whether a script of that type (in lower case, empty for none) is a classic one.
bool is_javascript(std::string_view type);

}  // namespace hints
