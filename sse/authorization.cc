#include "sse/authorization.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/http/problem.h"
#include "server/net/error.h"
#include "sse/json_web_token.h"

namespace sse {
namespace {

using nlohmann::json;
using std::chrono::system_clock;

constexpr std::size_t shortest_secret = 32;

// The credentials of "Authorization: Bearer" (RFC 6750 section 2.1).
std::optional<std::string_view> bearer_token(const http::Request& request) {
  const auto field = request.fields.get("authorization");
  if (!field) return std::nullopt;
  const std::string_view scheme = field->substr(0, 7);
  if (!http::equal_ignoring_case(scheme, "bearer ")) return std::nullopt;
  return http::trim(field->substr(7));
}

Denied bad_token(const std::string& rule) {
  return {.status = 401,
          .sentence = "The bearer token " + rule + ".",
          .challenge =
              "Bearer realm=\"herald\", error=\"invalid_token\", error_description=\"The token " +
              rule + "\""};
}

// Times beyond what the clock can hold are as good as never.
std::optional<system_clock::time_point> expiry(const json& claims) {
  const auto claim = claims.find("exp");
  if (claim == claims.end()) return std::nullopt;
  const double seconds = claim->get<double>();
  if (seconds > 9e9) return std::nullopt;
  return system_clock::time_point(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

Grant grant_of(const json& claims, const char* action) {
  Grant grant{.topics = {}, .expires = expiry(claims)};
  const auto mercure = claims.find("mercure");
  if (mercure == claims.end() || !mercure->is_object()) return grant;
  const auto topics = mercure->find(action);
  if (topics == mercure->end() || !topics->is_array()) return grant;
  for (const json& topic : *topics) {
    if (topic.is_string()) grant.topics.push_back(topic.get<std::string>());
  }
  return grant;
}

}  // namespace

Key Key::read(std::string text) {
  if (text.find("-----BEGIN") != std::string::npos) return {Kind::es256, std::move(text)};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.size() < shortest_secret) {
    throw net::Error("the secret of [events] key_file has " + std::to_string(text.size()) +
                     " bytes, HS256 needs at least 32");
  }
  return {Kind::hs256, std::move(text)};
}

bool Grant::covers(std::string_view topic) const {
  return std::any_of(topics.begin(), topics.end(), [&](const std::string& granted) {
    return granted == "*" || granted == topic;
  });
}

http::Response Denied::response() const {
  http::Response response = http::problem(status, sentence);
  if (!challenge.empty()) response.fields.add("www-authenticate", challenge);
  return response;
}

Denied not_granted(std::string_view action, std::string_view topic) {
  return {.status = 403,
          .sentence = "The token's claim \"mercure." + std::string(action) +
                      "\" does not grant the topic \"" + std::string(topic) + "\".",
          .challenge = "Bearer realm=\"herald\", error=\"insufficient_scope\""};
}

Authorizer::Authorizer(Options options) : options_(std::move(options)) {}

Decision Authorizer::publisher(const http::Request& request) const {
  const bool near = request.peer && request.peer->loopback();
  const bool has_token = bearer_token(request).has_value();
  if (options_.dev && near && (open() || !has_token)) return Grant{.topics = {"*"}, .expires = {}};
  if (!open()) return bearer(request, Action::publish);
  return Denied{.status = 403,
                .sentence = options_.dev
                                ? "Publishing with --dev is for clients on this machine only; set "
                                  "[events] key_file to allow others."
                                : "Publishing is off: start with --dev or set [events] key_file.",
                .challenge = ""};
}

Decision Authorizer::subscriber(const http::Request& request,
                                std::span<const std::string> topics) const {
  if (!options_.subscribe_requires_token) return Grant{.topics = {"*"}, .expires = {}};
  Decision decision = bearer(request, Action::subscribe);
  if (const auto* grant = std::get_if<Grant>(&decision)) {
    for (const std::string& topic : topics) {
      if (!grant->covers(topic)) return not_granted("subscribe", topic);
    }
  }
  return decision;
}

Decision Authorizer::bearer(const http::Request& request, Action action) const {
  const auto token = bearer_token(request);
  if (!token) {
    return Denied{.status = 401,
                  .sentence =
                      "This needs a token: send \"Authorization: Bearer\" with one that "
                      "`herald token` or the site's operator gave.",
                  .challenge = "Bearer realm=\"herald\""};
  }
  if (known(*token)) return Grant{.topics = {"*"}, .expires = {}};
  if (options_.keys.empty()) return bad_token("is not known");
  const Verified verified = verify_token(*token, options_.keys);
  if (!verified.broken_rule.empty()) return bad_token(verified.broken_rule);
  return grant_of(verified.claims, action == Action::publish ? "publish" : "subscribe");
}

// Every token is compared, each in a time that tells nothing of where it differs.
bool Authorizer::known(std::string_view token) const {
  bool found = false;
  for (const std::string& known : options_.tokens) {
    if (known.empty() || known.size() != token.size()) continue;
    found |= CRYPTO_memcmp(known.data(), token.data(), token.size()) == 0;
  }
  return found;
}

std::string make_token(const Key& key, std::span<const std::string> publish,
                       std::span<const std::string> subscribe, std::chrono::seconds ttl) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch());
  const json claims = {
      {"iat", now.count()},
      {"exp", (now + ttl).count()},
      {"mercure",
       {{"publish", std::vector<std::string>(publish.begin(), publish.end())},
        {"subscribe", std::vector<std::string>(subscribe.begin(), subscribe.end())}}}};
  return sign_token(key, claims);
}

}  // namespace sse
