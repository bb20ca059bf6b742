// Linter: what is wrong with the hints of a site, found before a browser finds it: for `herald
// check`. Says what, where and what to do; printing and exit codes are the program's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hints/advice.h"
#include "hints/plan_builder.h"

namespace hints {

struct Finding {
  using Weight = Advice::Weight;  // `check` fails for a problem
  Weight weight = Weight::remark;
  std::string file;   // path of the page or stylesheet; empty: the configuration
  unsigned line = 0;  // from 1; 0 = unknown
  std::string item;   // the asset, or the page that is configured
  std::string reason;
  std::string remedy;  // a sentence
  bool operator==(const Finding&) const = default;
};

// Lints `pages` (paths as requested) and the configuration; every finding once, in order.
std::vector<Finding> lint(PlanBuilder& builder, const std::vector<std::string>& pages);

// "/index.html:12: /a.css: missing. Put the file there, or take the reference out."
std::string to_text(const Finding& finding);

}  // namespace hints
