// ConfigFlags: the flags and variables that stand over the configuration file, and the Config that
// all of them make together. A flag wins over its variable, that over the file, that over the
// default.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"

namespace CLI {
class App;
}

namespace cli {

class ConfigFlags {
 public:
  // Adds ROOT, --config and the flags for settings to `command`, which must outlive this.
  explicit ConfigFlags(CLI::App& command);
  ~ConfigFlags();
  ConfigFlags(const ConfigFlags&) = delete;
  ConfigFlags& operator=(const ConfigFlags&) = delete;

  // After parsing. Throws UsageError for a flag or variable, net::Error for the file. `herald.toml`
  // in the current folder is not read unless it is named: what a server does should not depend on
  // where it is started.
  Config load() const;
  // The file named, or empty.
  std::string file() const;

 private:
  struct Given;
  std::vector<Given> given_;
  std::string file_;
};

}  // namespace cli
