// CompareFlags: what `herald compare` can be told, as values; and what goes together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/compare_matrix.h"
#include "compare/scenario.h"

namespace CLI {
class App;
}

namespace cli {

struct CompareFlags {
  // Adds the flags to `command`, which must outlive this.
  explicit CompareFlags(CLI::App& command);
  CompareFlags(const CompareFlags&) = delete;
  CompareFlags& operator=(const CompareFlags&) = delete;

  // Throws UsageError for flags that do not go together.
  void require_coherent() const;
  // Whether loads take as long as they take: of a running server, or in a browser.
  bool real_time() const;
  std::size_t run_count() const;
  // Throws UsageError for a list that cannot be understood.
  std::vector<lab::Conditions> cells() const;

  std::string target;  // a folder or an address; empty: that of the configuration
  std::vector<std::string> pages;
  CompareLists lists;
  bool body_think = false;
  bool live = false;
  bool quick = false;
  bool spa = false;
  double loss = 0;    // percent
  double jitter = 5;  // percent of the round trip
  std::size_t window = 10;
  std::size_t runs = 0;    // 0: not said
  std::uint64_t seed = 0;  // likewise
  std::string out;
  std::string json;
  std::vector<std::string> hint_files;
  std::string config_file;
  std::string browser;
  bool insecure = false;
  std::string ca_file;
};

}  // namespace cli
