// Result: all that a comparison found, from single loads to verdicts, and the set-up that it was
// found in. Reports are written from this alone. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/measurement.h"
#include "compare/scenario.h"

namespace lab {

// A median with its 95 % interval, by bootstrap.
struct Estimate {
  double low = 0;
  double median = 0;
  double high = 0;
  bool excludes_zero() const { return low > 0 || high < 0; }
};

// equal: the interval holds zero, the difference is too small to be seen (see summary.h), or there
// are too few pairs.
enum class Verdict : std::uint8_t { better, worse, equal };
std::string_view name_of(Verdict verdict);

// Fewer pairs of loads settle nothing: that five agree has a chance of one in sixteen if there is
// no difference.
inline constexpr std::size_t least_pairs = 6;

// One arm in one cell. Gains are paired differences with the arm `none`: positive is earlier.
struct ArmResult {
  Arm arm = Arm::none;
  std::vector<PageLoad> loads;  // without the warm-up, in order of the rounds; failed ones included
  std::size_t representative = 0;  // of `loads`: the one with the median render-ready
  Estimate render_ready;           // Milliseconds, like all but the bytes
  Estimate load;
  std::size_t pairs = 0;  // rounds in which this arm and `none` both succeeded
  Estimate render_gain;
  Estimate load_gain;
  Estimate wasted;                         // bytes
  std::optional<Estimate> event_delay;     // only with a live stream
  std::optional<Milliseconds> model_gain;  // what the arithmetic foresees for render-ready
  Verdict verdict = Verdict::equal;        // of render_gain
  bool departs_from_model = false;         // measurement and model part by more than the tolerance

  // Of an arm that is compared with `none`.
  bool too_few() const { return pairs < least_pairs; }
};

struct Cell {
  Conditions conditions;
  std::vector<ArmResult> arms;  // in the order asked for
};

struct PageResult {
  std::string path;
  std::vector<Cell> cells;
};

struct Setup {
  std::string version;  // of Herald
  std::string target;   // directory or address, as given
  std::string server;   // what the target calls itself; "herald, in this process" for a directory
  std::string loader;   // "herald's loader", or what the browser calls itself
  std::vector<std::string> offered;  // for a running server: what it was seen to offer
  std::string command;               // repeats the run
  std::uint64_t seed = 0;
  std::uint64_t runs = 0;
  std::string machine;  // processor and kernel
  std::string date;     // RFC 3339
  double seconds = 0;   // that the run took
  bool interrupted = false;
};

struct Comparison {
  Setup setup;
  std::vector<PageResult> pages;
};

}  // namespace lab
