// The benchmark's load: events, polls or visits against a server on 127.0.0.1, a slow link in front
// of one, or sends without any. Options in, phases and figures out as JSON lines; scripts/bench is
// what people run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <map>

#include "bench/load/asks.h"
#include "bench/load/bare.h"
#include "bench/load/bare_exchange.h"
#include "bench/load/events.h"
#include "bench/load/link.h"
#include "bench/load/phases.h"
#include "bench/load/polls.h"
#include "bench/load/storm.h"
#include "bench/load/visits.h"

namespace {

using std::chrono::milliseconds;

// So that servers with a limit for one address see as many addresses as a crowd would have.
constexpr std::uint32_t connections_per_source = 200;
constexpr std::int32_t stalled_window = 16 * 1024;  // bytes that a stalled stream takes

milliseconds in_milliseconds(double seconds) {
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

struct Arguments {
  bench::EventsLoad::Options events;
  bench::PollsLoad::Options polls;
  bench::VisitsLoad::Options visits;
  bench::AsksLoad::Options asks;
  bench::StormLoad::Options storm;
  bench::Link::Options link;
  bench::BareOptions bare;
  bench::BareExchangeOptions bare_exchange;
  double warm_up = 1;
  double measure = 5;
  double settle = 1;
  double megabits = 20;
  int delay = 10;
  bool resume = false;
};

void add_target(CLI::App& app, bench::Target& target, Arguments& arguments) {
  app.add_option("--port", target.port, "of the server, on 127.0.0.1")->required();
  app.add_option("--receive-buffer", target.receive_buffer, "SO_RCVBUF, bytes");
  app.add_option("--warm-up", arguments.warm_up, "seconds");
  app.add_option("--seconds", arguments.measure, "of measuring");
}

void add_publisher(CLI::App& app, bench::Publisher::Options& publisher) {
  app.add_option("--publish", publisher.path, "path to POST messages to");
  app.add_option("--type", publisher.type, "content type of a message");
  app.add_option("--before", publisher.before, "text before a message");
  app.add_option("--after", publisher.after, "text after a message");
  app.add_option("--size", publisher.size, "bytes of a message");
}

CLI::App* add_events(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.events;
  CLI::App* app = program.add_subcommand("events", "event streams");
  add_target(*app, options.target, arguments);
  add_publisher(*app, options.publisher);
  app->add_option("--path", options.path, "of the event stream");
  app->add_option("--connections", options.crowd.connections, "");
  app->add_option("--streams", options.streams, "on each connection");
  app->add_option("--stalled", options.stalled, "more of them on each, which are not read");
  app->add_option("--rate", options.rate, "messages a second");
  app->add_option("--window", options.window, "saturate: so many messages on their way");
  app->add_option("--settle", arguments.settle, "seconds before the first message");
  app->add_option("--download", options.download, "path that every connection loads meanwhile");
  return app;
}

CLI::App* add_polls(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.polls;
  CLI::App* app = program.add_subcommand("polls", "long polls");
  add_target(*app, options.target, arguments);
  add_publisher(*app, options.publisher);
  app->add_option("--path", options.path, "of the poll");
  app->add_option("--prefer", options.prefer, "what the client prefers (RFC 7240)");
  app->add_option("--connections", options.crowd.connections, "pollers");
  const std::map<std::string, bench::Cursor> cursors = {{"none", bench::Cursor::none},
                                                        {"parameter", bench::Cursor::parameter},
                                                        {"validators", bench::Cursor::validators}};
  app->add_option("--cursor", options.cursor, "how a poll says what it has had")
      ->transform(CLI::CheckedTransformer(cursors));
  return app;
}

CLI::App* add_visits(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.visits;
  CLI::App* app = program.add_subcommand("visits", "short connections");
  add_target(*app, options.target, arguments);
  app->add_flag("--resume", arguments.resume, "with a ticket");
  app->add_option("--page", options.page, "asked for first");
  app->add_option("--asset", options.assets, "asked for after the page");
  app->add_option("--at-once", options.at_once, "visits under way");
  return app;
}

CLI::App* add_asks(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.asks;
  CLI::App* app = program.add_subcommand("asks", "one client that asks at a steady rate");
  add_target(*app, options.target, arguments);
  app->add_option("--path", options.path, "of the file")->required();
  app->add_option("--rate", options.rate, "requests a second");
  return app;
}

CLI::App* add_storm(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.storm;
  CLI::App* app = program.add_subcommand("storm", "event sources that lose their server at once");
  add_target(*app, options.target, arguments);
  add_publisher(*app, options.publisher);
  app->add_option("--path", options.path, "of the event stream");
  app->add_option("--connections", options.connections, "");
  app->add_option("--streams", options.streams, "on each connection");
  app->add_option("--rate", options.rate, "messages a second");
  return app;
}

CLI::App* add_link(CLI::App& program, Arguments& arguments) {
  CLI::App* app = program.add_subcommand("link", "a slow line to a server");
  app->add_option("--port", arguments.link.to, "of the server, on 127.0.0.1")->required();
  app->add_option("--megabits", arguments.megabits, "a second, each way");
  app->add_option("--delay", arguments.delay, "milliseconds, each way");
  return app;
}

CLI::App* add_bare(CLI::App& program, Arguments& arguments) {
  CLI::App* app =
      program.add_subcommand("bare", "sends alone: what the kernel takes for a broadcast");
  app->add_option("--connections", arguments.bare.connections, "");
  app->add_option("--bytes", arguments.bare.bytes, "of each send");
  app->add_option("--rate", arguments.bare.rate, "broadcasts a second");
  app->add_option("--seconds", arguments.measure, "of measuring");
  app->add_option("--sender-core", arguments.bare.sender_core, "");
  app->add_option("--reader-core", arguments.bare.reader_core, "");
  return app;
}

CLI::App* add_bare_exchange(CLI::App& program, Arguments& arguments) {
  auto& options = arguments.bare_exchange;
  CLI::App* app = program.add_subcommand(
      "bare-exchange", "polls without a server: what the kernel takes for their exchanges");
  app->add_option("--poll", options.poll, "bytes of one");
  app->add_option("--answer", options.answer, "bytes of its answer");
  app->add_option("--publication", options.publication, "bytes of one");
  app->add_option("--receipt", options.receipt, "bytes of its answer");
  app->add_option("--seconds", arguments.measure, "of measuring");
  app->add_option("--server-core", options.server_core, "");
  app->add_option("--client-core", options.client_core, "");
  return app;
}

void spread(bench::Target& target, std::uint32_t connections) {
  target.sources = std::max(1U, connections / connections_per_source);
}

template <typename Load, typename Options>
int run(const Options& options) {
  net::Loop loop;
  const Load load(loop, options);
  loop.run();
  return load.succeeded() ? 0 : 1;
}

int run_link(const bench::Link::Options& options) {
  net::Loop loop;
  const bench::Link link(loop, options);
  bench::tell("listening", {{"port", link.port()}});
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("The benchmark's load");
  program.require_subcommand(1);
  Arguments given;
  const CLI::App* events = add_events(program, given);
  const CLI::App* polls = add_polls(program, given);
  const CLI::App* visits = add_visits(program, given);
  const CLI::App* asks = add_asks(program, given);
  const CLI::App* storm = add_storm(program, given);
  const CLI::App* bare = add_bare(program, given);
  const CLI::App* bare_exchange = add_bare_exchange(program, given);
  add_link(program, given);
  CLI11_PARSE(program, argc, argv);

  if (events->parsed()) {
    auto& options = given.events;
    spread(options.target, options.crowd.connections);
    if (options.stalled > 0) options.target.stall_after = stalled_window;
    options.warm_up = in_milliseconds(given.warm_up);
    options.measure = in_milliseconds(given.measure);
    options.settle = in_milliseconds(given.settle);
    return run<bench::EventsLoad>(options);
  }
  if (polls->parsed()) {
    auto& options = given.polls;
    spread(options.target, options.crowd.connections);
    options.warm_up = in_milliseconds(given.warm_up);
    options.measure = in_milliseconds(given.measure);
    return run<bench::PollsLoad>(options);
  }
  if (visits->parsed()) {
    auto& options = given.visits;
    options.target.sources =
        1000;  // a new connection each time: one address would run out of ports
    options.warm_up = in_milliseconds(given.warm_up);
    options.measure = in_milliseconds(given.measure);
    if (given.resume) options.handshake = bench::VisitsLoad::Handshake::resumed;
    return run<bench::VisitsLoad>(options);
  }
  if (asks->parsed()) {
    given.asks.warm_up = in_milliseconds(given.warm_up);
    given.asks.measure = in_milliseconds(given.measure);
    return run<bench::AsksLoad>(given.asks);
  }
  if (storm->parsed()) {
    auto& options = given.storm;
    spread(options.target, options.connections);
    options.calm = in_milliseconds(given.measure);
    return run<bench::StormLoad>(options);
  }
  if (bare->parsed()) {
    given.bare.measure = in_milliseconds(given.measure);
    bench::tell("done", {{"us_per_send", bench::measure_bare_send(given.bare)}});
    return 0;
  }
  if (bare_exchange->parsed()) {
    auto& options = given.bare_exchange;
    options.measure = in_milliseconds(given.measure);
    bench::tell("done", {{"us_per_message", bench::measure_bare_exchange(options)}});
    return 0;
  }
  given.link.bytes_per_second = given.megabits * 1e6 / 8;
  given.link.delay = milliseconds(given.delay);
  return run_link(given.link);
} catch (const std::exception& error) {
  bench::tell("failed", {{"why", error.what()}});
  return 1;
}
