#include <catch2/catch.hpp>

#include "tests/unit/sse/send.h"

using namespace sse;
using namespace sse::testing;

namespace {

FakeExchange send(World& world, std::string content, std::initializer_list<http::Field> fields = {},
                  std::string type = "application/json", std::string address = "127.0.0.1") {
  return sse::testing::send(world, get("/send", fields), std::move(type), std::move(content),
                            std::move(address));
}

}  // namespace

TEST_CASE("a message is answered with its id when it is in the order") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  FakeExchange sent = send(world, R"({"message":"hello"})");
  CHECK(sent.status() == 200);
  CHECK(sent.field("content-type") == "application/json");
  CHECK(sent.field("cache-control") == "no-store");
  CHECK(sent.read() == R"({"success":true,"id":"epoch1-1"})");
  CHECK(sent->collect_limit == 65536);
  CHECK(stream.read() == "id: epoch1-1\ndata: hello\n\n");
}

TEST_CASE("a string is sent as its text, any other value as JSON, with topic, type and id") {
  World world;
  FakeExchange stream = world.worker().events("/events?topic=t");
  stream.read();
  send(world, R"({"message":{"a":[1,2.5,null,true]},"topic":"t","type":"tick","id":"mine"})");
  send(world, R"({"message":"a\nb","topic":"t"})", {}, "application/vnd.api+json; charset=utf-8");
  send(world, R"({"message":null,"topic":"t","more":1})");
  CHECK(stream.read() ==
        "id: epoch1-1\nevent: tick\ndata: {\"a\":[1,2.5,null,true]}\n\n"
        "id: epoch1-2\ndata: a\ndata: b\n\nid: epoch1-3\ndata: null\n\n");
}

TEST_CASE("a message may have several topics, be private, and say when to come back") {
  World world;
  FakeExchange first = world.worker().events("/events?topic=a");
  FakeExchange second = world.worker().events("/events?topic=b");
  first.read();
  second.read();
  CHECK(send(world, R"({"message":"x","topic":["a","b"],"retry":1})").status() == 200);
  CHECK(send(world, R"({"message":"secret","topic":"a","private":true})").status() == 200);
  CHECK(first.read().ends_with("id: epoch1-1\nretry: 250\ndata: x\n\n"));
  CHECK(second.read().ends_with("id: epoch1-1\nretry: 250\ndata: x\n\n"));
  CHECK(world.worker().poll("/poll?topic=a&after=epoch1-1&timeout=0").read().find("secret") ==
        std::string::npos);
}

TEST_CASE("what is not a message is refused with the reason and the place") {
  World world;
  const auto refusal = [&](std::string content) {
    FakeExchange fake = send(world, std::move(content));
    CHECK(fake.status() == 400);
    return fake.read();
  };
  CHECK(refusal("{\"message\":\n tru}").find("line 2, column 5") != std::string::npos);
  CHECK(refusal("").find("not JSON") != std::string::npos);
  CHECK(refusal("[1]").find("must be a JSON object") != std::string::npos);
  CHECK(refusal("{\"massage\":1}").find("\\\"message\\\" is missing") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"topic\":5}").find("\\\"topic\\\" must be a string") !=
        std::string::npos);
  CHECK(refusal("{\"message\":1,\"topic\":[]}").find("a list of strings") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"topic\":[\"a\",5]}").find("\\\"topic\\\"") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"private\":1}").find("true or false") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"retry\":-1}").find("milliseconds") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"type\":\"a\\u0000b\"}").find("type") != std::string::npos);
  CHECK(refusal("{\"message\":1,\"id\":\"a\\nb\"}").find("id") != std::string::npos);
  CHECK(refusal("{\"message\":1e999}").find("not JSON") != std::string::npos);
  CHECK(refusal("{\"message\":\"\xff\"}").find("not JSON") != std::string::npos);
  CHECK(refusal("{\"message\":" + std::string(30'000, '[')).find("100 deep") != std::string::npos);
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("without a topic a member that is not known may be the topic, misspelt: it is refused") {
  World world;
  FakeExchange fake = send(world, R"({"topik":"n","message":1})");
  CHECK(fake.status() == 400);
  CHECK(fake.read().find(R"(There is no member \"topik\")") != std::string::npos);
  CHECK(send(world, R"({"message":1,"private":true,"more":1})").status() == 400);
  FakeExchange lines =
      send(world, "{\"message\":1}\n{\"message\":2,\"Topic\":\"n\"}", {}, "application/x-ndjson");
  CHECK(lines.read().find("Line 2: ") != std::string::npos);
  CHECK(world.sequencer.newest() == 0);
  CHECK(send(world, R"({"message":1,"topic":"n","more":1})").status() == 200);
  CHECK(send(world, R"({"message":1,"topic":null,"more":1})").status() == 200);
  CHECK(send(world, R"({"message":1,"type":"t","id":"i","private":false,"retry":500})").status() ==
        200);
}

TEST_CASE("names that are the hub's own are nobody's to publish, at this door either") {
  World world;
  for (const char* content :
       {R"({"message":1,"topic":"*"})", R"({"message":1,"topic":["a","*"]})",
        R"({"message":1,"topic":"/.well-known/mercure/subscriptions/x/y"})",
        R"({"message":1,"topic":"https://app.test/.well-known/%6Dercure/subscriptions/x"})",
        R"({"message":1,"id":"earliest"})", R"({"message":1,"id":"#epoch1-1"})",
        R"({"message":1,"type":"mercure"})"}) {
    INFO(content);
    CHECK(send(world, content).status() == 400);
    CHECK(send(world, content, {}, "application/x-ndjson").read().find("Line 1: ") !=
          std::string::npos);
  }
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("content that is declared too large is refused at once, by the name of its limit") {
  World world;
  FakeExchange fake = send(world, "{}", {{"content-length", "65537"}});
  CHECK(fake.status() == 413);
  const std::string told = fake.read();
  CHECK(told.find("65536 bytes") != std::string::npos);
  CHECK(told.find("message_bytes") != std::string::npos);
  CHECK(send(world, R"({"message":1})", {{"content-length", "65536"}}).status() == 200);
  const std::string type = "application/x-ndjson";
  CHECK(send(world, "{\"message\":1}", {{"content-length", "1048576"}}, type).status() == 200);
  CHECK(send(world, "{\"message\":1}", {{"content-length", "1048577"}}, type).status() == 413);
}

TEST_CASE("other content types are refused with 415, other methods with 405") {
  World world;
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "text/json"}) {
    CHECK(send(world, "{\"message\":1}", {}, type).status() == 415);
  }
  FakeExchange fetched = world.worker().ask(world.worker().hub.publish(), get("/send"));
  CHECK(fetched.status() == 405);
  CHECK(fetched.field("allow") == "POST, OPTIONS");
}

TEST_CASE("a page of another origin may publish only if its origin is listed") {
  Hub::Options options;
  options.origins = {"*", "https://listed.example"};
  World world(options);
  const std::string one = "{\"message\":1}";
  CHECK(send(world, one, {{"origin", "https://app.test"}}).status() == 200);
  CHECK(send(world, one, {{"origin", "https://listed.example"}, {"sec-fetch-site", "cross-site"}})
            .status() == 200);
  CHECK(send(world, one, {{"origin", "https://evil.example"}}).status() == 403);
  CHECK(send(world, one, {{"origin", "http://app.test"}}).status() == 403);
  CHECK(send(world, one, {{"origin", "null"}}).status() == 403);
  CHECK(send(world, one, {{"sec-fetch-site", "cross-site"}}).status() == 403);
  CHECK(send(world, one, {{"sec-fetch-site", "same-origin"}}).status() == 200);
}

TEST_CASE("in development only clients on the loopback publish without a token") {
  World world;
  CHECK(send(world, "{\"message\":1}", {}, "application/json", "::1").status() == 200);
  FakeExchange far = send(world, "{\"message\":1}", {}, "application/json", "192.0.2.1");
  CHECK(far.status() == 403);
  CHECK(far.read().find("this machine only") != std::string::npos);
}

TEST_CASE("a token publishes to the topics it grants") {
  const Key key = Key::read("0123456789abcdef0123456789abcdef");
  World world({}, {.dev = false, .tokens = {}, .keys = {key}, .subscribe_requires_token = false});
  const std::vector<std::string> topics{"news"};
  const std::string bearer = "Bearer " + make_token(key, topics, {}, 60s);
  CHECK(send(world, "{\"message\":1,\"topic\":\"news\"}", {{"authorization", bearer}}).status() ==
        200);
  FakeExchange other = send(world, "{\"message\":1,\"topic\":\"x\"}", {{"authorization", bearer}});
  CHECK(other.status() == 403);
  CHECK(other.read().find("topic \\\"x\\\"") != std::string::npos);
  FakeExchange none = send(world, "{\"message\":1}");
  CHECK(none.status() == 401);
  CHECK(none.field("www-authenticate") ==
        "Bearer realm=\"herald\", resource_metadata=\"https://app.test/.well-known/"
        "oauth-protected-resource/.well-known/mercure\"");
}

TEST_CASE("a publisher that leaves before its event is in the order is no trouble") {
  World world;
  http::Request request = get("/send", {{"content-type", "application/json"}});
  request.method = "POST";
  http::Peer peer;
  peer.address = "127.0.0.1";
  request.peer = &peer;
  FakeExchange fake;
  fake->content = "{\"message\":1}";
  world.worker().hub.publish().handle(request, fake.exchange());
  fake.leave();
  world.loop().settle();
  CHECK_FALSE(fake.answered());
  CHECK(world.sequencer.newest() == 1);
}

namespace {
// A POST of a batch that is begun.
FakeExchange begin_batch(World& world, std::string content) {
  http::Request request = get("/send", {{"content-type", "application/x-ndjson"}});
  request.method = "POST";
  http::Peer peer;
  peer.address = "127.0.0.1";
  request.peer = &peer;
  FakeExchange fake;
  fake->content = std::move(content);
  world.worker().hub.publish().handle(request, fake.exchange());
  return fake;
}
std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "{\"message\":\"line\"}\n";
  return text;
}
}  // namespace

TEST_CASE("a batch is read in pieces, and nobody waits for it who publishes one event") {
  Hub::Options options;
  options.slice = 0us;  // two lines in a turn
  World world(options);
  FakeExchange batch = begin_batch(world, lines(100));
  CHECK_FALSE(batch.answered());
  world.publish("single");
  world.loop().settle();
  CHECK(batch.status() == 200);
  const std::string ids = batch.read();
  CHECK(ids.find("\"epoch1-2\"") != std::string::npos);
  CHECK(ids.ends_with("\"epoch1-101\"]}"));
}

TEST_CASE("a batch whose client goes while it is read is not published") {
  Hub::Options options;
  options.slice = 0us;
  World world(options);
  FakeExchange batch = begin_batch(world, lines(100));
  batch.leave();
  world.loop().settle();
  CHECK(world.publish("next") == "epoch1-1");
}

TEST_CASE("a line of a batch takes no more than an event alone") {
  World world;
  const std::string line = R"({"message":")" + std::string(70'000, 'x') + "\"}";
  FakeExchange sent = send(world, lines(1) + line, {}, "application/x-ndjson");
  CHECK(sent.status() == 413);
  CHECK(sent.read().find("Line 2: An event takes at most 65536 bytes.") != std::string::npos);
  CHECK(world.publish("next") == "epoch1-1");
}
