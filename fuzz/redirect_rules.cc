// _redirects: any text is rules and faults, and a target cannot break out of its field.
#include "static/redirect_rules.h"

#include <algorithm>

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const assets::RedirectRules rules(fuzz::text_of(bytes, size));
  for (const char* path : {"/", "/old.html", "/blog/2026/11/news"}) {
    const auto verdict = rules.decide({.host = "app.test", .path = path, .query = "a=b%20c"});
    if (!verdict) continue;
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    fuzz::require(std::ranges::all_of(verdict->target, printable), "a target is a URL's text");
  }
  (void)rules.loops();
  return 0;
}
