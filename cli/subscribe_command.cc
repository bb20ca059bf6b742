// `herald subscribe`: follows topics and prints their events, one a line.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/command.h"
#include "cli/hub_flags.h"
#include "cli/program.h"
#include "cli/subscriber.h"
#include "server/http/query.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(URL is where herald serves; the stream is its /events, unless URL has a path of its own. Comes back by itself, from
where it was, when the connection or the server ends. Prints the data of each event; what was missed is told on
standard error. Ends when the server refuses for good, or answers 204.

Examples:
  herald subscribe localhost:8443 --topic news
  herald subscribe localhost:8443 --topic news --topic chat --json
  herald subscribe https://app.test --prefix orders/ --since k3x9qa-17 --key-file secret
  herald subscribe localhost:8443 --topic jobs --count 1)help";

constexpr std::string_view gap = "herald.gap";

class SubscribeCommand final : public Command {
 public:
  SubscribeCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("subscribe", "Follow topics and print their events")),
        streams_(streams),
        hub_(app_) {
    list("--topic", topics_, "T", "A topic; more than one may be given");
    list("--prefix", prefixes_, "P", "All topics that begin so");
    list("--pattern", patterns_, "P", "All topics of a URI template");
    option("--since", since_, "ID", "Begin after this event; earliest: with the oldest kept",
           "HERALD_SINCE");
    app_.add_flag("--json", json_, "Print each event as a JSON object with id, type and data");
    app_.add_option("--count", count_, "End after so many events")->type_name("N");
    hub_.add_access();
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    std::uint64_t left = count_;
    Subscriber subscriber(
        options(),
        [&](const StreamEvent& event) {
          print(event);
          const bool counted = event.type != gap && count_ > 0;
          return counted && --left == 0 ? Subscriber::Wish::enough : Subscriber::Wish::more;
        },
        [this](const std::string& what) {
          streams_.err << "herald: " << what << "; trying again" << std::endl;
        });
    subscriber.follow();
    return done;
  }

 private:
  void list(const char* flag, std::vector<std::string>& into, const char* argument,
            const char* help) {
    app_.add_option(flag, into, help)->allow_extra_args(false)->type_name(argument);
  }
  CLI::Option* option(const char* flag, std::string& into, const char* argument, const char* help,
                      const char* variable) {
    return app_.add_option(flag, into, help)->envname(variable)->type_name(argument);
  }

  // Whoever reads through a pipe wants each event as soon as it is there.
  void print(const StreamEvent& event) {
    if (event.type == gap)
      streams_.err << "herald: events were missed: " << event.data << std::endl;
    if (!json_) {
      if (event.type != gap) streams_.out << event.data << std::endl;
      return;
    }
    const nlohmann::json object = {{"id", event.id}, {"type", event.type}, {"data", event.data}};
    streams_.out << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                 << std::endl;
  }

  Subscriber::Options options() const {
    Subscriber::Options options{.target = parse_target(hub_.url(), "/events")};
    char join = options.target.url.find('?') == std::string::npos ? '?' : '&';
    const auto ask = [&](const char* name, const std::vector<std::string>& values) {
      for (const std::string& value : values) {
        options.target.url += join + std::string(name) + "=" + http::percent_encode(value);
        join = '&';
      }
    };
    ask("topic", topics_);
    ask("prefix", prefixes_);
    ask("pattern", patterns_);
    options.last_event_id = since_;
    options.token = hub_.token({}, {"*"});
    options.ca_file = hub_.ca_file(options.target);
    options.trust = hub_.trust();
    return options;
  }

  CLI::App& app_;
  Streams streams_;
  HubFlags hub_;
  std::vector<std::string> topics_;
  std::vector<std::string> prefixes_;
  std::vector<std::string> patterns_;
  std::string since_;
  std::uint64_t count_ = 0;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> subscribe_command(CLI::App& program, Streams streams) {
  return std::make_unique<SubscribeCommand>(program, streams);
}

}  // namespace cli
