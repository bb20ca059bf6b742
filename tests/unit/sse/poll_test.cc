#include <catch2/catch.hpp>

#include "tests/unit/sse/relay.h"

using namespace sse;
using namespace sse::testing;

namespace {

std::string said(std::string_view messages, std::string_view cursor, std::string_view more = "") {
  return "{\"messages\":[" + std::string(messages) + "],\"cursor\":\"" + std::string(cursor) +
         "\"" + std::string(more) + "}";
}

// Of which every answer is written as it is read.
Hub::Options as_read() {
  Hub::Options options;
  options.polls.text_bytes = 0;
  return options;
}

std::string some_bytes(FakeExchange& poll, std::size_t most) {
  std::vector<std::byte> buffer(most);
  const http::Read got = poll.response().body->read(buffer, poll.waker);
  return {reinterpret_cast<const char*>(buffer.data()), got.bytes};
}

}  // namespace

TEST_CASE("a poll behind the newest event is answered at once") {
  World world;
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  FakeExchange poll = world.worker().poll("/poll?after=epoch1-1");
  CHECK(poll.status() == 200);
  CHECK(poll.field("content-type") == "application/json");
  CHECK(poll.field("cache-control") == "no-store");
  CHECK(poll.response().live);
  CHECK(poll.read() == said("\"2\",\"3\"", "epoch1-3"));
}

TEST_CASE("a poll that has everything waits for the next publish, and gets the whole batch") {
  World world;
  world.publish("1");
  FakeExchange poll = world.worker().poll("/poll?after=epoch1-1");
  FakeExchange fresh = world.worker().poll("/poll");
  FakeExchange other = world.worker().poll("/poll?topic=other");
  CHECK_FALSE(poll.answered());
  CHECK(world.worker().hub.counters().polls == 3);
  std::string id;
  world.publish_unseen(draft("2"), id);
  world.publish_unseen(draft("3"), id);
  world.loop().settle();
  CHECK(poll.read() == said("\"2\",\"3\"", "epoch1-3"));
  CHECK(fresh.read() == said("\"2\",\"3\"", "epoch1-3"));
  CHECK_FALSE(other.answered());
  CHECK(world.worker().hub.counters().polls == 1);
}

TEST_CASE("a poll without news is answered with none when its time is up") {
  World world;
  FakeExchange poll = world.worker().poll("/poll?topic=quiet&timeout=10");
  FakeExchange usual = world.worker().poll("/poll?topic=quiet");
  FakeExchange longest = world.worker().poll("/poll?topic=quiet&timeout=3600");
  world.publish("elsewhere");
  world.loop().advance(8900ms);
  CHECK_FALSE(poll.answered());
  world.loop().advance(1200ms);
  CHECK(poll.read() == said("", "epoch1-1"));
  CHECK_FALSE(usual.answered());
  world.loop().advance(15s);
  CHECK(usual.answered());
  CHECK_FALSE(longest.answered());
  world.loop().advance(35s);
  CHECK(longest.answered());
  CHECK(world.worker().poll("/poll?timeout=0").read() == said("", "epoch1-1"));
}

TEST_CASE("messages come back as they were published, JSON as JSON and text as text") {
  World world;
  Draft value = draft("{\"a\":[1,null]}");
  value.form = Form::json;
  world.publish(value);
  world.publish("{\"a\":1} \"quoted\"\nline");
  CHECK(world.worker().poll("/poll?after=epoch1-0").read() ==
        said("{\"a\":[1,null]},\"{\\\"a\\\":1} \\\"quoted\\\"\\nline\"", "epoch1-2"));
}

TEST_CASE("envelopes carry id, topic, type, and the publisher's own id") {
  World world;
  Draft named = draft("x", "t", "tick");
  named.publisher_id = "mine";
  world.publish(named);
  world.publish("y", "t");
  CHECK(world.worker().poll("/poll?topic=t&after=epoch1-0&envelope=true").read() ==
        said("{\"id\":\"epoch1-1\",\"topic\":\"t\",\"type\":\"tick\",\"publisher_id\":\"mine\","
             "\"data\":\"x\"},{\"id\":\"epoch1-2\",\"topic\":\"t\",\"type\":\"message\",\"data\":"
             "\"y\"}",
             "epoch1-2"));
}

TEST_CASE("a backlog is paged") {
  World world;
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  CHECK(world.worker().poll("/poll?after=epoch1-0&max=2").read() ==
        said("\"1\",\"2\"", "epoch1-2", ",\"more\":true"));
  CHECK(world.worker().poll("/poll?after=epoch1-2&max=2").read() == said("\"3\"", "epoch1-3"));
}

TEST_CASE("an answer is bounded in bytes as well, but has at least one message") {
  Hub::Options options;
  options.polls.answer_bytes = 10;
  World world(options);
  world.publish(std::string(50, 'x'));
  world.publish("2");
  CHECK(world.worker().poll("/poll?after=epoch1-0").read() ==
        said("\"" + std::string(50, 'x') + "\"", "epoch1-1", ",\"more\":true"));
}

TEST_CASE("a poll is told of a gap at once") {
  Hub::Options options;
  options.replica.events_per_topic = 1;
  World world(options);
  world.publish("1");
  world.publish("2");
  CHECK(world.worker().poll("/poll?after=epoch1-0").read() ==
        said("\"2\"", "epoch1-2",
             ",\"gap\":{\"requested\":\"epoch1-0\",\"resumed\":\"epoch1-2\",\"earliest\":"
             "\"epoch1-2\",\"complete_after\":\"epoch1-1\",\"reason\":\"expired\"}"));
  CHECK(world.worker()
            .poll("/poll?after=nonsense&topic=none")
            .read()
            .starts_with("{\"messages\":[],\"cursor\":\"epoch1-2\",\"gap\":{"));
}

TEST_CASE("a poll that hears nothing from the store in time keeps its place, however long its id") {
  Relay relay;
  relay.remembers = true;
  ClientCursors cursors;
  const Authorizer authorizer({});
  Worker worker(relay, cursors, authorizer, {});
  relay.inbox->start("one", 5);
  worker.loop.settle();
  const std::string id = "urn:" + std::string(250, 'x');
  FakeExchange poll = worker.poll("/poll?timeout=0&after=" + id);
  worker.loop.advance(3s);
  CHECK(poll.read() == said("", id));
}

TEST_CASE("bad parameters of a poll are refused with their names") {
  World world;
  for (const char* bad : {"timeout=soon", "timeout=-1", "timeout=", "timeout=1.5", "max=0", "max=x",
                          "envelope=maybe", "clientId=", "clientId=a%00", "topic=%0D"}) {
    FakeExchange poll = world.worker().poll(std::string("/poll?") + bad);
    CHECK(poll.status() == 400);
    CHECK(poll.field("content-type") == "application/problem+json");
  }
  http::Request post = get("/poll");
  post.method = "POST";
  CHECK(world.worker().ask(world.worker().hub.long_poll(), post).status() == 405);
}

TEST_CASE("a named client gets what is published between its polls") {
  World world;
  world.publish("before it came");
  FakeExchange first = world.worker().poll("/poll?clientId=c");
  CHECK_FALSE(first.answered());
  world.publish("1");
  CHECK(first.read() == said("\"1\"", "epoch1-2"));
  world.publish("2");
  world.publish("3");
  CHECK(world.worker().poll("/poll?clientId=c").read() == said("\"2\",\"3\"", "epoch1-4"));
}

TEST_CASE("a named client that prefers a minimal answer gets the messages and nothing else") {
  World world;
  const auto ask = [&](const char* target, const char* prefer) {
    return world.worker().ask(world.worker().hub.long_poll(), get(target, {{"prefer", prefer}}));
  };
  FakeExchange first = ask("/poll?clientId=c", "return=minimal");
  world.publish("1");
  CHECK(first.read() == "[\"1\"]");
  world.publish("2");
  world.publish("3");
  CHECK(ask("/poll?clientId=c&max=1", "wait=5, Return=minimal; a=b").read() == "[\"2\"]");
  CHECK(ask("/poll?clientId=c", "return=minimal").read() == "[\"3\"]");
  CHECK(ask("/poll?clientId=c&timeout=0", "return=minimal").read() == "[]");
  world.publish("4");
  CHECK(ask("/poll?clientId=c", "return=representation").read() == said("\"4\"", "epoch1-4"));
}

TEST_CASE(
    "what is preferred may name the client as well, which costs a byte where a URL costs all") {
  World world;
  const auto ask = [&](const char* target, const char* prefer) {
    return world.worker().ask(world.worker().hub.long_poll(), get(target, {{"prefer", prefer}}));
  };
  FakeExchange first = ask("/poll", "return=minimal; client=c");
  world.publish("1");
  CHECK(first.read() == "[\"1\"]");
  world.publish("2");
  CHECK(ask("/poll", "respond-async, Return=minimal;Client=\"c\"").read() == "[\"2\"]");
  world.publish("3");
  CHECK(world.worker().poll("/poll?clientId=c").read() == said("\"3\"", "epoch1-3"));
  world.publish("4");
  CHECK(ask("/poll?clientId=of-the-url", "return=minimal; client=c").read() == "[\"4\"]");
  CHECK(ask("/poll", "return=minimal; client=\x80").status() == 400);
}

TEST_CASE("a minimal answer is no less than the reader needs: a cursor, word of a gap") {
  Hub::Options options;
  options.replica.events_per_topic = 1;
  World world(options);
  world.publish("1");
  world.publish("2");
  const auto ask = [&](const char* target) {
    return world.worker().ask(world.worker().hub.long_poll(),
                              get(target, {{"prefer", "return=minimal"}}));
  };
  CHECK(ask("/poll?after=epoch1-1").read() == said("\"2\"", "epoch1-2"));
  CHECK(ask("/poll?after=epoch1-0&clientId=c")
            .read()
            .starts_with("{\"messages\":[\"2\"],\"cursor\":\"epoch1-2\",\"gap\":{"));
}

TEST_CASE("clients that poll alike get an answer each in the form they prefer") {
  World world;
  FakeExchange minimal = world.worker().ask(
      world.worker().hub.long_poll(), get("/poll?clientId=a", {{"prefer", "return=minimal"}}));
  FakeExchange usual = world.worker().poll("/poll?clientId=b");
  world.publish("1");
  CHECK(minimal.read() == "[\"1\"]");
  CHECK(usual.read() == said("\"1\"", "epoch1-1"));
}

TEST_CASE("an answer that may not have arrived is given again on another connection") {
  World world;
  world.worker().poll("/poll?clientId=c&timeout=0", 1);
  world.publish("1");
  CHECK(world.worker().poll("/poll?clientId=c", 1).read() == said("\"1\"", "epoch1-1"));
  world.publish("2");
  CHECK(world.worker().poll("/poll?clientId=c", 2).read() == said("\"1\",\"2\"", "epoch1-2"));
  FakeExchange next = world.worker().poll("/poll?clientId=c", 2);
  CHECK_FALSE(next.answered());
}

TEST_CASE("an answer that was cancelled before it was sent whole is given again") {
  World world;
  world.worker().poll("/poll?clientId=c&timeout=0");
  world.publish("a long message");
  {
    FakeExchange cancelled = world.worker().poll("/poll?clientId=c");
    std::vector<std::byte> small(10);
    cancelled.response().body->read(small, cancelled.waker);
  }
  CHECK(world.worker().poll("/poll?clientId=c").read() == said("\"a long message\"", "epoch1-1"));
}

TEST_CASE("a named client's own word of how far it has come counts most") {
  World world;
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  CHECK(world.worker().poll("/poll?clientId=c&after=epoch1-1").read() ==
        said("\"2\",\"3\"", "epoch1-3"));
}

TEST_CASE("a second poll of a client ends the one that waits") {
  World world;
  FakeExchange first = world.worker().poll("/poll?clientId=c");
  FakeExchange second = world.worker().poll("/poll?clientId=c");
  CHECK(first.read() == said("", "epoch1-0"));
  CHECK_FALSE(second.answered());
  world.publish("1");
  CHECK(second.read() == said("\"1\"", "epoch1-1"));
}

TEST_CASE("a second poll on another worker leaves the first without messages") {
  World world;
  world.add_worker();
  FakeExchange first = world.worker(0).poll("/poll?clientId=c");
  FakeExchange second = world.worker(1).poll("/poll?clientId=c", 2);
  world.publish("1");
  CHECK(first.read() == said("", "epoch1-0"));
  CHECK(second.read() == said("\"1\"", "epoch1-1"));
  FakeExchange third = world.worker(0).poll("/poll?clientId=c", 3);
  CHECK(third.read() == said("\"1\"", "epoch1-1"));
}

TEST_CASE("a named client that has left without a word loses nothing") {
  World world;
  FakeExchange gone = world.worker().poll("/poll?clientId=c");
  gone.leave();
  world.publish("1");
  CHECK_FALSE(gone.answered());
  CHECK(world.worker().poll("/poll?clientId=c").read() == said("\"1\"", "epoch1-1"));
}

TEST_CASE("clients are forgotten by age, and the longest silent by number") {
  ClientCursors cursors({.clients = 2, .age = 60s});
  const net::Clock::time_point start{};
  cursors.begin("a", 1, "e-1", "e-9", start);
  cursors.begin("b", 1, "e-1", "e-9", start);
  cursors.begin("a", 1, std::nullopt, "e-9", start + 1s);
  cursors.begin("c", 1, "e-1", "e-9", start + 2s);
  CHECK(cursors.begin("b", 1, std::nullopt, "e-9", start + 3s).after == "e-9");
  CHECK(cursors.begin("c", 1, std::nullopt, "e-9", start + 61s).after == "e-1");
  CHECK(cursors.begin("a", 1, std::nullopt, "e-9", start + 200s).after == "e-9");
  CHECK(cursors.size() == 1);
}

TEST_CASE("a named client that was forgotten while it waited gets its messages all the same") {
  World world;
  FakeExchange waiting = world.worker().poll("/poll?clientId=c");
  // A crowd of others, of which each polls once.
  for (int i = 0; i <= 100'000; ++i) {
    world.cursors.begin(std::to_string(i), 2, std::nullopt, "epoch1-0", world.loop().now());
  }
  world.publish("1");
  CHECK(waiting.read() == said("\"1\"", "epoch1-1"));
  world.publish("2");
  CHECK(world.worker().poll("/poll?clientId=c").read() == said("\"2\"", "epoch1-2"));
}

TEST_CASE("drain answers the polls that wait, and sends new ones away for a while") {
  World world;
  FakeExchange poll = world.worker().poll("/poll");
  world.worker().hub.drain();
  CHECK(poll.read() == said("", "epoch1-0"));
  FakeExchange late = world.worker().poll("/poll");
  CHECK(late.status() == 503);
  CHECK(late.field("retry-after") == "2");
}

TEST_CASE("the number of polls that wait is bounded, and those that have left make way") {
  Hub::Options options;
  options.polls.held = 2;
  World world(options);
  FakeExchange one = world.worker().poll("/poll");
  FakeExchange two = world.worker().poll("/poll");
  CHECK(world.worker().poll("/poll").status() == 503);
  one.leave();
  CHECK_FALSE(world.worker().poll("/poll").answered());
  CHECK_FALSE(two.answered());
}

TEST_CASE("a poll whose client has left is counted no more, and the next news does not find it") {
  World world;
  FakeExchange one = world.worker().poll("/poll");
  FakeExchange two = world.worker().poll("/poll");
  CHECK(world.worker().hub.counters().polls == 2);
  one.leave();
  CHECK(world.worker().hub.counters().polls == 1);
  world.publish("1");
  CHECK(two.answered());
  CHECK(world.worker().hub.counters().polls == 0);
}

TEST_CASE(
    "answers that nobody takes are kept as text up to a bound, and the others cost no memory") {
  Hub::Options options;
  options.polls.text_bytes = 100'000;
  World world(options);
  for (int i = 0; i < 100; ++i) world.publish(std::string(1000, 'x'));
  std::string answers;
  {
    std::vector<FakeExchange> polls;
    for (int i = 0; i < 20; ++i) polls.push_back(world.worker().poll("/poll?after=epoch1-0"));
    CHECK(world.worker().hub.counters().poll_bytes > 100'000);
    CHECK(world.worker().hub.counters().poll_bytes < 400'000);
    const std::string first = polls.front().read();
    for (FakeExchange& poll : polls) {
      CHECK(poll.status() == 200);
      CHECK(poll.response().live);
      if (&poll != &polls.front()) CHECK(poll.read() == first);
    }
  }
  world.loop().settle();
  CHECK(world.worker().hub.counters().poll_bytes == 0);
}

TEST_CASE("an answer that is written as it is read says the same, whatever the reader's buffer") {
  World texts;
  World bodies(as_read());
  Draft value = draft("{\"a\":[1,\"" + std::string(5000, 'b') + "\"]}", "t", "tick");
  value.form = Form::json;
  value.publisher_id = "mine";
  std::string umlauts;
  for (int i = 0; i < 2000; ++i) umlauts += i % 3 == 0 ? "\u00e4\"\n" : "\u20ac\U0001F600\x01";
  for (World* world : {&texts, &bodies}) {
    world->publish(value);
    world->publish(umlauts, "t");
    world->publish("", "t");
    world->publish("last", "t");
  }
  for (const char* query :
       {"after=epoch1-0", "after=epoch1-0&envelope=true", "after=epoch1-1&max=2",
        "after=epoch1-0&max=1", "after=epoch1-0&max=4", "after=nonsense",
        "after=epoch1-2&clientId=c", "after=other-1&envelope=true"}) {
    const std::string target = std::string("/poll?topic=t&") + query;
    const std::string said = texts.worker().poll(target).read();
    for (const std::size_t buffer : {std::size_t{1}, std::size_t{7}, std::size_t{16384}}) {
      FakeExchange poll = bodies.worker().poll(target);
      CHECK(poll.read(buffer) == said);
      CHECK(poll.ended);
    }
  }
}

TEST_CASE("an answer that is written as it is read is bounded in bytes, and counts what it gives") {
  Hub::Options options = as_read();
  options.polls.answer_bytes = 30;
  World world(options);
  world.publish(std::string(50, 'x'));
  world.publish("2");
  CHECK(world.worker().poll("/poll?after=epoch1-0").read() ==
        said("\"" + std::string(50, 'x') + "\"", "epoch1-1", ",\"more\":true"));
  CHECK(world.worker().hub.counters().deliveries == 1);
}

TEST_CASE(
    "what leaves the history before it was read ends the answer, and the next poll hears of it") {
  Hub::Options options = as_read();
  options.replica.events_per_topic = 2;
  World world(options);
  for (const char* text : {"1", "2"}) world.publish(text);
  FakeExchange poll = world.worker().poll("/poll?after=epoch1-0");
  const std::string begun = some_bytes(poll, 15);
  CHECK(begun == "{\"messages\":[\"1");
  for (const char* text : {"3", "4"}) world.publish(text);
  CHECK(begun + poll.read() == said("\"1\"", "epoch1-1", ",\"more\":true"));
  CHECK(
      world.worker().poll("/poll?after=epoch1-1").read().find("\"complete_after\":\"epoch1-2\"") !=
      std::string::npos);
}

TEST_CASE("an answer of which nothing was read yet tells itself of what has been lost meanwhile") {
  Hub::Options options = as_read();
  options.replica.events_per_topic = 1;
  World world(options);
  world.publish("1");
  FakeExchange unread = world.worker().poll("/poll?after=epoch1-0");
  FakeExchange begun = world.worker().poll("/poll?after=epoch1-0");
  CHECK(some_bytes(begun, 5) == "{\"mes");
  world.publish("2");
  const std::string told = said("\"2\"", "epoch1-2",
                                ",\"gap\":{\"requested\":\"epoch1-0\",\"resumed\":\"epoch1-2\","
                                "\"earliest\":\"epoch1-2\",\"complete_after\":\"epoch1-1\","
                                "\"reason\":\"slow\"}");
  CHECK(unread.read() == told);
  CHECK("{\"mes" + begun.read() == told);
  // A list has no room for such word once it has begun: it ends, and the client is where it was.
  const auto ask = [&] {
    return world.worker().ask(world.worker().hub.long_poll(),
                              get("/poll?clientId=c", {{"prefer", "return=minimal"}}));
  };
  FakeExchange list = ask();
  world.publish("3");
  CHECK(some_bytes(list, 1) == "[");
  world.publish("4");
  CHECK(list.read() == "]");
  CHECK(ask().read().starts_with("{\"messages\":[\"4\"],\"cursor\":\"epoch1-4\",\"gap\":{"));
}

TEST_CASE("a named client moves on when it has read such an answer to its end, and not before") {
  World world(as_read());
  world.worker().poll("/poll?clientId=c&timeout=0").read();
  world.publish("a long message");
  world.publish("another one");
  {
    FakeExchange cancelled = world.worker().poll("/poll?clientId=c");
    some_bytes(cancelled, 30);
  }
  const std::string both = said("\"a long message\",\"another one\"", "epoch1-2");
  CHECK(world.worker().poll("/poll?clientId=c").read() == both);
  FakeExchange waiting = world.worker().poll("/poll?clientId=c");
  CHECK_FALSE(waiting.answered());
  world.publish("3");
  CHECK(waiting.answered());
  // Its next poll comes while the answer is on its way: it is given again.
  some_bytes(waiting, 5);
  FakeExchange again = world.worker().poll("/poll?clientId=c&max=1");
  waiting.read();
  CHECK(again.read() == said("\"3\"", "epoch1-3"));
  CHECK_FALSE(world.worker().poll("/poll?clientId=c").answered());
}

TEST_CASE("a second poll on another worker leaves the first without messages there, too") {
  World world(as_read());
  world.add_worker();
  FakeExchange first = world.worker(0).poll("/poll?clientId=c");
  FakeExchange second = world.worker(1).poll("/poll?clientId=c", 2);
  world.publish("1");
  CHECK(first.read() == said("", "epoch1-0"));
  CHECK(second.read() == said("\"1\"", "epoch1-1"));
}

TEST_CASE("answers that are written as they are read count as polls that wait") {
  Hub::Options options = as_read();
  options.polls.held = 2;
  World world(options);
  world.publish("1");
  auto one = std::make_unique<FakeExchange>(world.worker().poll("/poll?after=epoch1-0"));
  FakeExchange two = world.worker().poll("/poll?after=epoch1-0");
  CHECK(two.status() == 200);
  CHECK(world.worker().poll("/poll?after=epoch1-0").status() == 503);
  one.reset();
  world.loop().advance(1s);
  CHECK(world.worker().poll("/poll?after=epoch1-0").status() == 200);
}
