// CompareMatrix: what `herald compare` is to measure, from lists as people write them: "20,100" to
// the cells of a matrix.
#pragma once

#include <string>
#include <vector>

#include "compare/scenario.h"

namespace cli {

// As given; an empty list: the default.
struct CompareLists {
  std::vector<std::string> round_trips;  // milliseconds
  std::vector<std::string> bandwidths;   // megabits per second, towards the loader
  std::vector<std::string> thinks;       // milliseconds
  std::vector<std::string> caches;
  std::vector<std::string> connections;
  std::vector<std::string> arms;
};

enum class Thinking { before_headers, before_body };
enum class Live { no, yes };

// What counts where a list is empty.
struct CompareDefaults {
  std::vector<double> round_trips{20, 50, 100, 200};
  std::vector<double> bandwidths{10};
  std::vector<double> thinks{0, 50, 200, 500};
  std::vector<lab::Cache> caches{lab::Cache::cold, lab::Cache::warm};
};

// Every combination, in the order of the lists. Up is half as fast as down. Throws UsageError: what
// is wrong, and what it could be.
std::vector<lab::Conditions> cells_of(const CompareLists& lists, const CompareDefaults& defaults,
                                      Thinking thinking, Live live);
// Always with Arm::none, which the others are compared with, in the order of lab::all_arms.
std::vector<lab::Arm> arms_of(const CompareLists& lists);

}  // namespace cli
