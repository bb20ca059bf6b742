#include "cli/program.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <nghttp2/nghttp2.h>
#include <openssl/crypto.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <new>
#include <ostream>

#include "cli/build_id.h"
#include "cli/nearest.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(Examples:
  herald serve dist --dev                 serve the folder dist, with live events
  herald publish https://localhost:8443 --topic news --data "It works"
  herald certs                            the development certificate, and how to trust it
  herald serve --help                     each command teaches its own flags)help";

// What CLI11 could not place, with the nearest name that it could have.
std::string unexpected(const CLI::App& program, const std::vector<std::string>& rest) {
  const auto chosen = program.get_subcommands();
  const CLI::App& app = chosen.empty() ? program : *chosen.front();
  const std::string name = rest.front().substr(0, rest.front().find('='));
  std::vector<std::string> owned;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& flag : option->get_lnames()) owned.push_back("--" + flag);
  }
  if (chosen.empty()) {
    for (const CLI::App* command : program.get_subcommands({}))
      owned.push_back(command->get_name());
  }
  const std::vector<std::string_view> known(owned.begin(), owned.end());
  const std::string what = name.starts_with('-') ? "flag" : chosen.empty() ? "command" : "argument";
  return "unknown " + what + " \"" + name + "\"" + did_you_mean(name, known);
}

int report_usage(const CLI::App& program, const std::string& what, std::ostream& err) {
  const auto chosen = program.get_subcommands();
  err << "herald: " << what << "\nTry: herald "
      << (chosen.empty() ? "" : chosen.front()->get_name() + " ") << "--help\n";
  return wrong_usage;
}

}  // namespace

std::unique_ptr<CLI::App> make_program() {
  auto program = std::make_unique<CLI::App>(
      "A TLS HTTP/2 server for web apps: assets, hints and live events on one connection",
      "herald");
  program->set_version_flag("--version", version_text, "Versions of Herald and its libraries");
  program->require_subcommand(1);
  program->get_formatter()->column_width(34);
  program->footer(examples);
  return program;
}

int run(CLI::App& program, const std::vector<std::unique_ptr<Command>>& commands,
        std::vector<std::string> arguments, Streams streams) {
  if (arguments.empty()) {
    streams.err << program.help();
    return wrong_usage;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    program.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error, streams.out, streams.err);
    const std::vector<std::string> rest = program.remaining(true);
    return report_usage(program, rest.empty() ? error.what() : unexpected(program, rest),
                        streams.err);
  }
  try {
    for (const auto& command : commands) {
      if (command->chosen()) return command->run();
    }
  } catch (const UsageError& error) {
    return report_usage(program, error.what(), streams.err);
  } catch (const std::bad_alloc&) {
    streams.err << "herald: no memory is left: allow more (ulimit -v, MemoryMax)\n";
    return failed;
  } catch (const std::exception& error) {
    streams.err << "herald: " << error.what() << '\n';
    return failed;
  }
  return wrong_usage;
}

std::string version_text() {
  return std::string("herald ") + HERALD_VERSION + "\nbuild " + build_id() + "\nnghttp2 " +
         nghttp2_version(0)->version_str + "\n" + OpenSSL_version(OPENSSL_VERSION) + "\nlibevent " +
         event_get_version() + "\n" + curl_version();
}

}  // namespace cli
