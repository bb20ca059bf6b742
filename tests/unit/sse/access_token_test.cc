#include <openssl/rsa.h>

#include <catch2/catch.hpp>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/base64url.h"
#include "tests/unit/sse/mercure_world.h"
#include "tests/unit/sse/pem.h"

using namespace sse;
using namespace sse::testing;

namespace {

using Pair = net::Handle<EVP_PKEY, EVP_PKEY_free>;

std::string rule_of(const std::string& token, std::vector<Key> keys) {
  return verify_token(token, keys).broken_rule;
}

long now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

json detail(const json& actions, const json& topics) {
  return {{"type", "https://mercure.rocks/authorization-detail"},
          {"actions", actions},
          {"topics", topics}};
}

json access_claims(const json& details) {
  return {{"iss", "https://issuer.example"},
          {"aud", hub_url},
          {"exp", now() + 60},
          {"authorization_details", details}};
}

std::string access_token(const json& claims) { return sign_token(hub_key, claims, "at+jwt"); }

std::string granting(const json& actions, const json& topics) {
  return access_token(access_claims(json::array({detail(actions, topics)})));
}

// The sentence with which a token is refused, which must be a 401.
std::string refusal_of(const json& claims, const std::string& type = "at+jwt") {
  Hub0 hub;
  const std::string bearer = "Bearer " + sign_token(hub_key, claims, type);
  FakeExchange refused = hub.subscribe("match=a", {{"authorization", bearer}});
  if (refused.status() == 200) return "taken";
  CHECK(refused.status() == 401);
  CHECK(refused.field("www-authenticate").find("invalid_token") != std::string::npos);
  return json::parse(refused.read())["detail"];
}

}  // namespace

TEST_CASE("RSA, EC and Ed25519 keys sign and verify, each for its own tokens only") {
  const json claims{{"sub", "x"}};
  std::vector<Key> open{hub_key};
  std::vector<std::string> tokens{sign_token(hub_key, claims)};
  for (EVP_PKEY* made : {EVP_RSA_gen(2048), EVP_EC_gen("P-256"), EVP_EC_gen("P-384"),
                         EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}) {
    const Pair key(made);
    const PemPair files = pem_of(key.get());
    open.push_back(Key::read(files.open));
    tokens.push_back(sign_token(Key::read(files.secret), claims));
    CHECK_THROWS_AS(sign_token(Key::read(files.open), claims), net::Error);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    CHECK(rule_of(tokens[i], open).empty());
    for (std::size_t k = 0; k < open.size(); ++k) {
      CHECK(rule_of(tokens[i], {open[k]}).empty() == (i == k));
    }
    std::string forged = tokens[i];
    forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(rule_of(forged, open) == "has a signature that no configured key made");
  }
}

TEST_CASE("an algorithm that is not allowed is refused though a key would fit") {
  const std::vector<Key> keys{hub_key};
  const std::vector<std::string> only{"EdDSA"};
  CHECK(verify_token(token({{"a", 1}}), keys, only).broken_rule ==
        "is signed with HS256, which [events] algorithms does not allow");
}

TEST_CASE("a JWK Set gives its keys; a token's kid chooses among them and brings none of its own") {
  const Pair pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  std::string x(32, '\0');
  std::size_t size = x.size();
  EVP_PKEY_get_raw_public_key(pair.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
  const json set = {{"keys",
                     {{{"kty", "OKP"}, {"crv", "Ed25519"}, {"kid", "one"}, {"x", base64url(x)}},
                      {{"kty", "oct"}, {"kid", "two"}, {"k", base64url(hub_key.text)}},
                      {{"kty", "RSA"}, {"use", "enc"}},
                      {{"kty", "unheard of"}}}}};
  const std::vector<Key> keys = Key::read_set(set.dump());
  REQUIRE(keys.size() == 2);
  Key signer = Key::read(pem_of(pair.get()).secret);
  signer.id = "one";
  CHECK(rule_of(sign_token(signer, {{"a", 1}}), keys).empty());
  signer.id = "two";
  CHECK(rule_of(sign_token(signer, {{"a", 1}}), keys).empty());  // a hint that fits no such key
  CHECK_THROWS_AS(Key::read_set("{}"), net::Error);
  CHECK_THROWS_AS(Key::read_set(R"({"keys":[{"kty":"RSA"}]})"), net::Error);
}

TEST_CASE("RSA keys that are too short are refused") {
  const Pair pair(EVP_RSA_gen(1024));
  CHECK_THROWS_AS(Key::read(pem_of(pair.get()).open), net::Error);
}

TEST_CASE("an access token must be issued by whom the hub trusts, for this hub, and expire") {
  const json good = access_claims(json::array({detail({"subscribe"}, {{{"match", "a"}}})}));
  CHECK(refusal_of(good) == "taken");
  CHECK(refusal_of(good, "application/AT+JWT") == "taken");
  const auto without = [&](const char* name) {
    json claims = good;
    claims.erase(name);
    return refusal_of(claims);
  };
  const auto with = [&](const char* name, const json& value) {
    json claims = good;
    claims[name] = value;
    return refusal_of(claims);
  };
  CHECK(without("exp").find("\"exp\"") != std::string::npos);
  CHECK(without("iss").find("\"iss\"") != std::string::npos);
  CHECK(without("aud").find("\"aud\"") != std::string::npos);
  CHECK(with("iss", "https://other.example").find("\"iss\"") != std::string::npos);
  CHECK(with("aud", "https://other.example/hub").find(hub_url) != std::string::npos);
  CHECK(with("aud", {"https://other.example/hub", hub_url}) == "taken");
  CHECK(with("exp", now() - 1) == "The bearer token has expired.");
  CHECK(with("nbf", now() + 60) == "The bearer token is not valid yet.");
}

TEST_CASE("an access token is not taken from a URL") {
  Hub0 hub;
  const std::string good = granting({"subscribe"}, {{{"match", "a"}}});
  CHECK(hub.subscribe("match=a&authorization=" + good).status() == 401);
  const std::string cookie = "__Secure-mercure_access_token=" + good;
  CHECK(hub.subscribe("match=a", {{"cookie", cookie}}).status() == 200);
}

TEST_CASE("one authorization detail that cannot be used spoils the token") {
  const json topics = json::array({{{"match", "a"}}});
  const auto with = [&](json bad) {
    return refusal_of(access_claims(json::array({detail({"subscribe"}, topics), std::move(bad)})));
  };
  CHECK(with(detail(json::array(), topics)) != "taken");
  CHECK(with(detail({"subscribe", 5}, topics)) != "taken");
  CHECK(with(detail({"subscribe"}, json::array())) != "taken");
  CHECK(with(detail({"subscribe"}, {"a"})) != "taken");
  CHECK(with(detail({"subscribe"}, {{{"match", 5}}})) != "taken");
  CHECK(with(detail({"subscribe"}, {{{"match", "a"}, {"match_type", "Exact"}}})) != "taken");
  CHECK(with(detail({"subscribe"}, {{{"match", "/("}, {"match_type", "urlpattern"}}})) != "taken");
  json payload = detail({"subscribe"}, topics);
  payload["payload"] = "text";
  CHECK(with(payload) != "taken");
  // What we do not know grants nothing, and does no harm.
  CHECK(with(detail({"fly"}, topics)) == "taken");
  CHECK(with({{"type", "https://other.example/detail"}, {"actions", 5}}) == "taken");
}

TEST_CASE("1.0: exact matchers compare bytes, URL patterns match, and a star is all") {
  Hub0 hub;
  FakeExchange exact = hub.subscribe("match=https://example.com/{id}");
  FakeExchange named = hub.subscribe("match_exact=a");
  FakeExchange pattern = hub.subscribe("match_urlpattern=https://example.com/books/:id");
  FakeExchange all = hub.subscribe("match=*");
  const std::string bearer = granting({"publish"}, {{{"match", "*"}}});
  for (const char* form : {"topic=a&data=1", "topic=https://example.com/books/1&data=2",
                           "topic=https://example.com/{id}&data=3"}) {
    CHECK(hub.publish_form(form, bearer).status() == 200);
  }
  CHECK(events_of(named) == "id: #epoch1-1\ndata: 1\n\n");
  CHECK(events_of(pattern) == "id: #epoch1-2\ndata: 2\n\n");
  CHECK(events_of(exact) == "id: #epoch1-3\ndata: 3\n\n");
  CHECK(events_of(all).find("data: 3") != std::string::npos);
}

TEST_CASE("1.0: names that begin with match are all reserved") {
  Hub0 hub;
  for (const char* query : {"match_uritemplate=a", "Match=a", "matches=a", "match=a&MATCH_x=b",
                            "match_urlpattern=(", "match=", "match=%00"}) {
    INFO(query);
    CHECK(hub.subscribe(query).status() == 400);
  }
}

TEST_CASE("1.0: a private update needs a grant on one of its topics, whatever was asked for") {
  Hub0 hub;
  const auto with = [&](const json& topics) {
    return hub.subscribe("match_urlpattern=https://example.com/books/:id",
                         {{"authorization", "Bearer " + granting({"subscribe"}, topics)}});
  };
  FakeExchange one = with({{{"match", "https://example.com/books/1"}}});
  FakeExchange users =
      with({{{"match", "https://example.com/users/42/*"}, {"match_type", "urlpattern"}}});
  FakeExchange nobody = hub.subscribe("match_urlpattern=https://example.com/books/:id");
  const std::string publisher_token = granting({"publish"}, {{{"match", "*"}}});
  const auto publish = [&](std::string form) {
    CHECK(hub.publish_form(std::move(form), publisher_token).status() == 200);
  };
  publish("topic=https://example.com/books/1&private=on&data=1");
  publish("topic=https://example.com/books/2&private=on&data=2");
  publish(
      "topic=https://example.com/books/3&topic=https://example.com/users/42/books/"
      "3&private=on&data=3");
  CHECK(events_of(one) == "id: #epoch1-1\ndata: 1\n\n");
  CHECK(events_of(users) == "id: #epoch1-3\ndata: 3\n\n");
  CHECK(events_of(nobody).empty());
}

TEST_CASE("1.0: a publisher must be granted every topic by its authorization details") {
  Hub0 hub;
  const std::string some =
      granting({"publish"}, {{{"match", "https://example.com/:x"}, {"match_type", "urlpattern"}}});
  CHECK(hub.publish_form("topic=https://example.com/a", some).status() == 200);
  FakeExchange refused = hub.publish_form("topic=https://example.com/a&topic=b", some);
  CHECK(refused.status() == 403);
  CHECK(refused.field("www-authenticate").find("insufficient_scope") != std::string::npos);
  CHECK(refused.read().find("authorization details") != std::string::npos);
  CHECK(hub.publish_form("topic=a", granting({"subscribe"}, {{{"match", "*"}}})).status() == 403);
}

TEST_CASE("1.0: the id that precedes comes in a field of its own") {
  Hub0 hub;
  hub.publish_form("topic=a&data=1&id=one", anything());
  hub.publish_form("topic=a&data=2", anything());
  FakeExchange stream = hub.subscribe("match=a&last_event_id=one");
  CHECK(stream.field("mercure-last-event-id") == "one");
  CHECK(stream.field("last-event-id") == "(none)");
  CHECK(events_of(stream) == "id: #epoch1-2\ndata: 2\n\n");
  CHECK(hub.subscribe("match=a&last_event_id=none").field("mercure-last-event-id") == "earliest");
}

TEST_CASE("1.0: QUERY carries its matchers in the content, joined to those of the query") {
  Hub0 hub;
  FakeExchange stream = hub.query("?match=a&last_event_id=%23epoch1-0", "match=b&last_event_id=x");
  CHECK(stream.status() == 200);
  CHECK(stream.field("mercure-last-event-id") == "#epoch1-0");
  hub.publish_form("topic=b&data=1", anything());
  hub.publish_form("topic=a&data=2", anything());
  CHECK(events_of(stream) == "id: #epoch1-1\ndata: 1\n\nid: #epoch1-2\ndata: 2\n\n");
  CHECK(hub.query("", "{}", {{"content-type", "application/json"}}).status() == 415);
  CHECK(hub.query("", "").status() == 400);
}
