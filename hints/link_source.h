// What a Link field says that a page needs (RFC 8288, HTML "process Link headers"), as items of a
// plan: for `_headers`, and for whoever else has Links.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hints/plan.h"

namespace hints {

// What became of one link.
struct LinkWithheld {
  std::string target;
  Reason reason;
};
// monostate: it asks for nothing that a plan could tell (preconnect, canonical, ...).
using LinkOutcome = std::variant<std::monostate, Item, LinkWithheld>;

struct ReadLink {
  LinkOutcome outcome = {};
  bool relative = false;  // the directory of the page mattered
};

// `link` is one link of a field; `page` the path that the field is of, `origins` as resolve() has
// them. The item has no mention.
ReadLink read_link(std::string_view link, std::string_view page,
                   const std::vector<std::string>& origins);

// Whether the link is the business of its page's plan, which tells it or says why not: it must not
// be on the answer as well.
bool planned(std::string_view link, const std::vector<std::string>& origins);

}  // namespace hints
