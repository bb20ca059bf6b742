// Report: what `herald check` has found, for a person in a terminal, a program, or a code host that
// reads SARIF 2.1.0.
#pragma once

#include <string>
#include <vector>

namespace cli {

struct Fault {
  enum class Level {
    error,  // exit code 1
    note,   // a choice that may be meant
  };
  // A sentence of no place, as from a part that knows none.
  Fault(std::string sentence) : text(std::move(sentence)) {}  // NOLINT: a sentence is a fault
  Fault(Level weight, std::string rule_name, std::string in_file, unsigned at, std::string about,
        std::string why, std::string what_to_do);

  Level level = Level::error;
  std::string rule = "setting";  // of SARIF: "missing", "redirects"
  std::string file;              // on the disk, or empty
  unsigned line = 0;             // from 1; 0 = unknown
  std::string item;
  std::string reason;
  std::string remedy;
  std::string text;  // all of it in one line
};

bool failing(const std::vector<Fault>& faults);
// {"faults":[{"level","rule","file","line","item","reason","remedy","text"}]}
std::string json_report(const std::vector<Fault>& faults);
std::string sarif_report(const std::vector<Fault>& faults);

}  // namespace cli
