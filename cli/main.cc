// The program. Start reading here: every command is made, one is run. What they do is in the file
// of each; how the command line is read and errors are told, in program.cc.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "cli/command.h"
#include "cli/lint.h"
#include "cli/log.h"
#include "cli/program.h"
#include "cli/serve.h"

namespace {

// The number of a standard stream that is closed would be given to the next file that is opened,
// and the log be written into it.
void open_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    [[maybe_unused]] const int opened = open("/dev/null", O_RDWR);  // the lowest number: `fd`
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  // A closed pipe or socket is an error where it is written to, never the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is an error of the write
  cli::start_log("info");
  const cli::Streams streams{.in = std::cin, .out = std::cout, .err = std::cerr};
  const auto program = cli::make_program();
  std::vector<std::unique_ptr<cli::Command>> commands;
  commands.push_back(cli::serve_command(*program, cli::serve));
  commands.push_back(cli::compare_command(*program, streams));
  commands.push_back(cli::publish_command(*program, streams));
  commands.push_back(cli::prove_command(*program, streams));
  commands.push_back(cli::subscribe_command(*program, streams));
  commands.push_back(cli::certs_command(*program, streams));
  commands.push_back(cli::check_command(*program, streams,
                                        {cli::unusable_options, cli::hidden_files,
                                         cli::unreadable_files, cli::lint_rules, cli::lint_hints}));
  commands.push_back(cli::explain_command(*program, streams));
  commands.push_back(cli::token_command(*program, streams));
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const int code = cli::run(*program, commands, arguments, streams);
  return std::cout.flush() || code != cli::done ? code : cli::failed;
}
