// CellGroup: the cells of a page that differ in round trip and think time only, which is what one
// table or one heat map shows.
#pragma once

#include <string>
#include <vector>

#include "compare/result.h"

namespace lab {

struct CellGroup {
  std::string title;  // "10 Mbit/s, cold cache, fresh connection"
  std::vector<const Cell*> cells;
  std::vector<Milliseconds> round_trips;  // that occur, rising
  std::vector<Milliseconds> thinks;       // likewise

  // Null if it was not measured.
  const Cell* at(Milliseconds round_trip, Milliseconds think) const;
};

// In the order of first appearance. The cells stay the page's.
std::vector<CellGroup> groups_of(const PageResult& page);

}  // namespace lab
