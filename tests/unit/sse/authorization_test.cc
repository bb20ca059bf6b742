#include "sse/authorization.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/base64url.h"
#include "sse/json_web_token.h"
#include "tests/unit/sse/pem.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;
using nlohmann::json;

namespace {

PemPair make_pair() {
  const net::Handle<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  return pem_of(key.get());
}

const Key shared = Key::read("0123456789abcdef0123456789abcdef\n");
const std::vector<std::string> all{"*"};

long now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Authorizer with(std::vector<Key> keys, std::vector<std::string> tokens = {}) {
  return Authorizer({.dev = false,
                     .tokens = std::move(tokens),
                     .keys = std::move(keys),
                     .subscribe_requires_token = true});
}

// The sentence of the refusal, or the granted topics.
std::string outcome(const Authorizer& authorizer, const std::string& token) {
  http::Request request = get("/send", {{"authorization", "Bearer " + token}});
  const Decision decision = authorizer.publisher(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) {
    CHECK(denied->status == 401);
    CHECK(denied->challenge.find("error=\"invalid_token\"") != std::string::npos);
    return denied->sentence;
  }
  std::string topics;
  for (const auto& topic : std::get<Grant>(decision).topics) topics += topic.text() + " ";
  return topics;
}

std::string token_with(const json& more = json::object()) {
  json claims = {{"mercure", {{"publish", {"a", "b"}}}}};
  claims.update(more);
  return sign_token(shared, claims);
}

}  // namespace

TEST_CASE("a token made for a key is good for that key") {
  CHECK(outcome(with({shared}), make_token(shared, all, {}, 60s)) == "* ");
  const PemPair pair = make_pair();
  CHECK(outcome(with({shared, Key::read(pair.open)}),
                make_token(Key::read(pair.secret), all, {}, 60s)) == "* ");
}

TEST_CASE("keys that replace others are good for publishers and for subscribers") {
  Authorizer authorizer = with({Key::read(std::string(32, 'k'))});
  authorizer.use({.dev = false, .tokens = {}, .keys = {shared}});
  CHECK(outcome(authorizer, make_token(shared, all, {}, 60s)) == "* ");
  const std::string bearer = "Bearer " + make_token(shared, {}, all, 60s);
  const Decision reader = authorizer.reader(get("/events", {{"authorization", bearer}}));
  REQUIRE(std::holds_alternative<Grant>(reader));
  CHECK(std::get<Grant>(reader).covers("a"));
}

TEST_CASE("a refused token is told the rule that it breaks") {
  const Authorizer authorizer = with({shared});
  CHECK(outcome(authorizer, token_with({{"exp", now() + 60}, {"nbf", now() - 60}})) == "a b ");
  CHECK(outcome(authorizer, token_with({{"exp", now() - 1}})) == "The bearer token has expired.");
  CHECK(outcome(authorizer, token_with({{"nbf", now() + 60}})) ==
        "The bearer token is not valid yet.");
  CHECK(outcome(authorizer, token_with({{"exp", "never"}})) ==
        "The bearer token has a claim \"exp\" that is no number.");
  const std::string bad_signature = "The bearer token has a signature that no configured key made.";
  CHECK(outcome(with({Key::read(std::string(32, 'k'))}), token_with()) == bad_signature);
  CHECK(outcome(authorizer, "nonsense").find("can be read") != std::string::npos);
  CHECK(outcome(authorizer, "").find("can be read") != std::string::npos);
  CHECK(outcome(authorizer, std::string(9000, 'a')) == "The bearer token is longer than 8 KiB.");
}

TEST_CASE("the algorithm is the key's: neither none nor another one is taken from the token") {
  const PemPair pair = make_pair();
  const Key open = Key::read(pair.open);
  const std::string wrong =
      "The bearer token is signed with an algorithm that no configured key has.";
  // The public key, known to all, used as a secret.
  const Key confused{.kind = Key::Kind::secret, .text = pair.open};
  CHECK(outcome(with({open}), make_token(confused, all, {}, 60s)) == wrong);
  CHECK(outcome(with({shared}), make_token(Key::read(pair.secret), all, {}, 60s)) == wrong);
  const std::string claims = base64url(R"({"mercure":{"publish":["*"]}})");
  const std::string none = base64url(R"({"alg":"none","typ":"JWT"})") + "." + claims + ".";
  CHECK(outcome(with({open}), none) == wrong);
  CHECK(outcome(with({shared}), none) == wrong);
  const std::string larger = base64url(R"({"alg":"HS512","typ":"JWT"})") + "." + claims + ".AAAA";
  CHECK(outcome(with({shared}), larger) ==
        "The bearer token is signed with HS512, which [events] algorithms does not allow.");
  const std::string bare = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + claims + ".";
  CHECK(outcome(with({shared}), bare).find("signature") != std::string::npos);
  CHECK(outcome(with({open}), make_token(Key::read(make_pair().secret), all, {}, 60s))
            .find("signature") != std::string::npos);
}

TEST_CASE("a token has one spelling: bits that its signature has over are zero") {
  const std::string token = make_token(shared, all, {}, 60s);
  CHECK(outcome(with({shared}), token) == "* ");
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t other = 1; other < 4; ++other) {
    std::string spelt = token;
    spelt.back() = letters[letters.find(token.back()) + other];
    CHECK(outcome(with({shared}), spelt).find("can be read") != std::string::npos);
  }
}

TEST_CASE("static tokens may do everything, and several are good at once") {
  const Authorizer authorizer = with({}, {"old-token", "new-token", ""});
  CHECK(outcome(authorizer, "old-token") == "* ");
  CHECK(outcome(authorizer, "new-token") == "* ");
  CHECK(outcome(authorizer, "old-tokem") == "The bearer token is not known.");
  CHECK(outcome(authorizer, "") == "The bearer token is not known.");
}

TEST_CASE("a claim that is missing or of another shape grants nothing") {
  for (const json& claims :
       {json{{"sub", "x"}}, json{{"mercure", 5}}, json{{"mercure", {{"publish", "*"}}}},
        json{{"mercure", {{"publish", {1, nullptr}}}}}}) {
    CHECK(outcome(with({shared}), sign_token(shared, claims)).empty());
  }
}

TEST_CASE("without a key and without development nobody publishes, and is told how to") {
  http::Request request = get("/send", {{"authorization", "Bearer x"}});
  const Decision decision = Authorizer({}).publisher(request);
  const auto& denied = std::get<Denied>(decision);
  CHECK(denied.status == 403);
  CHECK(denied.sentence == "Publishing is off: start with --dev or set [events] key_file.");
}

TEST_CASE("subscribing is open unless it needs a token, and then each topic must be granted") {
  World open;
  CHECK(open.worker().events("/events?topic=a").status() == 200);
  World closed({}, {.dev = true, .tokens = {}, .keys = {shared}, .subscribe_requires_token = true});
  FakeExchange none = closed.worker().events("/events?topic=a");
  CHECK(none.status() == 401);
  const std::vector<std::string> topics{"a"};
  const std::string bearer = "bearer " + make_token(shared, {}, topics, 60s);
  CHECK(closed.worker().events("/events?topic=a", {{"authorization", bearer}}).status() == 200);
  FakeExchange other =
      closed.worker().events("/events?topic=a&topic=b", {{"authorization", bearer}});
  CHECK(other.status() == 403);
  CHECK(other.read().find("\\\"b\\\"") != std::string::npos);
  CHECK(closed.worker().poll("/poll?topic=a").status() == 401);
}

TEST_CASE("where a token is needed a pattern is granted by the same pattern, or by all") {
  World closed({}, {.dev = true, .tokens = {}, .keys = {shared}, .subscribe_requires_token = true});
  const auto asked = [&](const std::string& query, const std::vector<std::string>& granted) {
    const std::string bearer = "Bearer " + make_token(shared, {}, granted, 60s);
    return closed.worker().events("/events?" + query, {{"authorization", bearer}}).status();
  };
  CHECK(asked("topic=news", {"news"}) == 200);
  CHECK(asked("prefix=news", {"news"}) == 403);
  CHECK(asked("prefix=news", {"{x}"}) == 403);
  CHECK(asked("pattern=news-{id}", {"{x}"}) == 403);
  CHECK(asked("pattern=news-{id}", {"news-{id}"}) == 200);
  CHECK(asked("topic=news-1", {"news-{id}"}) == 200);
  CHECK(asked("pattern=*", {"news"}) == 403);
  for (const char* query : {"prefix=news", "pattern=news-{id}", "pattern=*", "topic=news"}) {
    CHECK(asked(query, {"*"}) == 200);
  }
}

TEST_CASE("a stream ends, with word to come back, soon after its token has expired") {
  World world({}, {.dev = true, .tokens = {}, .keys = {shared}, .subscribe_requires_token = true});
  const std::string bearer = "Bearer " + make_token(shared, {}, all, 60s);
  FakeExchange stream = world.worker().events("/events", {{"authorization", bearer}});
  stream.read();
  for (int i = 0; i < 3; ++i) {
    world.loop().advance(17s);
    CHECK(stream.read() == "id: epoch1-0\n\n");
  }
  world.loop().advance(34s);
  CHECK(stream.read().starts_with("retry: "));
  CHECK(stream.ended);
}

TEST_CASE("keys are told apart by what they look like, and short secrets are refused") {
  CHECK(shared.text.size() == 32);
  CHECK(Key::read(make_pair().open).kind == Key::Kind::p256);
  CHECK_THROWS_AS(Key::read("-----BEGIN PUBLIC KEY-----\n"), net::Error);
  CHECK_THROWS_AS(Key::read("too short"), net::Error);
  CHECK_THROWS_AS(make_token(Key::read(make_pair().open), all, {}, 60s), net::Error);
}
