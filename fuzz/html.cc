// Pages and their styles, as hints read them.
#include "hints/css_source.h"
#include "hints/html_source.h"

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  const hints::HtmlPage page = hints::read_html(text);
  fuzz::require(page.references.size() <= size, "a reference is somewhere in the text");
  (void)hints::read_css(text);
  return 0;
}
