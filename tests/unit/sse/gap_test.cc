#include <catch2/catch.hpp>

#include "tests/unit/sse/relay.h"

using namespace sse;
using namespace sse::testing;

namespace {

std::string gap(std::string_view requested, std::string_view resumed, std::string_view earliest,
                std::string_view complete_after, std::string_view reason) {
  const std::string first = earliest.empty() ? "null" : "\"" + std::string(earliest) + "\"";
  return "event: herald.gap\ndata: {\"requested\":\"" + std::string(requested) +
         "\",\"resumed\":\"" + std::string(resumed) + "\",\"earliest\":" + first +
         ",\"complete_after\":\"" + std::string(complete_after) + "\",\"reason\":\"" +
         std::string(reason) + "\"}\n\n";
}

std::string resumed(World& world, std::string id, std::string target = "/events") {
  return behind_greeting(world.worker().events(std::move(target), {{"last-event-id", id}}).read());
}

Hub::Options short_history() {
  Hub::Options options;
  options.replica.events_per_topic = 2;
  return options;
}

const std::string kept = "id: epoch1-2\ndata: 2\n\nid: epoch1-3\ndata: 3\n\n";

}  // namespace

TEST_CASE("an id older than the history is told as a gap before anything else") {
  World world(short_history());
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  CHECK(resumed(world, "epoch1-0") ==
        gap("epoch1-0", "epoch1-2", "epoch1-2", "epoch1-1", "expired") + kept);
  CHECK(resumed(world, "epoch1-1") == kept);  // has the one that is not there any more
}

TEST_CASE("an id of another epoch, a malformed one and one ahead are gaps with their reasons") {
  World world(short_history());
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  const std::string at = "epoch1-2";
  CHECK(resumed(world, "epoch0-2") == gap("epoch0-2", at, at, "epoch1-1", "epoch") + kept);
  CHECK(resumed(world, "urn:uuid:1") == gap("urn:uuid:1", at, at, "epoch1-1", "malformed") + kept);
  CHECK(resumed(world, "epoch1-4") == gap("epoch1-4", at, at, "epoch1-1", "ahead") + kept);
  const std::string huge(100'000, '7');
  CHECK(resumed(world, huge) == gap(huge.substr(0, 64), at, at, "epoch1-1", "malformed") + kept);
  CHECK(resumed(world, "\xff\"\n").find("\"reason\":\"malformed\"") != std::string::npos);
}

TEST_CASE("a gap with nothing behind it is followed by a checkpoint") {
  World world;
  CHECK(resumed(world, "old-5") ==
        gap("old-5", "epoch1-0", "", "epoch1-0", "epoch") + "id: epoch1-0\n\n");
}

TEST_CASE("a quiet topic has no gap because a chatty one has") {
  World world(short_history());
  world.publish("calm", "quiet");
  for (int i = 0; i < 50; ++i) world.publish("noise", "chatty");
  CHECK(resumed(world, "epoch1-0", "/events?topic=quiet") == "id: epoch1-1\ndata: calm\n\n");
  CHECK(resumed(world, "epoch1-1", "/events?topic=quiet").empty());
  CHECK(resumed(world, "epoch1-1", "/events?topic=quiet&topic=chatty").find("expired") !=
        std::string::npos);
}

TEST_CASE("a reader of several topics is told up to where any of them has lost something") {
  World world(short_history());
  world.publish("a1", "a");  // 1
  world.publish("a2", "a");
  for (const char* text : {"b1", "b2", "b3", "b4"}) world.publish(text, "b");  // 3 to 6
  CHECK(resumed(world, "epoch1-0", "/events?topic=a&topic=b") ==
        gap("epoch1-0", "epoch1-1", "epoch1-1", "epoch1-4", "expired") +
            "id: epoch1-1\ndata: a1\n\nid: epoch1-2\ndata: a2\n\n"
            "id: epoch1-5\ndata: b3\n\nid: epoch1-6\ndata: b4\n\n");
}

TEST_CASE("what was lost with a forgotten topic is remembered") {
  Hub::Options options;
  options.replica.age = 60s;
  World world(options);
  world.publish("old", "t");
  world.loop().advance(61s);
  CHECK(world.worker().hub.counters().topics == 0);
  CHECK(resumed(world, "epoch1-0", "/events?topic=t") ==
        gap("epoch1-0", "epoch1-1", "", "epoch1-1", "expired") + "id: epoch1-1\n\n");
  CHECK(resumed(world, "epoch1-1", "/events?topic=t") == "id: epoch1-1\n\n");
}

TEST_CASE("a reader that falls off the log is told, and goes on with the oldest event kept") {
  World world(short_history());
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  world.publish("1");
  CHECK(stream.read() == "id: epoch1-1\ndata: 1\n\n");
  for (const char* text : {"2", "3", "4", "5"}) world.publish(text);
  CHECK(stream.read() == gap("epoch1-1", "epoch1-4", "epoch1-4", "epoch1-3", "slow") +
                             "id: epoch1-4\ndata: 4\n\nid: epoch1-5\ndata: 5\n\n");
}

TEST_CASE("an event that is half sent is sent whole though it is evicted meanwhile") {
  World world(short_history());
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  world.publish("first event");
  std::vector<std::byte> small(20);
  CHECK(stream.response().body->read(small, stream.waker) == http::Read{20, false});
  const std::string start(reinterpret_cast<const char*>(small.data()), small.size());
  for (const char* text : {"2", "3", "4"}) world.publish(text);
  CHECK(start + stream.read(7) == "id: epoch1-1\ndata: first event\n\n" +
                                      gap("epoch1-1", "epoch1-3", "epoch1-3", "epoch1-2", "slow") +
                                      "id: epoch1-3\ndata: 3\n\nid: epoch1-4\ndata: 4\n\n");
}

TEST_CASE("a history that begins anew under a stream is told as a gap") {
  net::Loop loop(net::Loop::Time::manual);
  MemorySequencer sequencer("epoch1");
  ClientCursors cursors;
  const Authorizer authorizer({});
  Relay relay;
  Hub hub(loop, relay, cursors, authorizer, {});
  FakeExchange early;
  hub.event_stream().handle(get("/events"), early.exchange());
  CHECK(early.read().starts_with("retry: "));  // nothing can be promised yet
  CHECK(early.ended);

  relay.inbox->start("one", 4);
  loop.settle();
  FakeExchange stream;
  hub.event_stream().handle(get("/events"), stream.exchange());
  CHECK(behind_greeting(stream.read()) == "id: one-4\n\n");
  relay.inbox->start("two", 0);
  loop.settle();
  CHECK(stream.waker.wakes == 1);
  CHECK(stream.read() == gap("one-4", "two-0", "", "two-0", "epoch") + "id: two-0\n\n");
  relay.give("two", 1);
  loop.settle();
  CHECK(stream.read() == "id: two-1\ndata: x\n\n");
  relay.give("two", 3);  // 2 never came
  loop.settle();
  CHECK(stream.read() ==
        gap("two-1", "two-3", "two-3", "two-2", "expired") + "id: two-3\ndata: x\n\n");
}
