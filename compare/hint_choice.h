// HintChoice: which assets of a page are worth telling: each is left out in turn, and stays out if
// that costs nothing. Decides by a cost that it is given; where that comes from is not its affair.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compare/runner.h"
#include "hints/plan.h"

namespace lab {

// Means over the conditions that count.
struct HintCost {
  Milliseconds render_ready = 0;
  Milliseconds load = 0;
};

// Two costs that differ by less are the same: a few bytes fewer on the wire.
inline constexpr Milliseconds no_cost = 0.5;

struct HintChoice {
  std::vector<hints::Item> kept;     // in the order of the plan
  std::vector<hints::Item> dropped;  // likewise
};

// `items` in the order of the plan, in which the last matter least and go first.
HintChoice choose_hints(const std::vector<hints::Item>& items,
                        const std::function<HintCost(const std::vector<hints::Item>&)>& cost);

// Of a page by one arm, over `cells` and a few seeds each. A load that fails counts for a minute.
HintCost hint_cost(Bench& bench, const std::string& page, Arm arm,
                   const std::vector<Conditions>& cells, std::uint64_t seed);

}  // namespace lab
