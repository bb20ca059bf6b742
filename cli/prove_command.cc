// `herald prove`: publishers and readers against nodes to which things happen, and a judgement.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "cli/command.h"
#include "cli/program.h"
#include "prove/prover.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(Without a URL it starts nodes of its own, and redis-server if the store is one; with URLs nothing
befalls them, and they must let the token publish to and read the topics t0, t1 and so on. Every reader
goes from node to node and back; in the end each must have had every event of its topics once and in
order, or have been told of the gap, and no gap may have been told where nothing is missing.

Exit code 0: all of that holds. 1: something does not, or nothing was proved: the last events were not
acknowledged to every publisher in time, or readers of a kind were given nothing. 2: wrong usage.

Examples:
  herald prove                                             one node, events in memory
  herald prove --store sqlite --mishap kill                and it is killed again and again
  herald prove --nodes 3 --store redis-on-disk --mishap kill --mishap stop --mishap store-kill --time 60
  herald prove --nodes 3 --store redis-with-copy --mishap fail-over --seed 7
  herald prove https://a.test https://b.test --token "$(herald token --key-file secret --publish '*' --subscribe '*')")help";

class ProveCommand final : public Command {
 public:
  ProveCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("prove", "Prove that no event is lost without a word")),
        streams_(streams) {
    app_.add_option("URL", options_.urls, "Nodes that run already");
    number("--nodes", options_.nodes, "N", "Nodes to start", 1, 16);
    app_.add_option("--store", store_, "memory, sqlite, redis, redis-on-disk or redis-with-copy")
        ->check(CLI::IsMember(stores()))
        ->type_name("STORE");
    app_.add_option("--mishap", mishaps_, "What may happen at random; may be given several times")
        ->check(CLI::IsMember(mishap_names()))
        ->type_name("WHAT")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1, -1)
        ->allow_extra_args(false);
    number("--time", seconds_, "S", "Seconds of publishing", 1, 86'400);
    number("--seed", options_.seed, "N", "Of what is random", 0, 4'000'000'000U);
    number("--publishers", options_.publishers, "N", "Publish one event after the other", 1, 1000);
    number("--pause", pause_, "MS", "Between two events of a publisher", 0, 60'000);
    number("--streams", options_.streams, "N", "Read event streams", 0, 10'000);
    number("--polls", options_.polls, "N", "Read by polling", 0, 10'000);
    number("--mercure", options_.mercure, "N", "Read Mercure's streams", 0, 10'000);
    number("--stalling", options_.stalling, "N", "Read streams over lines that stand still often",
           0, 1000);
    number("--history", options_.history, "N",
           "Events of a topic in a node's memory; 0: its default", 0, 1'000'000);
    number("--topics", options_.topics, "N", "Published to and read", 1, 32);
    number("--patience", patience_, "S", "In the end, for the last events to reach everybody", 1,
           3600);
    app_.add_option("--token", options_.token, "For nodes that run already")->type_name("JWT");
    app_.add_flag("--insecure", insecure_, "Trust any certificate of nodes that run already");
    app_.add_option("--redis-server", options_.redis, "The program to start")->type_name("FILE");
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    options_.herald = std::filesystem::read_symlink("/proc/self/exe").string();
    options_.time = std::chrono::seconds(seconds_);
    options_.pause = std::chrono::milliseconds(pause_);
    options_.patience = std::chrono::seconds(patience_);
    options_.trust = insecure_ ? prove::Trust::anyone : prove::Trust::known;
    const auto names = stores();
    options_.store =
        static_cast<prove::Store>(std::find(names.begin(), names.end(), store_) - names.begin());
    for (const std::string& name : mishaps_) options_.mishaps.push_back(mishap_of(name));
    if (!options_.urls.empty() && !mishaps_.empty()) {
      throw UsageError("--mishap is for nodes that are started here, not for those of a URL");
    }
    if (!options_.urls.empty() && options_.stalling > 0) {
      throw UsageError("--stalling is for nodes that are started here, not for those of a URL");
    }
    if (options_.nodes > 1 && options_.urls.empty() && options_.store < prove::Store::redis) {
      throw UsageError("several nodes need a store that they share: --store redis");
    }
    const prove::Proof proof = prove::prove(
        options_, [this](const std::string& what) { streams_.err << what << std::endl; });
    prove::print(streams_.out, options_, proof);
    return proof.judgement.sound() ? done : failed;
  }

 private:
  template <typename Target>
  void number(const char* flag, Target& target, const char* argument, const char* help,
              std::type_identity_t<Target> least, std::type_identity_t<Target> most) {
    app_.add_option(flag, target, help)
        ->type_name(argument)
        ->check(CLI::Range(least, most))
        ->capture_default_str();
  }
  static std::vector<std::string> stores() {
    return {"memory", "sqlite", "redis", "redis-on-disk", "redis-with-copy"};
  }
  static constexpr std::array all_mishaps{
      prove::Mishap::kill,          prove::Mishap::stop,       prove::Mishap::restart,
      prove::Mishap::partition,     prove::Mishap::store_kill, prove::Mishap::store_stop,
      prove::Mishap::store_restart, prove::Mishap::store_cut,  prove::Mishap::store_partition,
      prove::Mishap::store_flush,   prove::Mishap::fail_over};
  static std::vector<std::string> mishap_names() {
    std::vector<std::string> names;
    names.reserve(all_mishaps.size());
    for (const prove::Mishap mishap : all_mishaps) names.push_back(prove::name_of(mishap));
    return names;
  }
  static prove::Mishap mishap_of(const std::string& name) {
    return *std::find_if(all_mishaps.begin(), all_mishaps.end(),
                         [&](prove::Mishap mishap) { return prove::name_of(mishap) == name; });
  }

  CLI::App& app_;
  Streams streams_;
  prove::Options options_;
  std::string store_ = "memory";
  std::vector<std::string> mishaps_;
  std::uint32_t seconds_ = 10;
  std::uint32_t pause_ = 10;
  std::uint32_t patience_ = 30;
  bool insecure_ = false;
};

}  // namespace

std::unique_ptr<Command> prove_command(CLI::App& program, Streams streams) {
  return std::make_unique<ProveCommand>(program, streams);
}

}  // namespace cli
