#include <catch2/catch.hpp>
#include <deque>

#include "tests/support/refusal.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

TEST_CASE("a new stream greets at once and gives a point to resume from") {
  World world;
  world.publish("before");
  FakeExchange stream = world.worker().events("/events");
  CHECK(stream.status() == 200);
  CHECK(stream.field("content-type") == "text/event-stream");
  CHECK(stream.field("cache-control") == "no-store, no-transform");
  CHECK(stream.field("x-accel-buffering") == "no");
  CHECK(stream.field("incremental") == "?1");
  CHECK(stream.field("connection") == "(none)");
  CHECK(stream.response().live);
  CHECK(behind_greeting(stream.read()) == "id: epoch1-1\n\n");
  CHECK_FALSE(stream.ended);
}

TEST_CASE("an event published while a stream waits wakes it once and arrives next") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  world.publish("one");
  world.publish("two");
  CHECK(stream.waker.wakes == 1);
  CHECK(stream.read() == "id: epoch1-1\ndata: one\n\nid: epoch1-2\ndata: two\n\n");
}

TEST_CASE("a stream hears its own topics only, in one order over all of them") {
  World world;
  FakeExchange stream = world.worker().events("/events?topic=b&topic=a&topic=b");
  stream.read();
  world.publish("1", "a");
  world.publish("2", "c");
  world.publish("3", "b");
  world.publish("4", "a");
  CHECK(stream.read() ==
        "id: epoch1-1\ndata: 1\n\nid: epoch1-3\ndata: 3\n\nid: epoch1-4\ndata: 4\n\n");
}

TEST_CASE("a stream resumes from the field, else from the parameter by any of its names") {
  World world;
  for (const char* text : {"1", "2", "3"}) world.publish(text);
  const std::string rest = "id: epoch1-3\ndata: 3\n\n";
  CHECK(behind_greeting(world.worker().events("/events", {{"last-event-id", "epoch1-2"}}).read()) ==
        rest);
  for (const char* name : {"lastEventId", "last_event_id", "Last-Event-ID"}) {
    const std::string target = std::string("/events?") + name + "=epoch1-2";
    CHECK(behind_greeting(world.worker().events(target).read()) == rest);
  }
  CHECK(behind_greeting(world.worker()
                            .events("/events?lastEventId=epoch1-1", {{"last-event-id", "epoch1-2"}})
                            .read()) == rest);
}

TEST_CASE("only an idle stream gets a heart-beat, and it is a checkpoint") {
  World world;
  FakeExchange idle = world.worker().events("/events?topic=quiet");
  FakeExchange busy = world.worker().events("/events?topic=busy");
  idle.read();
  busy.read();
  for (int i = 0; i < 10; ++i) {
    world.loop().advance(2s);
    world.publish("tick", "busy");
    CHECK(busy.read().find("data: tick") != std::string::npos);
  }
  CHECK(idle.waker.wakes == 1);
  CHECK(idle.read() == "id: epoch1-10\n\n");
  world.loop().advance(17s);
  CHECK(idle.read() == "id: epoch1-10\n\n");
  CHECK(busy.read() == "id: epoch1-10\n\n");
}

TEST_CASE("a checkpoint never loses an event published at the same moment") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  world.loop().advance(17s);
  world.publish("now");
  CHECK(stream.waker.wakes == 1);
  CHECK(stream.read() == "id: epoch1-1\ndata: now\n\n");
}

TEST_CASE("drain ends every stream with word of when to come back, and defers new ones") {
  World world;
  FakeExchange waiting = world.worker().events("/events");
  FakeExchange unread = world.worker().events("/events");
  waiting.read();
  world.worker().hub.drain();
  CHECK(waiting.waker.wakes == 1);
  const std::string farewell = waiting.read();
  CHECK(farewell.starts_with("retry: "));
  CHECK(farewell.ends_with("\n\n"));
  CHECK(waiting.ended);
  CHECK(behind_greeting(unread.read()).starts_with("retry: "));
  CHECK(unread.ended);

  FakeExchange late = world.worker().events("/events");
  CHECK(late.status() == 200);
  CHECK(late.field("content-type") == "text/event-stream");
  CHECK(late.read().starts_with("retry: "));
  CHECK(late.ended);
}

namespace {

// Ten streams, of which two may be sent away each tenth of a second.
struct Leaving {
  Leaving() {
    for (int i = 0; i < 10; ++i) streams.push_back(world.worker().events("/events"));
    gone();
  }
  static Hub::Options options() {
    Hub::Options options;
    options.streams.departures = 20;
    options.streams.grace = 10s;
    return options;
  }
  // Reads all; how many have ended.
  int gone() {
    int count = 0;
    for (FakeExchange& stream : streams) {
      stream.read();
      count += stream.ended ? 1 : 0;
    }
    return count;
  }
  World world{options()};
  std::vector<FakeExchange> streams;
};

}  // namespace

TEST_CASE_METHOD(Leaving,
                 "streams that are busy when drain comes are sent away like those that wait") {
  world.publish("to all");
  world.worker().hub.drain();
  for (int expected = 2; expected <= 10; expected += 2) {
    CHECK(gone() == expected);
    world.loop().advance(100ms);
  }
}

TEST_CASE_METHOD(Leaving,
                 "many streams are sent away one after the other, and are live until then") {
  world.worker().hub.drain();
  CHECK(gone() == 2);
  world.loop().advance(100ms);
  CHECK(gone() == 4);
  world.publish("still here");
  CHECK(streams[9].read().find("still here") != std::string::npos);
  CHECK(gone() == 4);
  world.loop().advance(100ms);
  CHECK(gone() == 6);
  for (int i = 0; i < 2; ++i) {
    world.loop().advance(100ms);
    gone();
  }
  CHECK(gone() == 10);
}

TEST_CASE("a crowd that comes at once is let in at a rate, and the others are asked to come back") {
  Hub::Options options;
  options.streams.arrivals = 5;
  World world(options);
  std::deque<FakeExchange> streams;  // the bodies know their addresses
  const auto come = [&](int many) {
    int admitted = 0;
    for (int i = 0; i < many; ++i) {
      streams.push_back(world.worker().events("/events"));
      CHECK(streams.back().status() == 200);
      streams.back().read();
      admitted += streams.back().ended ? 0 : 1;
    }
    return admitted;
  };
  CHECK(come(50) == 10);
  world.loop().advance(1s);
  CHECK(come(50) == 5);
  world.loop().advance(60s);
  CHECK(come(50) == 10);
}

TEST_CASE("a block that is cut when drain comes is finished before the farewell") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  world.publish(std::string(100, 'x'));
  std::vector<std::byte> small(10);
  CHECK(stream.response().body->read(small, stream.waker) == http::Read{10, false});
  world.worker().hub.drain();
  const std::string rest = stream.read();
  CHECK(rest.find("xx\n\nretry: ") != std::string::npos);
  CHECK(stream.ended);
}

TEST_CASE("above the number of subscribers a stream is deferred, not refused") {
  Hub::Options options;
  options.streams.subscribers = 3;
  options.streams.per_connection = 2;
  World world(options);
  const auto join = [&](std::uint64_t connection) {
    return world.worker().ask(world.worker().hub.event_stream(), get("/events"), connection);
  };
  const auto deferred = [](FakeExchange fake) {
    fake.read();
    return fake.status() == 200 && fake.ended;
  };
  {
    FakeExchange first = join(1);
    FakeExchange second = join(1);
    CHECK(deferred(join(1)));
    FakeExchange third = join(2);
    CHECK(deferred(join(3)));
    CHECK(world.worker().hub.counters().subscribers == 3);
  }
  CHECK(world.worker().hub.counters().subscribers == 0);
  CHECK_FALSE(deferred(join(1)));
}

TEST_CASE("retry is never below 250 ms nor above five minutes") {
  for (const auto& [asked, said] :
       {std::pair{0ms, "retry: 250\n"}, std::pair{10'000'000ms, "retry: 300000\n"}}) {
    Hub::Options options;
    options.streams.retry = asked;
    World world(options);
    CHECK(world.worker().events("/events").read().find(said) != std::string::npos);
  }
}

TEST_CASE("HEAD gets the fields, other methods 405, bad topics 400") {
  World world;
  http::Request head = get("/events");
  head.method = "HEAD";
  FakeExchange fields = world.worker().ask(world.worker().hub.event_stream(), head);
  CHECK(fields.status() == 200);
  CHECK(fields.field("content-type") == "text/event-stream");
  CHECK(world.worker().hub.counters().subscribers == 0);

  http::Request post = get("/events");
  post.method = "POST";
  FakeExchange refused = world.worker().ask(world.worker().hub.event_stream(), post);
  CHECK(refused.status() == 405);
  CHECK(refused.field("allow") == "GET, HEAD, OPTIONS");

  CHECK(world.worker().events("/events?topic=a%0Ab").status() == 400);
  CHECK(world.worker().events("/events?topic=").status() == 400);
  CHECK(world.worker().events("/events?topic=" + std::string(2049, 'a')).status() == 400);
  std::string many = "/events?";
  for (int i = 0; i < 33; ++i) many += "&topic=" + std::to_string(i);
  CHECK(world.worker().events(many).status() == 400);
}

TEST_CASE("a preflight allows what an EventSource and a fetch need") {
  Hub::Options options;
  options.origins = {"https://app.example"};
  World world(options);
  http::Request ask = get("/events", {{"origin", "https://app.example"},
                                      {"access-control-request-method", "GET"},
                                      {"access-control-request-headers", "last-event-id"}});
  ask.method = "OPTIONS";
  FakeExchange answer = world.worker().ask(world.worker().hub.event_stream(), ask);
  CHECK(answer.status() == 204);
  CHECK(answer.field("access-control-allow-origin") == "https://app.example");
  CHECK(answer.field("access-control-allow-headers") ==
        "last-event-id, authorization, content-type, cache-control, idempotency-key, prefer");
  CHECK(answer.field("access-control-max-age") == "7200");

  ask.fields.set("origin", "https://evil.example");
  FakeExchange other = world.worker().ask(world.worker().hub.event_stream(), ask);
  CHECK(other.status() == 204);
  CHECK(other.field("access-control-allow-origin") == "(none)");
}

TEST_CASE("credentials go only to origins that are listed") {
  Hub::Options options;
  options.origins = {"*", "https://app.example"};
  World world(options);
  FakeExchange any = world.worker().events("/events", {{"origin", "https://any.example"}});
  CHECK(any.field("access-control-allow-origin") == "*");
  CHECK(any.field("vary") == "origin");
  CHECK(any.field("access-control-allow-credentials") == "(none)");
  FakeExchange listed = world.worker().events("/events", {{"origin", "https://app.example"}});
  CHECK(listed.field("access-control-allow-origin") == "https://app.example");
  CHECK(listed.field("access-control-allow-credentials") == "true");
  World plain;
  FakeExchange closed = plain.worker().events("/events", {{"origin", "https://any.example"}});
  CHECK(closed.field("access-control-allow-origin") == "(none)");
  CHECK(closed.field("vary") == "(none)");  // the same for every origin
}

TEST_CASE("a stream whose client goes leaves nothing behind") {
  World world;
  {
    FakeExchange stream = world.worker().events("/events?topic=t");
    stream.read();
    CHECK(world.worker().hub.counters().topics == 1);
  }
  CHECK(world.worker().hub.counters().topics == 0);
  world.publish("x", "t");
  world.loop().advance(20s);
}

TEST_CASE("ten thousand waiting streams are each woken once by a batch") {
  Hub::Options options;
  options.streams.per_connection = 10'000;
  World world(options);
  std::deque<FakeExchange> streams;  // they stay where they are: the wakers are within
  for (int i = 0; i < 10'000; ++i) {
    streams.push_back(world.worker().events("/events"));
    streams.back().read();
  }
  std::string id;
  for (int i = 0; i < 3; ++i) world.publish_unseen(draft("x"), id);
  world.loop().settle();
  int wakes = 0;
  for (FakeExchange& stream : streams) {
    wakes += stream.waker.wakes;
    CHECK(stream.read(64).size() == 3 * std::string("id: epoch1-1\ndata: x\n\n").size());
  }
  CHECK(wakes == 10'000);
  CHECK(world.worker().hub.counters().deliveries == 30'000);
}

TEST_CASE(
    "a stream that finds no memory to begin is not counted, and those after it miss nothing") {
  Hub::Options options;
  options.replica.events_per_topic = 5000;
  World world(options);
  for (int i = 0; i < 3000; ++i) world.publish("x", "a/" + std::to_string(i % 3));
  const auto refused = [&](const std::string& target) {
    bool thrown = false;
    {
      const ::testing::Refusal refusal(16 * 1024);
      try {
        world.worker().events(target);
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
    }
    return thrown;
  };
  CHECK(refused("/events?prefix=a/&lastEventId=epoch1-0"));
  CHECK(refused("/events?prefix=a/"));
  CHECK(refused("/events?topic=b&prefix=a/"));
  CHECK(world.worker().hub.counters().subscribers == 0);
  CHECK(world.worker().hub.counters().topics == 3);  // nobody reads "b"
  FakeExchange stream = world.worker().events("/events?prefix=a/&lastEventId=epoch1-0");
  const std::string text = behind_greeting(stream.read(1 << 20));
  CHECK(text.starts_with("id: epoch1-1\n"));
  CHECK(text.ends_with("id: epoch1-3000\ndata: x\n\n"));
  CHECK(world.worker().hub.counters().subscribers == 1);
}

namespace {
// Every look at the clock ends a slice: a turn does two pieces of work.
Hub::Options in_small_slices() {
  Hub::Options options;
  options.slice = 0us;
  return options;
}
}  // namespace

TEST_CASE("who wants a pattern that is new waits for what it matches, and nobody waits for that") {
  World world(in_small_slices());
  for (int i = 0; i < 100; ++i) world.publish("x", "a/" + std::to_string(i));
  FakeExchange patient = world.worker().events("/events?prefix=a/&lastEventId=epoch1-0");
  FakeExchange other = world.worker().events("/events?topic=a/1&lastEventId=epoch1-0");
  FakeExchange poll = world.worker().poll("/poll?prefix=a/&after=epoch1-98&timeout=0");
  CHECK_FALSE(patient.answered());
  CHECK_FALSE(poll.answered());
  CHECK(behind_greeting(other.read()) == "id: epoch1-2\ndata: x\n\n");
  CHECK(world.worker().hub.counters().subscribers == 2);
  world.publish("y", "a/new");
  const std::string text = behind_greeting(patient.read(1 << 20));
  CHECK(text.starts_with("id: epoch1-1\ndata: x\n\n"));
  CHECK(text.ends_with("id: epoch1-100\ndata: x\n\nid: epoch1-101\ndata: y\n\n"));
  CHECK(poll.read().find("\"cursor\":\"epoch1-101\"") != std::string::npos);
  FakeExchange again = world.worker().events("/events?prefix=a/&lastEventId=epoch1-100");
  CHECK(behind_greeting(again.read()) == "id: epoch1-101\ndata: y\n\n");
}

TEST_CASE("who goes while it waits for what a pattern matches leaves its place") {
  World world(in_small_slices());
  for (int i = 0; i < 100; ++i) world.publish("x", "a/" + std::to_string(i));
  FakeExchange first = world.worker().events("/events?prefix=a/&prefix=a/1");
  FakeExchange second = world.worker().events("/events?prefix=a/&lastEventId=epoch1-99");
  CHECK(world.worker().hub.counters().subscribers == 2);
  first.leave();
  CHECK(world.worker().hub.counters().subscribers == 1);
  world.loop().settle();
  CHECK(behind_greeting(second.read()) == "id: epoch1-100\ndata: x\n\n");
}

TEST_CASE("who has waited for a pattern until there is no room for it is asked to come back") {
  Hub::Options options = in_small_slices();
  options.replica.patterns = 1;
  World world(options);
  for (int i = 0; i < 50; ++i) world.publish("x", "a/" + std::to_string(i));
  FakeExchange first = world.worker().events("/events?prefix=a/");
  FakeExchange second = world.worker().events("/events?prefix=b/");
  FakeExchange poll = world.worker().poll("/poll?prefix=c/&timeout=0");
  world.loop().settle();
  CHECK(first.read().starts_with(":ok"));
  CHECK(second.status() == 200);
  CHECK(second.read().find(": too many topics or patterns are in use\n\n") != std::string::npos);
  CHECK(second.ended);
  CHECK(poll.status() == 503);
  CHECK(world.worker().hub.counters().put_off.topics == 1);
  CHECK(world.worker().hub.counters().subscribers == 1);
}

TEST_CASE("a dry run of many patterns is answered in pieces, and says what one piece would") {
  const auto ask = [](Hub::Options options) {
    World world(std::move(options));
    for (int i = 0; i < 40; ++i) world.publish("x", "a/" + std::to_string(i));
    FakeExchange fake = world.worker().events("/events?dry_run=1&prefix=a/1&prefix=b/&topic=a/7");
    const bool at_once = fake.answered();
    world.loop().settle();
    return std::pair(at_once, fake.read(1 << 20));
  };
  const auto [at_once, text] = ask({});
  const auto [in_pieces, same] = ask(in_small_slices());
  CHECK(at_once);
  CHECK_FALSE(in_pieces);
  CHECK(same == text);
  CHECK(text.find("\"matching_topics\":11") != std::string::npos);
}

TEST_CASE("what is dear to put together, of many patterns, is given in pieces and lacks nothing") {
  World world;
  std::string patterns;
  for (std::size_t i = 1; i <= 30; ++i) patterns += "&prefix=" + std::string(i, '/');
  for (int i = 0; i < 500; ++i) world.publish("x", std::string(30, '/') + std::to_string(i));
  for (const char* question : {"/events?lastEventId=epoch1-0", "/poll?max=1000&after=epoch1-0"}) {
    const std::string target = question + patterns;
    FakeExchange reader =
        target.starts_with("/poll") ? world.worker().poll(target) : world.worker().events(target);
    REQUIRE(reader.status() == 200);
    std::string text;
    std::size_t most = 0;
    std::vector<std::byte> buffer(1 << 20);
    for (;;) {
      const http::Read got = reader.response().body->read(buffer, reader.waker);
      if (got.bytes == 0) break;
      text.append(reinterpret_cast<const char*>(buffer.data()), got.bytes);
      most = std::max(most, got.bytes);
      CHECK(got.dear == (text.find("epoch1-500\n") == text.npos && !got.end));
      if (got.end) break;
    }
    CAPTURE(target);
    CHECK(most < text.size() / 5);
    std::size_t messages = 0;
    for (auto at = text.find('x'); at != text.npos; at = text.find('x', at + 1)) ++messages;
    CHECK(messages == 500);
  }
}
