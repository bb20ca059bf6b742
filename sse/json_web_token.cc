#include "sse/json_web_token.h"

#include <jwt.h>
#include <openssl/err.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "server/http/headers.h"
#include "server/net/error.h"
#include "server/net/handle.h"

namespace sse {
namespace {

using Jwt = net::Handle<jwt_t, jwt_free>;
using Text = net::Handle<char, std::free>;
using nlohmann::json;

constexpr std::size_t longest_token = 8192;

// libjwt leaves OpenSSL's reasons in the thread's queue, where TLS would take them for its own.
struct Errors {
  Errors() = default;
  Errors(const Errors&) = delete;
  Errors& operator=(const Errors&) = delete;
  ~Errors() { ERR_clear_error(); }
};

jwt_alg_t algorithm(const Key& key) {
  return key.kind == Key::Kind::hs256 ? JWT_ALG_HS256 : JWT_ALG_ES256;
}

const unsigned char* bytes(const Key& key) {
  return reinterpret_cast<const unsigned char*>(key.text.data());
}

// Without a key: nothing is verified.
Jwt parse(const std::string& token) {
  jwt_t* parsed = nullptr;
  if (jwt_decode(&parsed, token.c_str(), nullptr, 0) != 0) return nullptr;
  return Jwt(parsed);
}

bool verifies(const std::string& token, const Key& key) {
  jwt_t* parsed = nullptr;
  const bool good =
      jwt_decode(&parsed, token.c_str(), bytes(key), static_cast<int>(key.text.size())) == 0;
  const Jwt owner(good ? parsed : nullptr);
  return good && jwt_get_alg(parsed) == algorithm(key);
}

// A rule of time that `claims` break; empty if none.
std::string untimely(const json& claims) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const char* name : {"exp", "nbf"}) {
    const auto claim = claims.find(name);
    if (claim == claims.end()) continue;
    if (!claim->is_number()) return std::string("has a claim \"") + name + "\" that is no number";
    const double time = claim->get<double>();
    if (std::string_view(name) == "exp" && time <= now) return "has expired";
    if (std::string_view(name) == "nbf" && time > now) return "is not valid yet";
  }
  return {};
}

}  // namespace

Verified verify_token(std::string_view text, std::span<const Key> keys) {
  const Errors errors;
  const auto broken = [](std::string rule) {
    return Verified{.claims = {}, .type = {}, .broken_rule = std::move(rule)};
  };
  if (text.size() > longest_token) return broken("is longer than 8 KiB");
  const std::string token(text);
  const Jwt parsed = parse(token);
  if (!parsed) return broken("is neither a known token nor a JSON Web Token that can be read");
  // As the token claims: libjwt itself forgets the algorithm of what it has not verified.
  const char* claimed = jwt_get_header(parsed.get(), "alg");
  const jwt_alg_t wanted = claimed ? jwt_str_alg(claimed) : JWT_ALG_NONE;
  const auto fits = [&](const Key& key) { return algorithm(key) == wanted; };
  if (std::none_of(keys.begin(), keys.end(), fits)) {
    return broken("is signed with an algorithm that no configured key has");
  }
  // RFC 7515 section 4.1.11: extensions that must be understood, and we know none.
  if (Text(jwt_get_headers_json(parsed.get(), "crit"))) return broken("has critical extensions");
  const bool good = std::any_of(keys.begin(), keys.end(),
                                [&](const Key& key) { return fits(key) && verifies(token, key); });
  if (!good) return broken("has a signature that no configured key made");
  const Text grants(jwt_get_grants_json(parsed.get(), nullptr));
  json claims = json::parse(grants ? grants.get() : "", nullptr, false);
  if (!claims.is_object()) return broken("has no claims");
  std::string rule = untimely(claims);
  const char* type = jwt_get_header(parsed.get(), "typ");
  return {.claims = std::move(claims), .type = type ? type : "", .broken_rule = std::move(rule)};
}

bool is_access_token(const Verified& verified) {
  std::string_view type = verified.type;
  constexpr std::string_view tree = "application/";
  if (http::equal_ignoring_case(type.substr(0, tree.size()), tree)) type.remove_prefix(tree.size());
  return http::equal_ignoring_case(type, "at+jwt");
}

std::string sign_token(const Key& key, const json& claims) {
  const Errors errors;
  jwt_t* made = nullptr;
  if (jwt_new(&made) != 0) throw net::Error("cannot make a token: out of memory");
  const Jwt token(made);
  if (jwt_add_grants_json(made, claims.dump().c_str()) != 0 ||
      jwt_set_alg(made, algorithm(key), bytes(key), static_cast<int>(key.text.size())) != 0) {
    throw net::Error("cannot make a token of these claims");
  }
  const Text encoded(jwt_encode_str(made));
  if (!encoded)
    throw net::Error("cannot sign with this key: ES256 needs a private P-256 key in PEM");
  return encoded.get();
}

}  // namespace sse
