// Pages as the laboratory's browser reads them: the same elements, however the page is cut.
#include "compare/page_scanner.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compare/module_imports.h"
#include "fuzz/target.h"

namespace {

// Kind and address of each; but not where the body begins, which text may decide.
std::vector<std::pair<lab::PageElement::Kind, std::string>> scanned(std::string_view text,
                                                                    std::size_t piece) {
  lab::Texts texts;
  lab::PageScanner scanner(texts, "/page.html");
  std::size_t given = 0;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    given += scanner.read(text.substr(at, piece)).size();
  }
  fuzz::require(given == scanner.elements().size(), "each element is given once");
  scanner.finish();
  std::vector<std::pair<lab::PageElement::Kind, std::string>> found;
  for (const lab::PageElement& element : scanner.elements()) {
    if (element.kind == lab::PageElement::Kind::body) continue;
    found.emplace_back(element.kind, element.url);
  }
  return found;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, std::min<std::size_t>(size, 4096));
  fuzz::require(scanned(text, text.size() + 1) == scanned(text, 1 + text.size() / 7),
                "the same elements, however the page is cut");
  fuzz::require(lab::module_imports(text).size() <= text.size(), "an import is in the text");
  return 0;
}
