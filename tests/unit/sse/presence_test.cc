#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/sse/mercure_world.h"

using namespace sse;
using namespace sse::testing;

namespace {

// A hub that tells who is there.
struct Attended : Hub0 {
  explicit Attended(std::chrono::microseconds slice = 1min) {
    workers.clear();
    options.slice = slice;
    options.presence = &presence;
    add_worker();
  }
  ~Attended() { workers.clear(); }
  FakeExchange list(std::string path, const std::string& bearer,
                    std::initializer_list<http::Field> fields = {}) {
    http::Request made = get("/.well-known/mercure/subscriptions" + path, fields);
    made.scheme = "https";
    made.authority = "hub.example";
    if (!bearer.empty()) made.fields.add("authorization", "Bearer " + bearer);
    return worker().ask(*worker().hub.subscriptions(), made);
  }
  // Everything in the history, for one who may have all of it.
  std::string history() {
    FakeExchange stream = subscribe("topic=*&last_event_id=earliest",
                                    {{"authorization", "Bearer " + token(subscriber({"*"}))}});
    const std::string text = events_of(stream);
    return text;
  }
  void settle() {
    for (auto& each : workers) each->loop.settle();
  }
  static std::size_t count(const std::string& text, std::string_view what) {
    std::size_t times = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++times;
    return times;
  }

  Presence presence{sequencer, {}};
};

std::string v1_token(
    const std::string& listed = "/.well-known/mercure/subscriptions/:type/:match/:who") {
  const json claims = {{"iss", "https://issuer.example"},
                       {"aud", hub_url},
                       {"exp", 9'000'000'000},
                       {"authorization_details",
                        {{{"type", "https://mercure.rocks/authorization-detail"},
                          {"actions", {"subscribe"}},
                          {"topics",
                           {{{"match", listed}, {"match_type", "urlpattern"}},
                            {{"match", "/.well-known/mercure/subscriptions"}}}},
                          {"payload", {{"tenant", 7}}}},
                         {{"type", "https://mercure.rocks/authorization-detail"},
                          {"actions", {"subscribe"}},
                          {"topics", {{{"match", "*"}}}},
                          {"payload", {{"tenant", 8}}}}}}};
  return sign_token(hub_key, claims, "at+jwt");
}

}  // namespace

TEST_CASE("a subscription's beginning and end are told as private events, in both dialects") {
  Attended hub;
  {
    FakeExchange stream = hub.subscribe("topic=a");
    hub.settle();
    stream.response().body.reset();
    hub.settle();
  }
  const std::string text = hub.history();
  CHECK(Attended::count(
            text, R"("@context":"https://mercure.rocks/","type":"Subscription","topic":"a")") == 2);
  CHECK(Attended::count(text, R"("type":"subscription","match_type":"exact","match":"a")") == 2);
  CHECK(Attended::count(text, "event: mercure\n") == 2);
  CHECK(Attended::count(text, R"("active":true)") == 2);
  CHECK(Attended::count(text, R"("active":false)") == 2);
  CHECK(text.find(R"("id":"/.well-known/mercure/subscriptions/a/urn%3Auuid%3A)") != text.npos);
  CHECK(text.find(R"("id":"/.well-known/mercure/subscriptions/exact/a/urn%3Auuid%3A)") !=
        text.npos);
  FakeExchange nobody = hub.subscribe("topic=*&last_event_id=earliest");
  CHECK(events_of(nobody).empty());
}

TEST_CASE("a hub that moves tells of subscriptions under its new path, of those before as well") {
  Attended hub;
  FakeExchange stream = hub.subscribe("topic=a");
  hub.presence.move_to("/hub");
  FakeExchange next = hub.subscribe("topic=b");
  hub.settle();
  stream.response().body.reset();
  hub.settle();
  const std::string text = hub.history();
  CHECK(Attended::count(text, R"("id":"/.well-known/mercure/subscriptions/a/)") == 1);
  CHECK(Attended::count(text, R"("id":"/hub/subscriptions/a/)") == 1);
  CHECK(Attended::count(text, R"("id":"/hub/subscriptions/b/)") == 1);
}

TEST_CASE("who polls is there until its lease has passed without another poll") {
  Attended hub;
  for (int i = 0; i < 3; ++i) hub.worker().poll("/poll?topic=a&timeout=0&clientId=c");
  hub.settle();
  CHECK(hub.presence.list().size() == 1);
  hub.loop().advance(6s);
  hub.worker().poll("/poll?topic=a&timeout=0&clientId=c");
  hub.loop().advance(6s);
  CHECK(hub.presence.list().size() == 1);
  hub.loop().advance(20s);
  CHECK(hub.presence.list().empty());
  const std::string text = hub.history();
  CHECK(Attended::count(text, R"("type":"Subscription")") == 2);
}

TEST_CASE("who reads at /events is there as well") {
  Attended hub;
  FakeExchange stream = hub.worker().events("/events?topic=a&topic=b");
  CHECK(hub.presence.list().size() == 2);
  CHECK(hub.presence.list()[0].subscriber == hub.presence.list()[1].subscriber);
}

TEST_CASE("a long list is gathered in pieces, with everybody who was there when it was begun") {
  Attended hub(0us);
  std::vector<FakeExchange> readers;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(hub.worker().events("/events?topic=a&topic=b" + std::to_string(i)));
  }
  hub.settle();
  FakeExchange listed = hub.list("", token(subscriber({"*"})));
  FakeExchange left = hub.list("", token(subscriber({"*"})));
  CHECK_FALSE(listed.answered());
  left.leave();
  FakeExchange late = hub.worker().events("/events?topic=late");
  hub.settle();
  REQUIRE(listed.status() == 200);
  const json list = json::parse(listed.read(1 << 20));
  CHECK(list["lastEventID"] == "#epoch1-400");
  std::set<std::string> topics;
  for (const json& one : list["subscriptions"]) topics.insert(one["topic"]);
  for (int i = 0; i < 100; ++i) CHECK(topics.contains("b" + std::to_string(i)));
  CHECK_FALSE(left.answered());
  FakeExchange one = hub.list("/a", token(subscriber({"*"})));
  hub.settle();
  CHECK(json::parse(one.read(1 << 20))["subscriptions"].size() == 100);
}

TEST_CASE("the list needs a token that grants its URL, and speaks that token's dialect") {
  Attended hub;
  FakeExchange first = hub.subscribe("topic=https://example.com/{id}");
  FakeExchange second = hub.subscribe("match=a");
  hub.settle();
  CHECK(hub.list("", "").status() == 401);
  CHECK(hub.list("", token(subscriber({"a"}))).status() == 403);

  FakeExchange old = hub.list("", token(subscriber({"*"})));
  CHECK(old.status() == 200);
  CHECK(old.field("content-type") == "application/ld+json");
  const json listed = json::parse(old.read());
  CHECK(listed["type"] == "Subscriptions");
  CHECK(listed["lastEventID"] == "#epoch1-3");
  CHECK(listed["subscriptions"].size() == 2);

  FakeExchange fresh = hub.list("", v1_token());
  CHECK(fresh.status() == 200);
  CHECK(fresh.field("content-type") == "application/json");
  CHECK(fresh.field("link") ==
        "<https://hub.example/.well-known/mercure>; rel=\"mercure\"; "
        "last-event-id=\"#epoch1-3\"; type=\"mercure\"; content-type=\"application/json\"");
  const json now = json::parse(fresh.read());
  CHECK(now["type"] == "subscriptions");
  REQUIRE(now["subscriptions"].size() == 1);  // templates are not of 1.0
  CHECK(now["subscriptions"][0]["match"] == "a");
  CHECK(now["subscriptions"][0]["active"] == true);
  CHECK(hub.list("", v1_token(), {{"if-none-match", fresh.field("etag")}}).status() == 304);
}

TEST_CASE("one matcher's subscriptions and one subscription can be asked for") {
  Attended hub;
  FakeExchange first = hub.subscribe("topic=https://example.com/a");
  FakeExchange second = hub.subscribe("topic=b");
  hub.settle();
  const std::string all = token(subscriber({"*"}));
  const json of_one = json::parse(hub.list("/https%3A%2F%2Fexample.com%2Fa", all).read());
  REQUIRE(of_one["subscriptions"].size() == 1);
  const std::string id = of_one["subscriptions"][0]["id"];
  FakeExchange single =
      hub.list(id.substr(std::string("/.well-known/mercure/subscriptions").size()), all);
  const json document = json::parse(single.read());
  CHECK(document["topic"] == "https://example.com/a");
  CHECK(document["lastEventID"] == "#epoch1-4");
  CHECK(hub.list("/b/urn%3Auuid%3Anobody", all).status() == 404);
  CHECK(json::parse(hub.list("/nothing", all).read())["subscriptions"].empty());
}

TEST_CASE("the subscriptions of a topic that is called like a subscriber can be asked for") {
  Attended hub;
  FakeExchange stream = hub.subscribe("match=urn:uuid:1");
  hub.settle();
  const std::string old = token(subscriber({"*"}));
  FakeExchange listed = hub.list("/urn%3Auuid%3A1", old);
  CHECK(listed.status() == 200);
  const json of_topic = json::parse(listed.read());
  REQUIRE(of_topic["subscriptions"].size() == 1);
  const std::string id = of_topic["subscriptions"][0]["id"];
  CHECK(
      hub.list(id.substr(std::string("/.well-known/mercure/subscriptions").size()), old).status() ==
      200);
  CHECK(hub.list("/urn%3Auuid%3A1/urn%3Auuid%3Anobody", old).status() == 404);
  CHECK(json::parse(hub.list("/urn%3Auuid%3A2", old).read())["subscriptions"].empty());

  const std::string fresh = v1_token("/.well-known/mercure/subscriptions/*");
  FakeExchange of_match = hub.list("/exact/urn%3Auuid%3A1", fresh);
  CHECK(of_match.status() == 200);
  CHECK(json::parse(of_match.read())["subscriptions"].size() == 1);
  CHECK(hub.list("/exact/urn%3Auuid%3A2", fresh).status() == 200);
  CHECK(hub.list("/exact/urn%3Auuid%3A1/urn%3Auuid%3Anobody", fresh).status() == 404);
}

TEST_CASE("a payload is that of the first detail that matches the subscription") {
  Attended hub;
  FakeExchange stream = hub.subscribe("match=a", {{"authorization", "Bearer " + v1_token()}});
  json old = subscriber({"b"});
  old["mercure"]["payload"] = {{"name", "x"}};
  FakeExchange other = hub.subscribe("topic=b", {{"authorization", "Bearer " + token(old)}});
  std::string payloads;
  for (const Attending& one : hub.presence.list()) payloads += one.wanted.text() + one.payload;
  CHECK(payloads.find(R"(a{"tenant":8})") != payloads.npos);
  CHECK(payloads.find(R"(b{"name":"x"})") != payloads.npos);
}

TEST_CASE("the hub's metadata say for whom a token must be, and whether there is a list") {
  Attended hub;
  FakeExchange answer = hub.worker().ask(hub.worker().hub.metadata(), get("/x"));
  CHECK(answer.status() == 200);
  const json data = json::parse(answer.read());
  CHECK(data["resource"] == hub_url);
  CHECK(data["mercure_subscriptions"] == true);
  CHECK(data["mercure_cookie"] == "__Secure-mercure_access_token");
  Hub0 plain;
  const json without =
      json::parse(plain.worker().ask(plain.worker().hub.metadata(), get("/x")).read());
  CHECK_FALSE(without.contains("mercure_subscriptions"));
}

TEST_CASE("who comes and goes under ever new names pushes out nobody's history") {
  Attended hub;
  hub.workers.clear();
  hub.options.replica.topics = 20;
  hub.options.replica.events_per_pattern = 20;
  hub.add_worker();
  const std::string first = hub.publish("1:0", "score");
  for (int i = 0; i < 2000; ++i) {
    hub.worker().poll("/poll?topic=t&clientId=c" + std::to_string(i) + "&timeout=0");
  }
  hub.settle();
  FakeExchange state = hub.worker().ask(hub.worker().hub.state(), get("/state?topic=score"));
  CHECK(state.status() == 200);
  FakeExchange quiet = hub.subscribe("topic=quiet&last_event_id=" + first);
  CHECK(quiet.read().find("herald.gap") == std::string::npos);
  FakeExchange all = hub.subscribe("topic=*&last_event_id=epoch1-0");
  const std::string text = events_of(all);
  CHECK(text.find("herald.gap") == std::string::npos);
  CHECK(Attended::count(text, "data: 1:0\n") == 1);
  CHECK(hub.history().find("herald.gap") == std::string::npos);
}

TEST_CASE("who may read the hub's own events is told which of them are gone, and others are not") {
  Attended hub;
  hub.workers.clear();
  hub.options.replica.hub_topics = 10;
  hub.add_worker();
  hub.publish("news", "a");
  for (int i = 0; i < 100; ++i) {
    hub.worker().poll("/poll?topic=t&clientId=c" + std::to_string(i) + "&timeout=0");
  }
  hub.settle();
  FakeExchange granted = hub.subscribe("topic=*&last_event_id=epoch1-1",
                                       {{"authorization", "Bearer " + token(subscriber({"*"}))}});
  CHECK(events_of(granted).find("\"reason\":\"expired\"") != std::string::npos);
  FakeExchange other = hub.subscribe("topic=*&last_event_id=epoch1-1");
  CHECK(events_of(other).find("herald.gap") == std::string::npos);
}
