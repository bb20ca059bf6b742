// CompareHints: the hints that a comparison of a folder recommends, each asset weighed by leaving
// it out.
#pragma once

#include <vector>

#include "cli/config.h"
#include "cli/hint_files.h"
#include "compare/result.h"
#include "compare/virtual_bench.h"

namespace cli {

// For each page the arm that did best, and of its plan what is worth telling, measured in virtual
// time over those of `cells` that have a cold cache, or all.
std::vector<RecommendedPage> recommended(const Config& config,
                                         const lab::VirtualBench::Options& options,
                                         std::vector<lab::Conditions> cells,
                                         const lab::Comparison& comparison);

}  // namespace cli
