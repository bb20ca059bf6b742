// Program: the command line as a whole. Parses it, runs the command it names, and turns whatever
// went wrong into one sentence and an exit code: 0 done, 1 failed, 2 usage.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace cli {

inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int wrong_usage = 2;

// Name, description, --help and --version, ready for commands to be added.
std::unique_ptr<CLI::App> make_program();

// `arguments` without the program's name.
int run(CLI::App& program, const std::vector<std::unique_ptr<Command>>& commands,
        std::vector<std::string> arguments, Streams streams);

// Ours and that of each library, a line each.
std::string version_text();

}  // namespace cli
