// World: one sequencer and as many workers as a test wants, on loops whose time the test moves.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/hub.h"
#include "sse/memory_sequencer.h"
#include "tests/support/fake_exchange.h"

namespace sse::testing {

using ::testing::FakeExchange;
using ::testing::get;
using namespace std::chrono_literals;

inline Draft draft(std::string text, std::string topic = "messages", std::string type = "") {
  return {.topic = std::move(topic),
          .type = std::move(type),
          .data = std::move(text),
          .form = Form::text,
          .publisher_id = "",
          .key = ""};
}

struct Worker {
  Worker(Sequencer& sequencer, ClientCursors& cursors, const Authorizer& authorizer,
         const Hub::Options& options)
      : hub(loop, sequencer, cursors, authorizer, options) {
    loop.settle();
  }
  net::Loop loop{net::Loop::Time::manual};
  Hub hub;

  FakeExchange ask(http::Handler& handler, http::Request request, std::uint64_t connection = 1) {
    http::Peer peer;
    peer.address = "127.0.0.1";
    peer.connection = connection;
    request.peer = &peer;
    FakeExchange fake;
    handler.handle(request, fake.exchange());
    return fake;
  }
  FakeExchange events(std::string target, std::initializer_list<http::Field> fields = {}) {
    return ask(hub.event_stream(), get(std::move(target), fields));
  }
  FakeExchange poll(std::string target, std::uint64_t connection = 1) {
    return ask(hub.long_poll(), get(std::move(target)), connection);
  }
};

struct World {
  explicit World(Hub::Options chosen = {},
                 Authorizer::Options rights = {.dev = true,
                                               .tokens = {},
                                               .keys = {},
                                               .subscribe_requires_token = false})
      : options(std::move(chosen)), authorizer(std::move(rights)) {
    // How much a slice of some length does is chance.
    if (options.slice == net::Slice::standard) options.slice = 1min;
    add_worker();
  }
  void add_worker() {
    workers.push_back(std::make_unique<Worker>(sequencer, cursors, authorizer, options));
  }
  Worker& worker(std::size_t i = 0) { return *workers[i]; }
  net::Loop& loop() { return worker().loop; }

  // Returns the id, once every worker has the event.
  std::string publish(Draft what) {
    std::string id;
    publish_unseen(std::move(what), id);
    for (auto& each : workers) each->loop.settle();
    return id;
  }
  std::string publish(std::string text, std::string topic = "messages") {
    return publish(draft(std::move(text), std::move(topic)));
  }
  // `id` is set when worker 0's loop has turned.
  void publish_unseen(Draft what, std::string& id) {
    sequencer.publish({std::move(what)}, loop(), [&id](const Published& published) {
      const auto* given = std::get_if<EventIds>(&published);
      id = given ? given->front().print() : std::get<Refused>(published).sentence;
    });
  }

  Hub::Options options;
  MemorySequencer sequencer{"epoch1"};
  ClientCursors cursors;
  Authorizer authorizer;
  std::vector<std::unique_ptr<Worker>> workers;
};

// What is left of a stream's text behind its first comment and its "retry".
inline std::string behind_greeting(const std::string& text) {
  const std::string greeting = ":ok\n\nretry: ";
  if (!text.starts_with(greeting)) return "no greeting in: " + text;
  return text.substr(text.find("\n\n", greeting.size()) + 2);
}

}  // namespace sse::testing
