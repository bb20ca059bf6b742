// Settings: the one table of every name that a file, a flag or a variable can set, with its kind
// and bounds, so that all three are checked alike and complain alike. Knows neither TOML nor CLI11.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/config.h"

namespace cli {

struct Switch {
  bool* target;
};
struct Text {
  std::string* target;
  // Null, or says of a text what it must be ("a URL such as ..."); empty = it is.
  std::string (*objection)(std::string_view) = nullptr;
};
struct Choice {
  std::string* target;
  std::vector<std::string_view> among;
};
// A file or folder; relative ones start from wherever the value was written. "-" is kept.
struct Path {
  std::string* target;
};
struct Texts {
  std::vector<std::string>* target;
  std::string (*objection)(std::string_view) = nullptr;  // to each
};
struct Number {
  std::uint64_t least;
  std::uint64_t most;
  std::function<void(std::uint64_t)> store;
};
struct Size {
  std::uint64_t least;
  std::uint64_t most;
  std::function<void(std::uint64_t)> store;
};
struct Duration {
  milliseconds least;
  milliseconds most;
  milliseconds* target;
};
using Kind = std::variant<Switch, Text, Choice, Path, Texts, Number, Size, Duration>;

struct Setting {
  std::string_view table;  // "limits"
  std::string_view key;    // "concurrent_streams"
  Kind kind;
};

// Bound to `config`, which must outlive them.
std::vector<Setting> settings_of(Config& config);
// The keys of one [[events.topic]].
std::map<std::string_view, Kind> settings_of(Config::EventTopic& topic);
const Setting* find(const std::vector<Setting>& settings, std::string_view table,
                    std::string_view key);

// Stores a value as it was written. Returns what it must be instead ("a size between ..."), or
// nothing when it was right. `base` is where relative paths start.
std::string set(const Setting& setting, const std::vector<std::string>& values,
                const std::filesystem::path& base);

// "between 1 and 10000", "true or false": what a value must be.
std::string expectation(const Kind& kind);

}  // namespace cli
