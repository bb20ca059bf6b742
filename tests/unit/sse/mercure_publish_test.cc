#include <catch2/catch.hpp>

#include "tests/unit/sse/mercure_world.h"

using namespace sse;
using namespace sse::testing;

TEST_CASE("an update is answered with its id as text") {
  Hub0 hub;
  FakeExchange ours = hub.publish_form("topic=a&data=x", anything());
  CHECK(ours.status() == 200);
  CHECK(ours.field("content-type") == "text/plain; charset=utf-8");
  CHECK(ours.read() == "#epoch1-1");
  CHECK(hub.publish_form("topic=a&data=x&id=urn:uuid:1", anything()).read() == "urn:uuid:1");
}

TEST_CASE("every topic of an update must be granted, or nothing is sent") {
  Hub0 hub;
  FakeExchange stream = hub.subscribe("topic=*");
  const std::string some = token(publisher({"a", "books-{id}"}));
  CHECK(hub.publish_form("topic=a&topic=books-1", some).status() == 200);
  FakeExchange refused = hub.publish_form("topic=a&topic=b", some);
  CHECK(refused.status() == 403);
  CHECK(refused.read().find("\\\"b\\\"") != std::string::npos);
  CHECK(refused.field("www-authenticate").find("insufficient_scope") != std::string::npos);
  CHECK(hub.publish_form("topic=a&private=on", token(publisher(json::array()))).status() == 403);
  CHECK(hub.publish_form("topic=a", token(subscriber({"*"}))).status() == 403);
  CHECK(events_of(stream) == "id: #epoch1-1\ndata: \n\n");
}

TEST_CASE("publishing needs a token, and a good one") {
  Hub0 hub;
  CHECK(hub.publish_form("topic=a", "").status() == 401);
  CHECK(hub.publish_form("topic=a", "bad").status() == 401);
  const std::string namespaced =
      token({{"https://mercure.rocks/", {{"publish", {"*"}}}}, {"mercure", {{"publish", {"b"}}}}});
  CHECK(hub.publish_form("topic=a", namespaced).status() == 200);
}

TEST_CASE("a cookie publishes only from a page, and only of an origin that may") {
  Hub::Options options;
  options.origins = {"https://app.example"};
  Hub0 hub(options);
  const std::string cookie = "mercureAuthorization=" + anything();
  const auto from = [&](std::initializer_list<http::Field> fields) {
    return hub.publish_form("topic=a", "", fields).status();
  };
  CHECK(from({{"cookie", cookie}}) == 403);
  CHECK(from({{"cookie", cookie}, {"origin", "https://evil.example"}}) == 403);
  CHECK(from({{"cookie", cookie}, {"origin", "https://app.example"}}) == 200);
  CHECK(from({{"cookie", cookie}, {"origin", "https://hub.example"}}) == 200);
}

TEST_CASE("what an update may not be is refused with the reason") {
  Hub0 hub;
  for (const char* form :
       {"data=x", "topic=", "topic=*", "topic=a&topic=*", "topic=a%00b", "topic=a%E2%80%AEb",
        "topic=/.well-known/mercure/subscriptions/x/y",
        "topic=a&topic=/.well-known/%256dercure/../mercure",
        "topic=https://hub.example/.well-known/%6Dercure/x", "topic=a&id=%23x",
        "topic=a&id=earliest", "topic=a&id=x%0Ay", "topic=a&id=a%E2%80%8Bb", "topic=a&type=mercure",
        "topic=a&type=x%0Ddata:y", "topic=a&retry=1s", "topic=a&retry=-1", "topic=a&data=%ff"}) {
    INFO(form);
    FakeExchange refused = hub.publish_form(form, anything());
    CHECK(refused.status() == 400);
    CHECK(refused.field("content-type") == "application/problem+json");
  }
  FakeExchange as_json = hub.publish_form("{}", anything(), {{"content-type", "application/json"}});
  CHECK(as_json.status() == 415);
}

TEST_CASE("unknown fields are ignored, and private counts by its name alone") {
  Hub0 hub;
  FakeExchange nobody = hub.subscribe("topic=a");
  CHECK(hub.publish_form("topic=a&colour=red&data=1", anything()).status() == 200);
  CHECK(hub.publish_form("topic=a&private&data=2", anything()).status() == 200);
  CHECK(hub.publish_form("topic=a&private=false&data=3", anything()).status() == 200);
  CHECK(events_of(nobody) == "id: #epoch1-1\ndata: 1\n\n");
}

TEST_CASE("an update sent again under its key is the same update") {
  Hub0 hub;
  FakeExchange first = hub.publish_form("topic=a&data=1", anything(), {{"idempotency-key", "k"}});
  FakeExchange again = hub.publish_form("topic=a&data=1", anything(), {{"idempotency-key", "k"}});
  CHECK(first.read() == "#epoch1-1");
  CHECK(again.read() == "#epoch1-1");
  FakeExchange other = hub.publish_form("topic=b&data=1", anything(), {{"idempotency-key", "k"}});
  CHECK(other.read() == "#epoch1-2");
  CHECK(hub.publish_form("topic=a", anything(), {{"idempotency-key", "\xff"}}).status() == 400);
}
