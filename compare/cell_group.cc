#include "compare/cell_group.h"

#include <fmt/format.h>

#include <algorithm>

#include "compare/figures.h"

namespace lab {
namespace {

std::string title_of(const Conditions& conditions) {
  std::string title =
      fmt::format("{:g} Mbit/s, {} cache, {} connection", conditions.down,
                  conditions.cache == Cache::partly ? "partly warm" : name_of(conditions.cache),
                  name_of(conditions.connection));
  if (conditions.body_think > 0) {
    title += fmt::format(", {} between headers and content", time_text(conditions.body_think));
  }
  if (conditions.live) title += ", with a live event stream";
  return title;
}

void insert(std::vector<Milliseconds>& values, Milliseconds value) {
  const auto place = std::lower_bound(values.begin(), values.end(), value);
  if (place == values.end() || *place != value) values.insert(place, value);
}

}  // namespace

const Cell* CellGroup::at(Milliseconds round_trip, Milliseconds think) const {
  for (const Cell* cell : cells) {
    if (cell->conditions.round_trip == round_trip && cell->conditions.think == think) return cell;
  }
  return nullptr;
}

std::vector<CellGroup> groups_of(const PageResult& page) {
  std::vector<CellGroup> groups;
  for (const Cell& cell : page.cells) {
    const std::string title = title_of(cell.conditions);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&title](const CellGroup& one) { return one.title == title; });
    if (group == groups.end())
      group = groups.insert(groups.end(),
                            {.title = title, .cells = {}, .round_trips = {}, .thinks = {}});
    group->cells.push_back(&cell);
    insert(group->round_trips, cell.conditions.round_trip);
    insert(group->thinks, cell.conditions.think);
  }
  return groups;
}

}  // namespace lab
