#include "cli/compare_hints.h"

#include <algorithm>

#include "cli/compare_subject.h"
#include "cli/offline_site.h"
#include "compare/conclusion.h"
#include "compare/hint_choice.h"
#include "compare/identity.h"

namespace cli {
namespace {

bool warmed(const lab::Conditions& cell) { return cell.cache != lab::Cache::cold; }

}  // namespace

std::vector<RecommendedPage> recommended(const Config& config,
                                         const lab::VirtualBench::Options& options,
                                         std::vector<lab::Conditions> cells,
                                         const lab::Comparison& comparison) {
  if (!std::all_of(cells.begin(), cells.end(), warmed)) std::erase_if(cells, warmed);
  const auto credentials = lab::make_identity();
  OfflineSite offline(config);
  hints::Planner planner(offline.site, offline.loop, {.build = options.plan});
  std::vector<RecommendedPage> pages;
  for (const lab::PageResult& page : comparison.pages) {
    const std::string path = page.path.substr(0, page.path.find_first_of("?#"));
    pages.push_back({.path = path, .arm = lab::Arm::none, .items = {}, .dropped = {}});
    RecommendedPage& found = pages.back();
    if (!page.cells.empty()) found.arm = conclude(page).advice;
    const auto plan = planner.plan(path);
    if (found.arm == lab::Arm::none || !plan) continue;
    auto choice = lab::choose_hints(plan->items, [&](const std::vector<hints::Item>& items) {
      lab::VirtualBench::Options only = options;
      only.plan.configured = {{path, items, true}};
      lab::VirtualBench bench(site_maker(config), *credentials, only);
      return lab::hint_cost(bench, page.path, found.arm, cells, comparison.setup.seed);
    });
    found.items = std::move(choice.kept);
    found.dropped = std::move(choice.dropped);
  }
  return pages;
}

}  // namespace cli
