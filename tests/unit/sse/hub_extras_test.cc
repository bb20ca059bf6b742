#include <catch2/catch.hpp>

#include "sse/rate_limit.h"
#include "tests/unit/sse/mercure_world.h"
#include "tests/unit/sse/send.h"

using namespace sse;
using namespace sse::testing;

namespace {

FakeExchange send(World& world, std::string content, std::string type, std::string query = "",
                  std::initializer_list<http::Field> fields = {}) {
  return sse::testing::send(world, get("/send" + query, fields), std::move(type),
                            std::move(content));
}

FakeExchange state(World& world, std::string query,
                   std::initializer_list<http::Field> fields = {}) {
  return world.worker().ask(world.worker().hub.state(), get("/state?" + query, fields));
}

const char* const lines = "application/x-ndjson";

}  // namespace

TEST_CASE("a topic's state is its latest event, with the cursor from which to follow it") {
  World world;
  world.publish("old", "a");
  world.publish("new", "a");
  world.publish("other", "b");
  FakeExchange now = state(world, "topic=a");
  CHECK(now.status() == 200);
  CHECK(now.field("content-type") == "text/plain; charset=utf-8");
  CHECK(now.field("etag") == "\"epoch1-2\"");
  CHECK(now.field("last-event-id") == "epoch1-3");
  CHECK(now.read() == "new");
  const std::string links = now.response().fields.joined("link");
  CHECK(links.find("</events?topic=a&lastEventId=epoch1-3>; rel=\"monitor\"") != links.npos);
  CHECK(links.find("rel=\"mercure\"; last-event-id=\"#epoch1-3\"") != links.npos);
  // What comes next is in the stream, and nothing that was in the answer.
  world.publish("next", "a");
  FakeExchange stream = world.worker().events("/events?topic=a&lastEventId=epoch1-3");
  CHECK(behind_greeting(stream.read()) == "id: epoch1-4\ndata: next\n\n");
  CHECK(state(world, "topic=b", {{"if-none-match", "\"epoch1-3\""}}).status() == 304);
}

TEST_CASE("a hub that is given new options tells the new URL of events, and holds as many polls") {
  World world;
  world.options.state.events_url = "/live";
  world.options.polls.held = 1;
  world.worker().hub.use(world.options);
  const std::string links = state(world, "topic=a").response().fields.joined("link");
  CHECK(links.find("</live?topic=a&lastEventId=") != links.npos);
  FakeExchange first = world.worker().poll("/poll?topic=a");
  CHECK_FALSE(first.answered());
  CHECK(world.worker().poll("/poll?topic=a").answered());
}

TEST_CASE("a topic without events has a cursor all the same; a request names one topic") {
  World world;
  FakeExchange none = state(world, "topic=a");
  CHECK(none.status() == 404);
  CHECK(none.field("last-event-id") == "epoch1-0");
  CHECK(state(world, "").status() == 400);
  CHECK(state(world, "topic=a&topic=b").status() == 400);
  Draft json_draft = draft("{\"a\":1}", "j");
  json_draft.form = Form::json;
  world.publish(json_draft);
  CHECK(state(world, "topic=j").field("content-type") == "application/json");
}

TEST_CASE("a private state is for whose token grants it; others see what was before") {
  Hub0 hub;
  hub.publish_form("topic=a&data=open", anything());
  hub.publish_form("topic=a&data=secret&private", anything());
  CHECK(state(hub, "topic=a").read() == "open");
  const std::string bearer = "Bearer " + token(subscriber({"a"}));
  CHECK(state(hub, "topic=a", {{"authorization", bearer}}).read() == "secret");
}

TEST_CASE("a batch is published whole, in its order, and answered with every id") {
  World world;
  FakeExchange stream = world.worker().events("/events?topic=a&topic=b");
  stream.read();
  FakeExchange sent =
      send(world, "{\"message\":1,\"topic\":\"a\"}\r\n\n{\"message\":2,\"topic\":\"b\"}\n", lines);
  CHECK(sent.status() == 200);
  CHECK(sent.read() == R"({"success":true,"ids":["epoch1-1","epoch1-2"]})");
  CHECK(stream.read() == "id: epoch1-1\ndata: 1\n\nid: epoch1-2\ndata: 2\n\n");
}

TEST_CASE("a batch with one bad line is refused whole, and told which") {
  World world;
  FakeExchange refused = send(world, "{\"message\":1}\n{\"messag\":2}\n", lines);
  CHECK(refused.status() == 400);
  CHECK(refused.read().find("Line 2: ") != std::string::npos);
  CHECK(send(world, "\n\n", lines).status() == 400);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "{\"message\":1}\n";
  CHECK(send(world, many, lines).status() == 400);
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("a batch sent again under its key is not published again") {
  World world;
  const std::string batch = "{\"message\":1}\n{\"message\":2}\n";
  const std::string first = send(world, batch, lines, "", {{"idempotency-key", "k"}}).read();
  CHECK(send(world, batch, lines, "", {{"idempotency-key", "k"}}).read() == first);
  CHECK(world.sequencer.newest() == 2);
  const std::string one = "{\"message\":1}";
  const std::string single =
      send(world, one, "application/json", "", {{"idempotency-key", "s"}}).read();
  CHECK(send(world, one, "application/json", "", {{"idempotency-key", "s"}}).read() == single);
  CHECK(world.sequencer.newest() == 3);
}

TEST_CASE(
    "a key counts for the topics of its event: what another publishes is not dropped for it") {
  World world;
  const auto published = [&](const char* content, const char* type) {
    return send(world, content, type, "", {{"idempotency-key", "k"}}).read();
  };
  const char* const plain = "application/json";
  const std::string first = published(R"({"message":1,"topic":"a"})", plain);
  CHECK(published(R"({"message":2,"topic":"b"})", plain) == R"({"success":true,"id":"epoch1-2"})");
  CHECK(published(R"({"message":3,"topic":["a","b"]})", plain) ==
        R"({"success":true,"id":"epoch1-3"})");
  CHECK(published(R"({"message":1,"topic":"a"})", plain) == first);
  CHECK(published(R"({"message":1,"topic":"a"})", lines) ==
        R"({"success":true,"ids":["epoch1-4"]})");
}

TEST_CASE("a batch's events and a single one of a key that looks like theirs are not the same") {
  World world;
  const char* const one = "{\"message\":1}";
  send(world, one, lines, "", {{"idempotency-key", "k"}});
  send(world, one, "application/json", "", {{"idempotency-key", "k:0"}});
  send(world, one, "application/json", "", {{"idempotency-key", "k"}});
  CHECK(world.sequencer.newest() == 3);
}

TEST_CASE("a key that is none is refused") {
  World world;
  const std::string long_one(129, 'k');
  CHECK(send(world, "{\"message\":1}", "application/json", "", {{"idempotency-key", long_one}})
            .status() == 400);
  CHECK(send(world, "{\"message\":1}", "application/json", "", {{"idempotency-key", "\xff"}})
            .status() == 400);
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("prefixes and templates read many topics in one stream, in order") {
  World world;
  FakeExchange stream = world.worker().events("/events?prefix=room/&pattern=user-{id}&topic=news");
  stream.read();
  for (const char* topic : {"room/1", "user-7", "news", "other", "room/2"})
    world.publish(topic, topic);
  CHECK(stream.read() ==
        "id: epoch1-1\ndata: room/1\n\nid: epoch1-2\ndata: user-7\n\nid: epoch1-3\ndata: news\n\n"
        "id: epoch1-5\ndata: room/2\n\n");
  CHECK(world.worker().poll("/poll?prefix=room/&after=epoch1-0").read() ==
        R"({"messages":["room/1","room/2"],"cursor":"epoch1-5"})");
}

TEST_CASE(
    "a parameter that is not known is refused where no topic is named: it may be one, misspelt") {
  World world;
  Worker& worker = world.worker();
  for (const char* query : {"tpoic=x", "topics=x", "lastEventId=epoch1-0&chanel=x", "=x"}) {
    INFO(query);
    CHECK(worker.events("/events?" + std::string(query)).status() == 400);
    CHECK(worker.poll("/poll?timeout=0&" + std::string(query)).status() == 400);
  }
  CHECK(worker.events("/events?tpoic=x").read().find(R"(no parameter \"tpoic\")") !=
        std::string::npos);
  CHECK(worker.events("/events?after=epoch1-0").status() == 400);
  CHECK(worker.events("/events?topic=a&more=1").status() == 200);
  for (const char* query : {"", "?", "?lastEventId=epoch1-0", "?Last-Event-ID=", "?dry_run=1"}) {
    INFO(query);
    CHECK(worker.events("/events" + std::string(query)).status() == 200);
  }
  CHECK(worker.poll("/poll?after=epoch1-0&timeout=0&max=1&envelope=1&clientId=c").status() == 200);
}

TEST_CASE("a pattern that is no URI template is refused, and not taken for a topic's name") {
  World world;
  for (const char* pattern : {"orders/{id", "orders/id}", "{}", "a{!x}", "a{x}b}"}) {
    INFO(pattern);
    CHECK(world.worker().events("/events?pattern=" + std::string(pattern)).status() == 400);
    CHECK(world.worker().poll("/poll?timeout=0&pattern=" + std::string(pattern)).status() == 400);
  }
  CHECK(world.worker().events("/events?pattern=orders").status() == 200);
  CHECK(world.worker().events("/events?topic=orders/{id").status() == 200);
}

TEST_CASE("polls that wait for the same event of different topics get their own answers") {
  World world;
  FakeExchange exact = world.worker().poll("/poll?topic=a&after=epoch1-0");
  FakeExchange prefix = world.worker().poll("/poll?prefix=a&after=epoch1-0");
  FakeExchange alternate = world.worker().poll("/poll?topic=b&after=epoch1-0");
  Draft both = draft("x", "a");
  both.alternates = {"b"};
  std::string id;
  world.publish_unseen(both, id);
  world.publish_unseen(draft("y", "ab"), id);
  world.publish("z", "b");
  CHECK(exact.read() == R"({"messages":["x"],"cursor":"epoch1-3"})");
  CHECK(prefix.read() == R"({"messages":["x","y"],"cursor":"epoch1-3"})");
  CHECK(alternate.read() == R"({"messages":["x","z"],"cursor":"epoch1-3"})");
}

TEST_CASE("whoever publishes too fast is told how long to wait") {
  Hub::Options options;
  options.publish.rate = {.per_second = 10, .burst = 2};
  options.updates.rate = {.per_second = 1, .burst = 1};
  World world(options);
  CHECK(send(world, "{\"message\":1}\n{\"message\":2}\n", lines).status() == 200);
  FakeExchange refused = send(world, "{\"message\":3}", "application/json");
  CHECK(refused.status() == 429);
  CHECK(refused.field("retry-after") == "1");
  CHECK(refused.read().find("wait 100 ms") != std::string::npos);
  world.loop().advance(100ms);
  CHECK(send(world, "{\"message\":3}", "application/json").status() == 200);
  Hub0 hub(options);
  CHECK(hub.publish_form("topic=a", anything()).status() == 200);
  CHECK(hub.publish_form("topic=a", anything()).status() == 429);
  CHECK(hub.publish_form("topic=a", token(publisher({"a"}))).status() == 200);
}

TEST_CASE("whoever subscribes too fast is answered 200, and told when to come back and why") {
  Hub::Options options;
  options.arrivals = {.per_second = 1, .burst = 1};
  World world(options);
  FakeExchange first = world.worker().events("/events");
  CHECK(first.read().starts_with(":ok"));
  FakeExchange late = world.worker().events("/events");
  CHECK(late.status() == 200);
  CHECK(late.read() ==
        "retry: 1000\n: you open streams faster than this hub allows each client\n\n");
  CHECK(late.ended);
  CHECK(world.worker().hub.counters().subscribers == 1);
}

TEST_CASE("a token that nobody has verified is no client of its own") {
  Hub::Options options;
  options.arrivals = {.per_second = 1, .burst = 1};
  World open(options);
  const auto subscribe = [](World& world, const std::string& bearer) {
    return world.worker()
        .events("/events", {{"authorization", "Bearer " + bearer}})
        .read()
        .starts_with(":ok");
  };
  CHECK(subscribe(open, "made-up"));
  CHECK_FALSE(subscribe(open, "made-up-as-well"));
  Hub0 hub(options);
  CHECK(subscribe(hub, token(subscriber({"a"}))));
  CHECK(subscribe(hub, token(subscriber({"b"}))));
  CHECK_FALSE(subscribe(hub, token(subscriber({"a"}))));
}

TEST_CASE("rates are those of an IPv6 prefix, of which one client has all addresses") {
  const auto client_at = [](const char* address) {
    http::Peer peer;
    peer.address = address;
    http::Request request;
    request.peer = &peer;
    return client_of(request, {});
  };
  CHECK(client_at("2001:db8::1") == client_at("2001:db8::2"));
  CHECK(client_at("2001:db8::1") != client_at("2001:db8:0:1::1"));
  CHECK(client_at("192.0.2.1") != client_at("192.0.2.2"));
}

TEST_CASE("a verified token is one client, whatever form its signature has") {
  const auto client_with = [](std::string token) {
    http::Request request;
    request.fields.add("authorization", "Bearer " + token);
    Grant grant;
    grant.verified = true;
    return client_of(request, grant);
  };
  CHECK(client_with("head.claims.one") == client_with("head.claims.two"));
  CHECK(client_with("head.claims.one") != client_with("head.other.one"));
  CHECK(client_with("a-secret.1") != client_with("a-secret.2"));
}

TEST_CASE("a rate limit forgets who has been quiet longest, and lets a large batch leave a debt") {
  RateLimit limit({.per_second = 10, .burst = 10, .clients = 2});
  const net::Clock::time_point start{};
  CHECK(limit.take("a", 25, start) == 0ms);
  CHECK(limit.take("a", 1, start) == 1600ms);
  CHECK(limit.take("a", 1, start + 1600ms) == 0ms);
  CHECK(limit.take("b", 10, start) == 0ms);
  CHECK(limit.take("c", 10, start) == 0ms);
  CHECK(limit.take("a", 10, start) == 0ms);
  CHECK(RateLimit({}).take("a", 1'000'000, start) == 0ms);
}

TEST_CASE("a dry run says which topics match and why, and changes nothing") {
  Hub0 hub;
  hub.publish_form("topic=https://example.com/1&data=x", anything());
  const std::string bearer = "Bearer " + token(subscriber({"https://example.com/{id}"}));
  FakeExchange stream = hub.subscribe("topic=*&dry_run=1", {{"authorization", bearer}});
  const json explained = json::parse(stream.read());
  CHECK(explained["subscriptions"][0]["matching_topics"] == 1);
  CHECK(explained["subscriptions"][0]["topics"][0]["topic"] == "https://example.com/1");
  CHECK(explained["subscriptions"][0]["topics"][0]["private_by"]["match"] ==
        "https://example.com/{id}");
  CHECK(hub.worker().hub.counters().subscribers == 0);

  http::Request request = Hub0::request("POST", "?dry_run=1", {});
  request.fields.add("authorization", "Bearer " + token(publisher({"a"})));
  const json update = json::parse(hub.send(std::move(request), "topic=a&topic=b").read());
  CHECK(update["updates"][0]["would_publish"] == false);
  CHECK(update["updates"][0]["topics"][0]["granted_by"]["match"] == "a");
  CHECK(update["updates"][0]["topics"][1]["granted_by"].is_null());
  CHECK(hub.sequencer.newest() == 1);

  World world;
  CHECK(json::parse(send(world, "{\"message\":1}", "application/json", "?dry_run=1")
                        .read())["updates"][0]["would_publish"] == true);
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("a dry run names no topic of which the reader may have nothing") {
  Hub0 hub;
  FakeExchange waiting = hub.worker().events("/events?topic=awaited");
  hub.publish_form("topic=secret&data=1&private", anything());
  hub.publish_form("topic=mixed&data=2", anything());
  hub.publish_form("topic=mixed&data=3&private", anything());
  const auto named = [&](std::initializer_list<http::Field> fields) {
    const json explained = json::parse(hub.subscribe("topic=*&dry_run=1", fields).read());
    std::string names = explained["subscriptions"][0]["matching_topics"].dump();
    for (const json& each : explained["subscriptions"][0]["topics"]) {
      names += " " + each["topic"].get<std::string>();
    }
    return names;
  };
  CHECK(named({}) == "1 mixed");
  const std::string bearer = "Bearer " + token(subscriber({"secret"}));
  CHECK(named({{"authorization", bearer}}) == "2 mixed secret");
}
