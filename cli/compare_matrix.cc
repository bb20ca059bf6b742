#include "cli/compare_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "cli/config.h"
#include "cli/nearest.h"

namespace cli {
namespace {

struct Bounds {
  const char* flag;
  const char* unit;
  double least;
  double most;
};
constexpr Bounds round_trip_bounds{"--rtt", "milliseconds", 0, 10'000};
constexpr Bounds bandwidth_bounds{"--bandwidth", "megabits per second", 0.05, 100'000};
constexpr Bounds think_bounds{"--think", "milliseconds", 0, 60'000};

double number_of(const std::string& text, const Bounds& bounds) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value >= bounds.least && value <= bounds.most) return value;
  throw UsageError(
      fmt::format("{} must be {} between {:g} and {:g}, separated by commas, not \"{}\"",
                  bounds.flag, bounds.unit, bounds.least, bounds.most, text));
}

std::vector<double> numbers_of(const std::vector<std::string>& texts, const Bounds& bounds,
                               std::vector<double> otherwise) {
  if (texts.empty()) return otherwise;
  std::vector<double> values;
  for (const std::string& text : texts) {
    const double value = number_of(text, bounds);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

template <typename Value>
std::vector<Value> among(const char* flag, const std::vector<std::string>& texts,
                         std::span<const Value> all, std::vector<Value> otherwise) {
  if (texts.empty()) return otherwise;
  std::vector<std::string_view> names;
  for (const Value one : all) names.push_back(name_of(one));
  std::vector<Value> values;
  for (const std::string& text : texts) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
      throw UsageError(fmt::format("{} must be of {}, separated by commas, not \"{}\"{}", flag,
                                   fmt::join(names, ", "), text, did_you_mean(text, names)));
    }
    const Value value = all[static_cast<std::size_t>(found - names.begin())];
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

}  // namespace

std::vector<lab::Conditions> cells_of(const CompareLists& lists, const CompareDefaults& defaults,
                                      Thinking thinking, Live live) {
  const auto round_trips = numbers_of(lists.round_trips, round_trip_bounds, defaults.round_trips);
  const auto bandwidths = numbers_of(lists.bandwidths, bandwidth_bounds, defaults.bandwidths);
  const auto thinks = numbers_of(lists.thinks, think_bounds, defaults.thinks);
  const auto caches = among<lab::Cache>("--cache", lists.caches, lab::all_caches, defaults.caches);
  const auto connections = among<lab::Connection>("--connection", lists.connections,
                                                  lab::all_connections, {lab::Connection::fresh});
  std::vector<lab::Conditions> cells;
  for (const lab::Cache cache : caches) {
    for (const lab::Connection connection : connections) {
      for (const double bandwidth : bandwidths) {
        for (const double round_trip : round_trips) {
          for (const double think : thinks) {
            lab::Conditions cell;
            cell.round_trip = round_trip;
            cell.down = bandwidth;
            cell.up = bandwidth / 2;
            (thinking == Thinking::before_headers ? cell.think : cell.body_think) = think;
            cell.cache = cache;
            cell.connection = connection;
            cell.live = live == Live::yes;
            cells.push_back(cell);
          }
        }
      }
    }
  }
  return cells;
}

std::vector<lab::Arm> arms_of(const CompareLists& lists) {
  const std::vector<lab::Arm> all(lab::all_arms.begin(), lab::all_arms.end());
  std::vector<lab::Arm> arms = among<lab::Arm>("--arms", lists.arms, lab::all_arms, all);
  if (std::find(arms.begin(), arms.end(), lab::Arm::none) == arms.end()) {
    arms.push_back(lab::Arm::none);
  }
  std::sort(arms.begin(), arms.end());
  return arms;
}

}  // namespace cli
