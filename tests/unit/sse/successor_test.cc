// A process that takes over from one that still writes the file of events.
#include <catch2/catch.hpp>

#include "tests/unit/sse/durable.h"

using namespace sse;
using namespace sse::testing;

namespace {

// A second process, which is to go on with the file of the first.
struct Successor {
  explicit Successor(Durable& before) : predecessor(before) {
    SqliteSequencer::Options options = before.options;
    options.in_use = SqliteSequencer::InUse::awaited;
    sequencer = std::make_unique<SqliteSequencer>(std::move(options));
    worker = std::make_unique<Worker>(*sequencer, cursors, before.authorizer, before.hub_options);
  }

  // `answer` is set to the id, or the reason, when there is one.
  void publish(std::string text, std::string& answer) {
    sequencer->publish({draft(std::move(text))}, worker->loop, [&answer](const Published& said) {
      const auto* ids = std::get_if<EventIds>(&said);
      answer = ids ? ids->front().print() : std::get<Refused>(said).sentence;
    });
  }
  bool has(FakeExchange& stream, std::string& text, std::string_view wanted) {
    return eventually(worker->loop, [&] {
      predecessor.worker->loop.settle();
      text += stream.read();
      return text.find(wanted) != std::string::npos;
    });
  }

  Durable& predecessor;
  ClientCursors cursors;
  std::unique_ptr<SqliteSequencer> sequencer;
  std::unique_ptr<Worker> worker;
};

std::string epoch_of(const std::string& id) { return EventId::parse(id).value_or(EventId{}).epoch; }

}  // namespace

TEST_CASE("readers of a successor get what its predecessor still writes, in order and once") {
  Durable old;
  const std::string first = old.publish("one");
  Successor fresh(old);
  FakeExchange stream = fresh.worker->events("/events", {{"last-event-id", first}});
  old.publish("two");
  old.publish("three");
  std::string text;
  REQUIRE(fresh.has(stream, text, "data: three\n\n"));
  const std::string id = "id: " + epoch_of(first);
  CHECK(behind_greeting(text).find(id + "-2\ndata: two\n\n" + id + "-3\ndata: three\n\n") !=
        std::string::npos);
  CHECK(text.find("herald.gap") == std::string::npos);
}

TEST_CASE("what is published to a successor waits for the release, and follows all before it") {
  Durable old;
  const std::string first = old.publish("one");
  Successor fresh(old);
  std::string answer;
  fresh.publish("three", answer);
  old.publish("two");
  fresh.worker->loop.settle();
  CHECK(answer.empty());
  CHECK_FALSE(fresh.sequencer->has_store());
  FakeExchange stream = fresh.worker->events("/events", {{"last-event-id", first}});
  old.sequencer->release();
  REQUIRE(eventually(fresh.worker->loop, [&] { return !answer.empty(); }));
  CHECK(fresh.sequencer->has_store());
  CHECK(answer == epoch_of(first) + "-3");
  std::string text;
  REQUIRE(fresh.has(stream, text, "data: three\n\n"));
  CHECK(text.find("data: two\n\nid: " + answer + "\n") != std::string::npos);
  CHECK(text.find("herald.gap") == std::string::npos);
}

TEST_CASE("a reader that has seen more than the successor has heard of is not told of a gap") {
  Durable old;
  old.publish("one");
  Successor fresh(old);
  const std::string last = old.publish("two");
  FakeExchange stream = fresh.worker->events("/events", {{"last-event-id", last}});
  old.publish("three");
  std::string text;
  REQUIRE(fresh.has(stream, text, "data: three\n\n"));
  CHECK(text.find("herald.gap") == std::string::npos);
  CHECK(text.find("data: two") == std::string::npos);
}

TEST_CASE("a store that has been released takes no more events, and what was given to it is kept") {
  Durable old;
  std::string given;
  old.sequencer->publish({draft("last")}, old.worker->loop, [&given](const Published& said) {
    if (const auto* ids = std::get_if<EventIds>(&said)) given = ids->front().print();
  });
  old.sequencer->release();
  REQUIRE(eventually(old.worker->loop, [&] { return !given.empty(); }));
  CHECK(old.publish("late") == "Another process has taken over: try again.");
  old.restart();
  CHECK(old.publish("next") == epoch_of(given) + "-2");
}

TEST_CASE("a predecessor that ends without a release is succeeded as well") {
  Durable old;
  const std::string first = old.publish("one");
  Successor fresh(old);
  std::string answer;
  fresh.publish("two", answer);
  old.stop();
  REQUIRE(eventually(fresh.worker->loop, [&] { return !answer.empty(); }));
  CHECK(answer == epoch_of(first) + "-2");
}

TEST_CASE("a successor may end before its predecessor does") {
  Durable old;
  old.publish("one");
  std::string answer;
  {
    Successor fresh(old);
    fresh.publish("never", answer);
    fresh.worker.reset();
  }
  CHECK(answer.empty());
  CHECK(old.publish("two").ends_with("-2"));
}
