// `herald publish`: sends an event, or one for each line of the standard input, and prints the ids.
#include <CLI/CLI.hpp>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/command.h"
#include "cli/hub_flags.h"
#include "cli/program.h"
#include "cli/publisher.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(URL is where herald serves; the event is posted to its /send, unless URL has a path of its own.
On localhost the development CA of the state folder is trusted. Prints the id of each event.

Examples:
  herald publish https://localhost:8443 --topic news --data "It works"
  herald publish localhost:8443 --topic prices --type tick --json --data '{"btc": 1}'
  date | herald publish localhost:8443 --topic clock --data -
  tail -f app.log | herald publish https://app.test --topic log --lines --key-file secret)help";

class PublishCommand final : public Command {
 public:
  PublishCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("publish", "Send an event to those who listen")),
        streams_(streams),
        hub_(app_) {
    app_.add_option("input", input_, "- reads the event from standard input, as --data - does")
        ->option_text("[-]")
        ->check(CLI::IsMember({"-"}));
    app_.add_option("--topic", message_.topics, "Its topic; several: who reads any of them has it")
        ->envname("HERALD_TOPIC")
        ->type_name("T")
        ->allow_extra_args(false)
        ->required();
    option("--type", message_.type, "E", "Its type, which EventSource listens by", "HERALD_TYPE");
    option("--id", message_.id, "ID", "Its id, instead of the server's", "HERALD_ID");
    data_ = option("--data", message_.text, "TEXT",
                   "What it says; - reads standard input, without a last newline", "HERALD_DATA");
    app_.add_flag("--json", message_.json, "The data is a JSON value, to be sent as such");
    app_.add_flag("--private", message_.is_private,
                  "Only for readers whose token grants one of its topics");
    app_.add_option("--retry", retry_, "How long its readers wait before they come back")
        ->envname("HERALD_RETRY")
        ->check(CLI::Range(250, 300'000))
        ->type_name("MS");
    app_.add_flag("--lines", lines_, "One event for each line of standard input that is not empty");
    app_.add_option("--batch", batch_, "With --lines: how many events go in one request")
        ->capture_default_str()
        ->envname("HERALD_BATCH")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    app_.add_option("--retries", retries_,
                    "How often to try again when the hub is away or busy; an event is taken once")
        ->capture_default_str()
        ->envname("HERALD_RETRIES")
        ->check(CLI::Range(0, 1000))
        ->type_name("N");
    hub_.add_access();
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    if (lines_ && !message_.id.empty())
      throw UsageError("--id is for one event, --lines is for many");
    if (lines_ && !message_.text.empty() && message_.text != "-")
      throw UsageError("--data (HERALD_DATA) is one event, --lines reads many from standard input");
    if (input_ == "-") message_.text = "-";
    if (!lines_ && data_->count() == 0 && input_.empty()) {
      throw UsageError("there is nothing to send: give --data TEXT, --data - or --lines");
    }
    message_.retry = std::chrono::milliseconds(retry_);
    Publisher publisher(options());
    if (lines_) return publish_lines(publisher);
    if (message_.text == "-") {
      message_.text = {std::istreambuf_iterator<char>(streams_.in), {}};
      if (message_.text.ends_with('\n')) message_.text.pop_back();
    }
    streams_.out << publisher.publish(message_) << '\n';
    return done;
  }

 private:
  CLI::Option* option(const char* flag, std::string& into, const char* argument, const char* help,
                      const char* variable) {
    return app_.add_option(flag, into, help)->envname(variable)->type_name(argument);
  }

  // Whoever reads the ids through a pipe wants each as soon as its event is out.
  int publish_lines(Publisher& publisher) {
    std::vector<Message> batch;
    const auto flush = [&] {
      if (batch.empty()) return;
      if (batch.size() == 1) {
        streams_.out << publisher.publish(batch.front()) << '\n';
      } else {
        for (const std::string& id : publisher.publish_all(batch)) streams_.out << id << '\n';
      }
      streams_.out.flush();
      batch.clear();
    };
    while (std::getline(streams_.in, message_.text)) {
      if (message_.text.ends_with('\r')) message_.text.pop_back();
      if (message_.text.empty()) continue;
      batch.push_back(message_);
      if (batch.size() == batch_) flush();
    }
    flush();
    return done;
  }

  Publisher::Options options() const {
    const Target target = parse_target(hub_.url());
    return {.target = target,
            .token = hub_.token(message_.topics, {}),
            .ca_file = hub_.ca_file(target),
            .trust = hub_.trust(),
            .retries = retries_};
  }

  CLI::App& app_;
  Streams streams_;
  HubFlags hub_;
  std::string input_;
  Message message_;
  CLI::Option* data_ = nullptr;
  bool lines_ = false;
  std::size_t batch_ = 1;
  unsigned retries_ = 4;
  std::uint32_t retry_ = 0;
};

}  // namespace

std::unique_ptr<Command> publish_command(CLI::App& program, Streams streams) {
  return std::make_unique<PublishCommand>(program, streams);
}

}  // namespace cli
