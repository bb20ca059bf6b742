#include "cli/token.h"

#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "certs/x509.h"
#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/base64url.h"
#include "sse/json_web_token.h"
#include "tests/unit/certs/folder.h"

using namespace std::chrono_literals;
using cli::TokenKey;

namespace {

const std::string secret(32, 's');

std::string public_pem(const evp_pkey_st& key) {
  const net::Handle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), &key);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

// The claims, if libjwt finds the signature right; else null.
nlohmann::json verified(const std::string& token, const std::string& key, jwt_alg_t algorithm) {
  jwt_t* decoded = nullptr;
  const int error =
      jwt_decode(&decoded, token.c_str(), reinterpret_cast<const unsigned char*>(key.data()),
                 static_cast<int>(key.size()));
  const net::Handle<jwt_t, jwt_free> jwt(decoded);
  if (error != 0 || jwt_get_alg(decoded) != algorithm) return nullptr;
  const net::Handle<char, ::free> text(jwt_get_grants_json(decoded, nullptr));
  return nlohmann::json::parse(text.get());
}

nlohmann::json header_of(const std::string& token) {
  return nlohmann::json::parse(sse::base64url_decode(token.substr(0, token.find('.'))).value());
}

const std::chrono::system_clock::time_point issued{std::chrono::seconds(1'800'000'000)};

}  // namespace

TEST_CASE("a token made with a secret is verified with it, and carries the topics and times") {
  const auto key = TokenKey::parse(secret + "\n", "secret");
  const auto token = cli::make_token(
      key, {.publish = {"a", "b"}, .subscribe = {"*"}, .issued = issued, .lifetime = 60s});
  const auto claims = verified(token, secret, JWT_ALG_HS256);
  CHECK(claims == nlohmann::json::parse(R"({"mercure":{"publish":["a","b"],"subscribe":["*"]},
                                            "iat":1800000000,"exp":1800000060})"));
  CHECK(verified(token, std::string(32, 'x'), JWT_ALG_HS256).is_null());
}

TEST_CASE("a token for an audience is an access token of Mercure 1.0") {
  const auto key = TokenKey::parse(secret, "secret");
  const auto token =
      cli::make_token(key,
                      {.publish = {"a", "urlpattern:https://a.test/books/:id"},
                       .subscribe = {"*"},
                       .issued = issued,
                       .lifetime = 60s},
                      {.issuer = "https://a.test", .audience = "https://a.test/hub"});
  // libjwt takes no other type than JWT.
  const auto seen = sse::verify_token(token, std::vector<sse::Key>{sse::Key::read(secret)});
  CHECK(seen.broken_rule == "");
  CHECK(seen.claims == nlohmann::json::parse(R"({
      "iss":"https://a.test","aud":"https://a.test/hub","iat":1800000000,"exp":1800000060,
      "authorization_details":[
        {"type":"https://mercure.rocks/authorization-detail","actions":["publish"],"topics":[
          {"match":"a"},{"match":"https://a.test/books/:id","match_type":"urlpattern"}]},
        {"type":"https://mercure.rocks/authorization-detail","actions":["subscribe"],"topics":[
          {"match":"*"}]}]})"));
  CHECK(header_of(token)["typ"] == "at+jwt");
}

TEST_CASE("a token made with a private EC key is verified with the public one") {
  const auto identity = certs::make_authority(std::chrono::system_clock::now());
  const auto key = TokenKey::parse(certs::to_pem(*identity.key), "ec.pem");
  const auto token =
      cli::make_token(key, {.publish = {"a"}, .subscribe = {}, .issued = issued, .lifetime = 60s});
  const auto claims = verified(token, public_pem(*identity.key), JWT_ALG_ES256);
  REQUIRE_FALSE(claims.is_null());
  CHECK(claims["mercure"] == nlohmann::json::parse(R"({"publish":["a"]})"));
}

TEST_CASE("keys that are of no use are refused with the remedy") {
  CHECK_THROWS_WITH(TokenKey::parse("short\n", "secret"),
                    "secret is too short for a secret (5 bytes, at least 32 are needed): make one "
                    "with openssl rand -hex 32");
  CHECK_THROWS_AS(TokenKey::parse(std::string(31, 's') + "\n", "secret"), net::Error);
  const auto identity = certs::make_authority(std::chrono::system_clock::now());
  CHECK_THROWS_WITH(TokenKey::parse(public_pem(*identity.key), "key"),
                    "key holds a public key, and tokens are made with the private one");
  CHECK_THROWS_WITH(TokenKey::parse("-----BEGIN PRIVATE KEY-----\nAAAA\n", "key"),
                    "key is not a private key in PEM: make one with openssl genpkey -algorithm EC "
                    "-pkeyopt ec_paramgen_curve:P-256");
  const certs::Key wide(EVP_EC_gen("P-384"));
  CHECK_THROWS_WITH(TokenKey::parse(certs::to_pem(*wide), "key"),
                    Catch::StartsWith("key is not an EC key on the curve P-256: "));
  const certs::Key rsa(EVP_RSA_gen(2048));
  CHECK_THROWS_WITH(TokenKey::parse(certs::to_pem(*rsa), "key"),
                    Catch::StartsWith("key is not an EC key on the curve P-256: "));
  CHECK_THROWS_WITH(TokenKey::load("/no/such"), "cannot read /no/such: there is no such file");
}

TEST_CASE("one newline at the end of a secret is not part of it, and CRLF is one") {
  CHECK(TokenKey::parse(secret + "\n", "k").content() == secret);
  CHECK(TokenKey::parse(secret + "\r\n", "k").content() == secret);
  CHECK(TokenKey::parse(secret + "\n\n", "k").content() == secret);  // as the server reads it
}
