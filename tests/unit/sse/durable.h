// Durable: one worker over a file of events that outlives it, restarted as often as a test wants.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "sse/sqlite_sequencer.h"
#include "tests/unit/sse/world.h"
#include "tests/unit/static/temporary_folder.h"

namespace sse::testing {

// Turns `loop` until `condition` holds, as other threads have a part in it.
template <typename Condition>
bool eventually(net::Loop& loop, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.settle();
    std::this_thread::yield();
  }
  return true;
}

struct Durable {
  Durable() {
    options.file = (folder / "events.db").string();
    options.complain = [this](const std::string& what) { complaints.push_back(what); };
    start();
  }
  void start() {
    sequencer = std::make_unique<SqliteSequencer>(options);
    worker = std::make_unique<Worker>(*sequencer, cursors, authorizer, hub_options);
  }
  void stop() {
    worker.reset();
    sequencer.reset();
  }
  void restart() {
    stop();
    start();
  }

  Published publish_all(std::vector<Draft> drafts) {
    std::unique_ptr<Published> said;
    sequencer->publish(std::move(drafts), worker->loop, [&said](const Published& published) {
      said = std::make_unique<Published>(published);
    });
    REQUIRE(eventually(worker->loop, [&] { return said != nullptr; }));
    return *said;
  }
  // The id, or the sentence of a refusal.
  std::string publish(std::string text, std::string topic = "messages") {
    const Published said = publish_all({draft(std::move(text), std::move(topic))});
    if (const auto* refused = std::get_if<Refused>(&said)) return refused->sentence;
    return std::get<EventIds>(said).front().print();
  }

  // What a stream gives until it has had `text`.
  std::string read_until(FakeExchange& stream, std::string_view text) {
    std::string read;
    const bool found = eventually(worker->loop, [&] {
      read += stream.read();
      return read.find(text) != std::string::npos;
    });
    return found ? read : "not found in: " + read;
  }

  ::testing::TemporaryFolder folder;
  std::vector<std::string> complaints;
  SqliteSequencer::Options options;
  Hub::Options hub_options;
  ClientCursors cursors;
  Authorizer authorizer{{.dev = true, .tokens = {}, .keys = {}, .subscribe_requires_token = false}};
  std::unique_ptr<SqliteSequencer> sequencer;
  std::unique_ptr<Worker> worker;
};

}  // namespace sse::testing
