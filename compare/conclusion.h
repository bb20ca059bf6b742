// Conclusion: what a page's results come to: which arm to use, and the sentence that says why.
// Judges only what statistics have settled already.
#pragma once

#include <string>
#include <vector>

#include "compare/result.h"

namespace lab {

struct Conclusion {
  Arm advice = Arm::none;
  std::size_t headline = 0;  // of the page's cells: the one that the sentence speaks of
  std::string sentence;      // a whole one, without the page's name
};

// An arm counts if it is better in more of the cells with a cold cache, or of all if there is none,
// than it would be by chance. The advice is the one that gains most on average; one that gains
// nearly as much (10 %, or 5 ms) and wastes less goes before it, and then the simpler one. `page`
// has at least one cell.
Conclusion conclude(const PageResult& page);

// Null if the cell has no such arm, or none of its loads succeeded.
const ArmResult* find_arm(const Cell& cell, Arm arm);
// What keeps results of the page from a verdict, a sentence for reports; empty: nothing does.
std::string reservation(const PageResult& page);
// How many loads succeeded.
std::size_t successes(const ArmResult& result);

}  // namespace lab
