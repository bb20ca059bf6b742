// Pages as the laboratory's browser reads them: the same elements, however the page is cut.
#include "compare/page_scanner.h"

#include <algorithm>

#include "compare/module_imports.h"
#include "fuzz/target.h"

namespace {

std::size_t count(std::string_view text, std::size_t piece) {
  lab::Texts texts;
  lab::PageScanner scanner(texts, "/page.html");
  std::size_t given = 0;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    given += scanner.read(text.substr(at, piece)).size();
  }
  fuzz::require(given == scanner.elements().size(), "each element is given once");
  scanner.finish();
  return given;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, std::min<std::size_t>(size, 4096));
  (void)count(text, text.size() + 1);
  (void)count(text, 1 + text.size() / 7);
  fuzz::require(lab::module_imports(text).size() <= text.size(), "an import is in the text");
  return 0;
}
