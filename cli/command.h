// Command: one thing that `herald` can be told to do. Each adds its subcommand, flags and help to
// the command line when it is made, and keeps what was given until it is run.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/report.h"

namespace CLI {
class App;
}

namespace cli {

class Command {
 public:
  virtual ~Command() = default;
  // Whether the command line, once parsed, named it.
  virtual bool chosen() const = 0;
  // Returns the exit code. Throws net::Error, and UsageError for what the flags do not say rightly.
  virtual int run() = 0;
};

// Where a command reads and writes: the process's own, or a test's. Must outlive the commands.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

// Looks at a configuration and what it names, and says what is wrong.
using Check = std::function<std::vector<Fault>(const Config&)>;

// `program` must outlive the commands.
std::unique_ptr<Command> serve_command(
    CLI::App& program, std::function<int(const Config&, std::function<Config()>)> serve);
std::unique_ptr<Command> check_command(CLI::App& program, Streams streams,
                                       std::vector<Check> checks);
std::unique_ptr<Command> explain_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> compare_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> publish_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> prove_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> subscribe_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> certs_command(CLI::App& program, Streams streams);
std::unique_ptr<Command> token_command(CLI::App& program, Streams streams);

}  // namespace cli
