#include "compare/hint_choice.h"

#include <algorithm>

#include "compare/random.h"

namespace lab {
namespace {

constexpr std::size_t seeds = 3;
constexpr Milliseconds minute = 60'000;

bool worse(const HintCost& cost, const HintCost& before) {
  return cost.render_ready > before.render_ready + no_cost || cost.load > before.load + no_cost;
}

}  // namespace

HintChoice choose_hints(const std::vector<hints::Item>& items,
                        const std::function<HintCost(const std::vector<hints::Item>&)>& cost) {
  HintChoice choice{.kept = items, .dropped = {}};
  HintCost least = cost(items);
  for (std::size_t i = items.size(); i-- > 0;) {
    std::vector<hints::Item> without = choice.kept;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    const HintCost found = cost(without);
    if (worse(found, least)) continue;
    // Many small losses shall not add up.
    least.render_ready = std::min(least.render_ready, found.render_ready);
    least.load = std::min(least.load, found.load);
    choice.dropped.insert(choice.dropped.begin(), items[i]);
    choice.kept = std::move(without);
  }
  return choice;
}

HintCost hint_cost(Bench& bench, const std::string& page, Arm arm,
                   const std::vector<Conditions>& cells, std::uint64_t seed) {
  HintCost sum;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    for (std::size_t i = 0; i < seeds; ++i) {
      const PageLoad load = bench.load({.page = page,
                                        .conditions = cells[cell],
                                        .arm = arm,
                                        .seed = derived(derived(seed, cell), i)});
      const bool whole = load.failure.empty() && load.render_ready && load.load;
      sum.render_ready += whole ? *load.render_ready : minute;
      sum.load += whole ? *load.load : minute;
    }
  }
  const double count = static_cast<double>(std::max<std::size_t>(1, cells.size() * seeds));
  return {.render_ready = sum.render_ready / count, .load = sum.load / count};
}

}  // namespace lab
