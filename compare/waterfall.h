// The waterfall of one load, as SVG: a row for each resource, its phases in order, and lines for
// what happened to the page.
#pragma once

#include <string>

#include "compare/result.h"

namespace lab {

// `until`: the time at the right edge, the same for all waterfalls that stand side by side.
std::string waterfall(const PageLoad& load, Milliseconds until);

// The latest time that `load` shows; 0 if it failed.
Milliseconds last_time(const PageLoad& load);

}  // namespace lab
