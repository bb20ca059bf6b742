// Summary: what the loads of a cell come to: medians, intervals, paired differences and verdicts.
#pragma once

#include <cstdint>

#include "compare/result.h"

namespace lab {

// A difference that is smaller than this is none, however certain: nobody can see it.
inline constexpr Milliseconds least_difference = 1;

// `cell` with everything that follows from its loads. The loads of one round have the same place in
// every arm; a pair in which one load failed says nothing. Without the arm `none`, no gains.
Cell summarised(Cell cell, std::uint64_t seed);

}  // namespace lab
