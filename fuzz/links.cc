// Link fields, from _headers and from app servers.
#include <cstddef>

#include "fuzz/target.h"
#include "hints/link_source.h"
#include "server/http/link.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  std::size_t sum = 0;
  for (const std::string_view one : http::split_links(text)) {
    sum += one.size();
    const auto link = http::parse_link(one);
    if (link) fuzz::require(link->target.size() < one.size(), "a target is part of its link");
    (void)hints::read_link(one, "/blog/page.html", {"https://app.test"});
    (void)hints::planned(one, {"https://app.test"});
  }
  fuzz::require(sum <= size, "the links of a field are in it");
  return 0;
}
