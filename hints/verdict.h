// Verdict: what is to become of a plan on one visit: which ways are open, what is left out and why,
// and how much may be pushed. Values only; Judgement finds it, Telling carries it out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hints/decision.h"
#include "hints/push_budget.h"

namespace hints {

// Of one item. The reasons are literals, in a few words; empty: nothing is against it.
struct Lot {
  std::string_view withheld;  // not told at all
  std::string_view no_push;   // told in another way
};

struct Verdict {
  Decision decision;
  std::vector<Lot> lots = {};  // one for each item of the plan; empty: nothing is against any
  std::uint64_t push_bytes = unlimited;
  std::string_view arm = {};  // of an experiment, for the one who measures; valid as long as that

  Lot lot(std::size_t item) const { return lots.empty() ? Lot() : lots[item]; }
};

}  // namespace hints
