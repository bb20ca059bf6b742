// What a Link field says that a page needs (RFC 8288, HTML "process Link headers"), as items of a
// plan: for `_headers`, and for whoever else has Links.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "hints/plan.h"

namespace hints {

// What became of one link.
struct LinkWithheld {
  std::string target;
  Reason reason;
};
// monostate: it asks for nothing that a plan could tell (preconnect, canonical, ...).
using LinkOutcome = std::variant<std::monostate, Item, LinkWithheld>;

// `link` is one link of a field; `page` the path that the field is of. The item has no mention.
LinkOutcome read_link(std::string_view link, std::string_view page);

// Whether the link is told by the plan of its page, and so must not be on the answer a second time.
bool planned(std::string_view link);

}  // namespace hints
