// `herald serve`: what was given becomes a Config; serving itself is cli/serve's.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/log.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(Files come from ROOT (here: .), live events from /events, polls from /poll, and POST /send publishes.
herald.toml is read only when --config names it, and has to say root then; a flag wins over its variable, that over the file.
Whatever lies in ROOT is for everybody: keep keys, tokens, the store and the configuration elsewhere.

Examples:
  herald serve                                  the current folder on https://127.0.0.1:8443/
  herald serve dist --spa --dev                 a single-page app while you write it
  herald serve dist --listen :443 --cert chain.pem --key key.pem
  herald serve dist --hints early-hints --think 300 --dev
  herald serve --config herald.toml --workers 4
  herald serve dist --key-file secret           publishers need a token, made by: herald token)help";

class ServeCommand final : public Command {
 public:
  ServeCommand(CLI::App& program, std::function<int(const Config&, std::function<Config()>)> serve)
      : app_(*program.add_subcommand("serve", "Serve a folder and live events over HTTP/2")),
        flags_(app_),
        serve_(std::move(serve)) {
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const Config config = flags_.load();
    start_log(config.serve.log);
    std::error_code ignored;
    if (flags_.file().empty() && std::filesystem::exists("herald.toml", ignored)) {
      log_info("herald.toml in this folder is not read: name it by --config herald.toml");
    }
    return serve_(config, [this] { return flags_.load(); });
  }

 private:
  CLI::App& app_;
  ConfigFlags flags_;
  std::function<int(const Config&, std::function<Config()>)> serve_;
};

}  // namespace

std::unique_ptr<Command> serve_command(
    CLI::App& program, std::function<int(const Config&, std::function<Config()>)> serve) {
  return std::make_unique<ServeCommand>(program, std::move(serve));
}

}  // namespace cli
