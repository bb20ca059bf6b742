#include <catch2/catch.hpp>

#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

TopicClass class_of(std::string pattern, Retention keep, Policy policy = Policy::gap) {
  return {.pattern = std::move(pattern), .keep = keep, .policy = policy};
}

Hub::Options with(TopicClass made) {
  Hub::Options options;
  options.replica.classes = {std::move(made)};
  return options;
}

Draft keyed(std::string text, std::string topic, std::string key) {
  Draft made = draft(std::move(text), std::move(topic));
  made.publisher_id = std::move(key);
  return made;
}

}  // namespace

TEST_CASE("a class that is full takes nothing from another") {
  Hub::Options options = with(class_of("loud/*", {.bytes = 10'000}));
  World world(options);
  world.publish("calm", "quiet");
  for (int i = 0; i < 100; ++i) {
    world.publish(std::string(500, 'x'), "loud/" + std::to_string(i));
  }
  FakeExchange quiet = world.worker().events("/events?topic=quiet&lastEventId=epoch1-0");
  CHECK(behind_greeting(quiet.read()) == "id: epoch1-1\ndata: calm\n\n");
  FakeExchange loud = world.worker().events("/events?topic=loud/3&lastEventId=epoch1-0");
  CHECK(behind_greeting(loud.read()).starts_with("event: herald.gap"));
}

TEST_CASE("a class has a history and an age of its own") {
  World world(with(class_of("brief/*", {.events = 2, .age = 60s})));
  for (const char* text : {"1", "2", "3"}) {
    world.publish(text, "brief/a");
    world.publish(text, "long");
  }
  CHECK(world.worker()
            .poll("/poll?topic=brief/a&after=x-0")
            .read()
            .starts_with("{\"messages\":[\"2\",\"3\"]"));
  world.loop().advance(61s);
  CHECK(
      world.worker().poll("/poll?topic=brief/a&after=x-0").read().starts_with("{\"messages\":[]"));
  CHECK(world.worker()
            .poll("/poll?topic=long&after=x-0")
            .read()
            .starts_with("{\"messages\":[\"1\",\"2\",\"3\"]"));
}

TEST_CASE("a class without a history reaches who is there, and is gone in a moment") {
  World world(with(class_of("now/*", {.events = 0})));
  FakeExchange stream = world.worker().events("/events?topic=now/a");
  stream.read();
  const std::string first = world.publish("1", "now/a");
  world.publish("2", "now/a");
  CHECK(stream.read() == "id: epoch1-1\ndata: 1\n\nid: epoch1-2\ndata: 2\n\n");
  world.loop().advance(11s);
  FakeExchange late = world.worker().events("/events?topic=now/a", {{"last-event-id", first}});
  CHECK(behind_greeting(late.read()).find("\"reason\":\"expired\"") != std::string::npos);
}

TEST_CASE("a reader too slow for a topic that ends such readers is asked to come back") {
  World world(with(class_of("end/*", {.events = 2}, Policy::end)));
  FakeExchange stream = world.worker().events("/events?topic=end/a");
  stream.read();
  for (const char* text : {"1", "2", "3"}) world.publish(text, "end/a");
  CHECK(stream.read().starts_with("retry: "));
  CHECK(stream.ended);
  FakeExchange again =
      world.worker().events("/events?topic=end/a", {{"last-event-id", "epoch1-0"}});
  CHECK(behind_greeting(again.read()).starts_with("event: herald.gap"));
}

TEST_CASE("a topic that conflates gives the newest of each key, and tells no gap for the others") {
  World world(with(class_of("price/*", {.events = 3}, Policy::conflate)));
  FakeExchange stream = world.worker().events("/events?topic=price/all");
  stream.read();
  for (int i = 1; i <= 20; ++i) {
    world.publish(keyed("a" + std::to_string(i), "price/all", "a"));
    world.publish(keyed("b" + std::to_string(i), "price/all", "b"));
  }
  CHECK(stream.read() == "id: epoch1-39\ndata: a20\n\nid: epoch1-40\ndata: b20\n\n");
  world.publish(keyed("a21", "price/all", "a"));
  CHECK(stream.read() == "id: epoch1-41\ndata: a21\n\n");
}

TEST_CASE("a pattern's readers get the newest of each key as well, and all of the other topics") {
  World world(with(class_of("price/*", {.events = 10}, Policy::conflate)));
  FakeExchange stream = world.worker().events("/events?prefix=p");
  stream.read();
  world.publish("all of these", "plain");
  for (int i = 1; i <= 3; ++i) {
    world.publish(keyed("a" + std::to_string(i), "price/x", "a"));
    world.publish(keyed("p" + std::to_string(i), "plain", "a"));
  }
  CHECK(stream.read() ==
        "id: epoch1-1\ndata: all of these\n\nid: epoch1-3\ndata: p1\n\n"
        "id: epoch1-5\ndata: p2\n\nid: epoch1-6\ndata: a3\n\nid: epoch1-7\ndata: p3\n\n");
}

TEST_CASE("what one of its topics has newer stands for an event only where both are read") {
  World world(with(class_of("price/*", {.events = 10}, Policy::conflate)));
  FakeExchange both = world.worker().events("/events?prefix=price/");
  FakeExchange other = world.worker().events("/events?prefix=price/b");
  both.read();
  other.read();
  Draft shared = keyed("shared", "price/a", "k");
  shared.alternates = {"price/b"};
  world.publish(shared);
  world.publish(keyed("newer", "price/a", "k"));
  CHECK(both.read().starts_with("id: epoch1-1\ndata: shared\n\n"));
  CHECK(other.read() == "id: epoch1-1\ndata: shared\n\n");
}

TEST_CASE("the newest of a key that a conflating topic has lost is told as a gap") {
  World world(with(class_of("price/*", {.events = 2}, Policy::conflate)));
  FakeExchange stream = world.worker().events("/events?topic=price/all");
  stream.read();
  for (const char* key : {"a", "b", "c"}) world.publish(keyed(key, "price/all", key));
  const std::string text = stream.read();
  CHECK(text.find("\"reason\":\"slow\"") != std::string::npos);
  CHECK(text.find("data: b\n\n") != std::string::npos);
  CHECK(text.find("data: c\n\n") != std::string::npos);
}

TEST_CASE("a private event does not stand for one that all may read") {
  World world(with(class_of("price/*", {.events = 10}, Policy::conflate)));
  FakeExchange exact = world.worker().events("/events?topic=price/all");
  FakeExchange pattern = world.worker().events("/events?prefix=price/");
  exact.read();
  pattern.read();
  const auto secret = [](std::string text) {
    Draft made = keyed(std::move(text), "price/all", "a");
    made.is_private = true;
    return made;
  };
  world.publish(keyed("open 1", "price/all", "a"));
  world.publish(keyed("open 2", "price/all", "a"));
  world.publish(secret("secret 1"));
  world.publish(secret("secret 2"));
  CHECK(exact.read() == "id: epoch1-2\ndata: open 2\n\n");
  CHECK(pattern.read() == "id: epoch1-2\ndata: open 2\n\n");
}

TEST_CASE("the newest private event of a key is given, and a gap told for one that has gone") {
  net::Loop loop(net::Loop::Time::manual);
  Topic topic("price/all", 0, 0, Policy::conflate);
  std::uint64_t seq = 0;
  const auto add = [&](bool is_private, std::vector<std::string> alternates = {}) {
    Draft made = keyed("x", "price/all", "a");
    made.is_private = is_private;
    made.alternates = std::move(alternates);
    topic.append(std::make_shared<const Event>("e", ++seq, made, std::chrono::system_clock::now()),
                 net::Clock::time_point::max());
    return topic.at(topic.end() - 1);
  };
  const EventRef open = add(false);
  const EventRef first = add(true);
  const EventRef shared = add(true, {"users/1"});
  const EventRef second = add(true);
  CHECK_FALSE(topic.superseded(*open));
  CHECK(topic.superseded(*first));
  CHECK_FALSE(topic.superseded(*shared));  // some may read it and not the other
  CHECK_FALSE(topic.superseded(*second));
  topic.drop_first();
  CHECK(topic.lost() == 1);
  topic.drop_first();
  CHECK(topic.lost() == 1);
  topic.drop_first();
  CHECK(topic.lost() == 3);
  const EventRef newest = add(false);
  CHECK(topic.superseded(*second));  // all may read the newer one
  CHECK_FALSE(topic.superseded(*newest));
}
