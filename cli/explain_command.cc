// `herald explain`: the plan of one page, read from the folder without serving it.
#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/offline_site.h"
#include "hints/explain.h"
#include "hints/planner.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(Each asset of the page, where it was found, and how a browser, nghttp and curl would be told of it,
or why it is withheld. The same is at /.herald/explain?url=/page of a server with --dev or an admin token.

Examples:
  herald explain dist /
  herald explain dist /shop/ --json
  herald explain --config herald.toml --page /shop/)help";

class ExplainCommand final : public Command {
 public:
  ExplainCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("explain", "Say what a page's visitors are told, and why")),
        flags_(app_),
        streams_(streams) {
    app_.add_option("page,--page", page_, "The page, as a path such as /docs/")
        ->option_text("[PAGE]");
    app_.add_flag("--json", json_, "For programs");
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const Config config = flags_.load();
    if (!page_.starts_with('/')) {
      throw UsageError("PAGE must be a path such as /docs/, not \"" + page_ + "\"");
    }
    const std::string path = page_.substr(0, page_.find_first_of("?#"));
    OfflineSite offline(config);
    hints::Planner planner(offline.site, offline.loop, {.build = plan_options(config)});
    auto plan = planner.plan(path);
    if (!plan) {
      throw net::Error("there is no page at " + path + " in " + config.serve.root +
                       ", and nothing is configured for it");
    }
    const hints::Explanation explanation{path, hints_mode(config), std::move(plan)};
    streams_.out << (json_ ? hints::explain_json(explanation) : hints::explain_text(explanation));
    return 0;
  }

 private:
  CLI::App& app_;
  ConfigFlags flags_;
  Streams streams_;
  std::string page_ = "/";
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> explain_command(CLI::App& program, Streams streams) {
  return std::make_unique<ExplainCommand>(program, streams);
}

}  // namespace cli
