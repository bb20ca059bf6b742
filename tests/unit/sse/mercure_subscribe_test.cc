#include <catch2/catch.hpp>

#include "tests/unit/sse/mercure_world.h"
#include "tests/unit/sse/relay.h"

using namespace sse;
using namespace sse::testing;

namespace {

const std::string books = "topic=https%3A%2F%2Fexample.com%2Fbooks%2F";

void publish_all(Hub0& hub, std::initializer_list<const char*> forms) {
  for (const char* form : forms) CHECK(hub.publish_form(form, anything()).status() == 200);
}

}  // namespace

TEST_CASE("a 0.x subscriber gets the updates of its topic, its template, or of all") {
  Hub0 hub;
  FakeExchange one = hub.subscribe("topic=https://example.com/books/1");
  FakeExchange some = hub.subscribe("topic=https://example.com/books/{id}");
  FakeExchange two = hub.subscribe("topic=a&topic=b");
  FakeExchange all = hub.subscribe("topic=*");
  CHECK(one.status() == 200);
  CHECK(one.field("content-type") == "text/event-stream");
  CHECK(one.field("x-accel-buffering") == "no");
  publish_all(hub, {"topic=https://example.com/books/1&data=one", "topic=b&data=two",
                    "topic=https://example.com/books/2&data=three"});
  CHECK(events_of(one) == "id: #epoch1-1\ndata: one\n\n");
  CHECK(events_of(two) == "id: #epoch1-2\ndata: two\n\n");
  CHECK(events_of(some) == "id: #epoch1-1\ndata: one\n\nid: #epoch1-3\ndata: three\n\n");
  CHECK(events_of(all) ==
        "id: #epoch1-1\ndata: one\n\nid: #epoch1-2\ndata: two\n\nid: #epoch1-3\ndata: three\n\n");
}

TEST_CASE("an update with several topics comes once to whoever asked for any of them") {
  Hub0 hub;
  FakeExchange canonical = hub.subscribe("topic=a");
  FakeExchange alternate = hub.subscribe("topic=b");
  FakeExchange both = hub.subscribe("topic=a&topic=b&topic={x}&topic=*");
  publish_all(hub, {"topic=a&topic=b&topic=b&data=x", "topic=c&topic=b&data=y"});
  CHECK(events_of(canonical) == "id: #epoch1-1\ndata: x\n\n");
  CHECK(events_of(alternate) == "id: #epoch1-1\ndata: x\n\nid: #epoch1-2\ndata: y\n\n");
  CHECK(events_of(both) == "id: #epoch1-1\ndata: x\n\nid: #epoch1-2\ndata: y\n\n");
}

TEST_CASE("a private update reaches only whose token grants one of its topics") {
  Hub0 hub;
  const auto with = [&](const json& topics) {
    return hub.subscribe("topic={x}", {{"authorization", "Bearer " + token(subscriber(topics))}});
  };
  FakeExchange nobody = hub.subscribe("topic={x}");
  FakeExchange granted = with({"secret"});
  FakeExchange by_template = with({"sec{x}"});
  FakeExchange by_alternate = with({"users-42"});
  FakeExchange other = with({"public"});
  FakeExchange everything = with({"*"});
  publish_all(hub, {"topic=secret&topic=users-42&data=x&private=on", "topic=public&data=y"});
  const std::string secret = "id: #epoch1-1\ndata: x\n\n";
  const std::string open = "id: #epoch1-2\ndata: y\n\n";
  CHECK(events_of(nobody) == open);
  CHECK(events_of(other) == open);
  for (FakeExchange* stream : {&granted, &by_template, &by_alternate, &everything}) {
    CHECK(events_of(*stream) == secret + open);
  }
}

TEST_CASE("what a token grants never widens what was asked for") {
  Hub0 hub;
  FakeExchange stream =
      hub.subscribe("topic=a", {{"authorization", "Bearer " + token(subscriber({"*"}))}});
  publish_all(hub, {"topic=b&data=x&private=on", "topic=a&data=y&private"});
  CHECK(events_of(stream) == "id: #epoch1-2\ndata: y\n\n");
}

TEST_CASE("the other doors keep private updates as well") {
  Hub0 hub;
  FakeExchange stream = hub.worker().events("/events?topic=secret");
  FakeExchange waiting = hub.worker().poll("/poll?topic=secret&after=epoch1-0");
  stream.read();
  publish_all(hub, {"topic=secret&data=x&private=on"});
  CHECK(stream.read().empty());
  CHECK_FALSE(waiting.answered());
  CHECK(hub.worker().poll("/poll?topic=secret&after=epoch1-0&timeout=0").read() ==
        R"({"messages":[],"cursor":"epoch1-1"})");
  http::Request granted = get("/poll?topic=secret&after=epoch1-0&timeout=0",
                              {{"authorization", "Bearer " + token(subscriber({"secret"}))}});
  CHECK(hub.worker().ask(hub.worker().hub.long_poll(), granted).read() ==
        R"({"messages":["x"],"cursor":"epoch1-1"})");
}

TEST_CASE("the token may come in the field, the query or a cookie, and the first of these counts") {
  Hub0 hub({}, true);
  const std::string good = token(subscriber({"a"}));
  const std::string bearer = "bearer " + good;
  const std::string old_cookie = "x=1; mercureAuthorization=" + good;
  const std::string new_cookie = "__Secure-mercure_access_token=\"" + good + "\"";
  CHECK(hub.subscribe("topic=a").status() == 401);
  CHECK(hub.subscribe("topic=a", {{"authorization", bearer}}).status() == 200);
  CHECK(hub.subscribe("topic=a&authorization=" + good).status() == 200);
  CHECK(hub.subscribe("topic=a", {{"cookie", old_cookie}}).status() == 200);
  CHECK(hub.subscribe("topic=a", {{"cookie", "y=2"}, {"cookie", new_cookie}}).status() == 200);
  CHECK(hub.subscribe("topic=a", {{"authorization", "Bearer bad"}, {"cookie", new_cookie}})
            .status() == 401);
  CHECK(hub.subscribe("topic=a&authorization=bad", {{"cookie", new_cookie}}).status() == 401);
  CHECK(hub.subscribe("topic=a", {{"authorization", "Basic x"}}).status() == 401);
}

TEST_CASE("a bad token is refused though none is needed, with the rule that it breaks") {
  Hub0 hub;
  FakeExchange refused = hub.subscribe("topic=a", {{"authorization", "Bearer nonsense"}});
  CHECK(refused.status() == 401);
  CHECK(refused.field("content-type") == "application/problem+json");
  CHECK(refused.read().find("can be read") != std::string::npos);
  CHECK(refused.field("www-authenticate").find("error=\"invalid_token\"") != std::string::npos);
  CHECK(refused.field("www-authenticate")
            .find("resource_metadata=\"https://hub.example/.well-known/oauth-protected-resource/"
                  ".well-known/mercure\"") != std::string::npos);
  FakeExchange none = Hub0({}, true).subscribe("topic=a");
  CHECK(none.field("www-authenticate").find("error=") == std::string::npos);
}

TEST_CASE("a request that names no topic, or one that cannot be, is malformed") {
  Hub0 hub;
  for (const char* query : {"", "x=1", "topic=", "topic=%01", "topic=a%E2%80%8Bb", "topic=%ff"}) {
    INFO(query);
    CHECK(hub.subscribe(query).status() == 400);
  }
  std::string many;
  for (int i = 0; i < 101; ++i) many += "topic=t" + std::to_string(i) + "&";
  CHECK(hub.subscribe(many).status() == 400);
  CHECK(hub.subscribe("topic=" + std::string(3000, 'a')).status() == 400);
}

TEST_CASE("a publisher's id is the event's, and a reader comes back with it") {
  Hub0 hub;
  publish_all(hub,
              {"topic=a&data=1&id=urn:uuid:1", "topic=a&data=2&id=urn:uuid:2", "topic=a&data=3"});
  for (const char* query :
       {"lastEventID=urn:uuid:1", "last_event_id=urn:uuid:1", "Last-Event-ID=urn:uuid:1"}) {
    FakeExchange stream = hub.subscribe("topic=a&" + std::string(query));
    CHECK(stream.field("last-event-id") == "urn:uuid:1");
    CHECK(events_of(stream) == "id: urn:uuid:2\ndata: 2\n\nid: #epoch1-3\ndata: 3\n\n");
  }
  FakeExchange by_field =
      hub.subscribe("topic=a&lastEventID=urn:uuid:1", {{"last-event-id", "urn:uuid:2"}});
  CHECK(by_field.field("last-event-id") == "urn:uuid:2");
  CHECK(events_of(by_field) == "id: #epoch1-3\ndata: 3\n\n");
  FakeExchange ours = hub.subscribe("topic=a", {{"last-event-id", "#epoch1-2"}});
  CHECK(events_of(ours) == "id: #epoch1-3\ndata: 3\n\n");
  // Either transport takes the other's ids.
  FakeExchange plain = hub.worker().events("/events?topic=a&lastEventId=urn:uuid:2");
  CHECK(behind_greeting(plain.read()) == "id: epoch1-3\ndata: 3\n\n");
}

TEST_CASE("a reused id means the oldest event that has it") {
  Hub0 hub;
  publish_all(hub, {"topic=a&data=1&id=UPDATE", "topic=a&data=2", "topic=a&data=3&id=UPDATE"});
  FakeExchange stream = hub.subscribe("topic=a&last_event_id=UPDATE");
  CHECK(events_of(stream) == "id: #epoch1-2\ndata: 2\n\nid: UPDATE\ndata: 3\n\n");
}

TEST_CASE("earliest asks for all there is; an unknown id gets it too, and is told of the gap") {
  Hub0 hub;
  publish_all(hub, {"topic=a&data=1", "topic=b&data=2"});
  FakeExchange earliest = hub.subscribe("topic=a&last_event_id=earliest");
  CHECK(earliest.field("last-event-id") == "earliest");
  CHECK(events_of(earliest) == "id: #epoch1-1\ndata: 1\n\n");
  FakeExchange unknown = hub.subscribe("topic={x}&last_event_id=urn:uuid:9");
  CHECK(unknown.field("last-event-id") == "earliest");
  const std::string text = events_of(unknown);
  CHECK(text.starts_with("event: herald.gap\n"));
  CHECK(text.ends_with("id: #epoch1-1\ndata: 1\n\nid: #epoch1-2\ndata: 2\n\n"));
  CHECK(hub.subscribe("topic=a").field("last-event-id") == "(none)");
}

TEST_CASE("an id that its history has forgotten is not known any more") {
  Hub::Options options;
  options.replica.events_per_topic = 2;
  Hub0 hub(options);
  publish_all(hub, {"topic=a&data=1&id=one", "topic=a&data=2&id=two", "topic=a&data=3&id=three"});
  CHECK(hub.subscribe("topic=a&last_event_id=one").field("last-event-id") == "earliest");
  CHECK(hub.subscribe("topic=a&last_event_id=two").field("last-event-id") == "two");
}

TEST_CASE("an id that looks like one of the hub's own is not taken for it") {
  Hub0 hub;
  publish_all(hub, {"topic=a&data=1&id=epoch1-7"});
  FakeExchange stream = hub.subscribe("topic=a&last_event_id=earliest");
  CHECK(events_of(stream) == "id: #epoch1-1\ndata: 1\n\n");
}

TEST_CASE("what a store of another epoch gives has the ids of that epoch") {
  Relay relay;
  relay.remembers = true;
  ClientCursors cursors;
  const Authorizer authorizer({});
  Worker worker(relay, cursors, authorizer, {});
  relay.inbox->start("one", 5);
  worker.loop.settle();
  FakeExchange stream = worker.ask(
      worker.hub.mercure(), Hub0::request("GET", "?topic=messages", {{"last-event-id", "#one-1"}}));
  stream.read();
  const auto page = [] {
    return Past{.epoch = "two", .newest = 1, .events = {event_of("two", 1)}, .through = 1};
  };
  relay.answer(page());
  relay.answer(page());  // from its beginning, as it is another history
  const std::string text = stream.read();
  CHECK(text.starts_with("event: herald.gap\n"));
  CHECK(text.ends_with("\n\nid: #two-1\ndata: x\n\n"));
}

TEST_CASE("private updates are judged again when they are replayed") {
  Hub0 hub;
  publish_all(hub, {"topic=a&data=1&private", "topic=a&data=2"});
  FakeExchange nobody = hub.subscribe("topic=a&last_event_id=earliest");
  CHECK(events_of(nobody) == "id: #epoch1-2\ndata: 2\n\n");
  FakeExchange granted = hub.subscribe("topic=a&last_event_id=earliest",
                                       {{"authorization", "Bearer " + token(subscriber({"a"}))}});
  CHECK(events_of(granted) == "id: #epoch1-1\ndata: 1\n\nid: #epoch1-2\ndata: 2\n\n");
}

TEST_CASE("an update carries its type, its retry and every line of its data") {
  Hub0 hub;
  FakeExchange stream = hub.subscribe("topic=a");
  publish_all(hub, {"topic=a&data=x%0D%0Ay%0Dz&type=tick&retry=5000&id=i", "topic=a",
                    "topic=a&retry=0", "topic=a&retry=99999999999999999999"});
  CHECK(events_of(stream) ==
        "id: i\nevent: tick\nretry: 5000\ndata: x\ndata: y\ndata: z\n\n"
        "id: #epoch1-2\ndata: \n\nid: #epoch1-3\nretry: 250\ndata: \n\n"
        "id: #epoch1-4\nretry: 300000\ndata: \n\n");
}

TEST_CASE("a stream read in small pieces is the same, byte for byte") {
  Hub0 hub;
  publish_all(hub, {"topic=a&data=first&id=one", "topic=a&data=second&type=t"});
  for (const std::size_t chunk : {1U, 2U, 3U, 7U, 16U}) {
    FakeExchange stream = hub.subscribe("topic=a&last_event_id=earliest");
    CHECK(behind_greeting(stream.read(chunk)) ==
          "id: one\ndata: first\n\nid: #epoch1-2\nevent: t\ndata: second\n\n");
  }
}

TEST_CASE("a stream ends when its token does, resumable, and an idle one moves its id on") {
  Hub0 hub;
  json claims = subscriber({"a"});
  claims["exp"] = std::chrono::duration_cast<std::chrono::seconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count() +
                  60;
  FakeExchange stream = hub.subscribe("topic=a", {{"authorization", "Bearer " + token(claims)}});
  stream.read();
  hub.loop().advance(17s);
  CHECK(stream.read() == "id: #epoch1-0\n\n");
  hub.loop().advance(43s);
  const std::string last = stream.read();  // by the time at which it expires, and not after
  CHECK(last.substr(last.rfind("retry: ")).ends_with("\n\n"));
  CHECK(stream.ended);
}

TEST_CASE("a pattern's readers see topics that come later, and those that were there before") {
  Hub0 hub;
  publish_all(hub, {"topic=room-1&data=1", "topic=other&data=2", "topic=room-2&data=3"});
  FakeExchange stream = hub.subscribe("topic=room-{n}&last_event_id=%23epoch1-0");
  CHECK(events_of(stream) == "id: #epoch1-1\ndata: 1\n\nid: #epoch1-3\ndata: 3\n\n");
  publish_all(hub, {"topic=room-3&data=4", "topic=room-1&data=5"});
  CHECK(events_of(stream) == "id: #epoch1-4\ndata: 4\n\nid: #epoch1-5\ndata: 5\n\n");
}

TEST_CASE("patterns are bounded; who finds no room is asked to come back") {
  Hub::Options options;
  options.replica.patterns = 1;
  Hub0 hub(options);
  FakeExchange first = hub.subscribe("topic=a{x}");
  FakeExchange same = hub.subscribe("topic=a{x}");
  FakeExchange second = hub.subscribe("topic=b{x}");
  CHECK_FALSE(first.read().starts_with("retry"));
  CHECK_FALSE(same.read().starts_with("retry"));
  CHECK(second.status() == 200);
  CHECK(second.read().starts_with("retry: "));
  CHECK(second.ended);
}

TEST_CASE("other methods are refused, and a page's preflight is answered") {
  Hub::Options options;
  options.origins = {"https://app.example"};
  Hub0 hub(options);
  CHECK(hub.post("DELETE", "", "", {}).status() == 405);
  FakeExchange preflight = hub.post("OPTIONS", "", "", {{"origin", "https://app.example"}});
  CHECK(preflight.status() == 204);
  CHECK(preflight.field("access-control-allow-credentials") == "true");
  FakeExchange stream = hub.subscribe("topic=a", {{"origin", "https://app.example"}});
  CHECK(stream.field("access-control-expose-headers").find("last-event-id") != std::string::npos);
}
