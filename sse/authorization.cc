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

constexpr std::string_view metadata_path = "/.well-known/oauth-protected-resource";

// What may stand in a quoted string of a field as it is.
std::string quotable(std::string text) {
  std::replace(text.begin(), text.end(), '"', '\'');
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

// RFC 6750 section 3 and RFC 9728 section 5.1.
std::string challenge(std::string_view hub, std::string_view parameters) {
  return "Bearer realm=\"herald\"" + std::string(parameters) + ", resource_metadata=\"" +
         quotable(metadata_url(hub)) + "\"";
}

// A browser says from where a page sends what carries a cookie; whether that is allowed is looked
// at where it is known who is.
bool from_own_page(const http::Request& request) {
  return request.fields.has("origin") || request.fields.get("sec-fetch-site") == "same-origin";
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string metadata_url(std::string_view hub) {
  const auto host = hub.find("://");
  const auto path = host == hub.npos ? hub.npos : hub.find('/', host + 3);
  if (path == hub.npos) return std::string(hub) + std::string(metadata_path);
  return std::string(hub.substr(0, path)) + std::string(metadata_path) +
         std::string(hub.substr(path));
}

http::Response Denied::response() const {
  http::Response response = http::problem(status, sentence);
  if (!challenge.empty()) response.fields.add("www-authenticate", challenge);
  return response;
}

void Authorizer::use(Options options) {
  options_ = std::move(options);
  for (std::vector<Key>* keys : {&options_.publisher_keys, &options_.subscriber_keys}) {
    keys->insert(keys->end(), options_.keys.begin(), options_.keys.end());
  }
}

const std::vector<Key>& Authorizer::keys_of(Action action) const {
  return action == Action::publish ? options_.publisher_keys : options_.subscriber_keys;
}

Decision Authorizer::publisher(const http::Request& request) const {
  const bool near = request.peer && request.peer->loopback();
  const auto given = credentials_of(request);
  if (options_.dev && near && (open(Action::publish) || !given)) return unlimited();
  if (open(Action::publish)) {
    return Denied{
        .status = 403,
        .sentence = options_.dev ? "Publishing with --dev is for clients on this machine only; set "
                                   "[events] key_file to allow others."
                                 : "Publishing is off: start with --dev or set [events] key_file.",
        .challenge = ""};
  }
  if (!given) return no_token(request);
  if (given->place == Credentials::Place::cookie && !from_own_page(request)) {
    return Denied{.status = 403,
                  .sentence =
                      "A token in a cookie publishes only with an \"Origin\" field, which pages "
                      "send: use \"Authorization: Bearer\" elsewhere.",
                  .challenge = ""};
  }
  return verify(request, *given, Action::publish);
}

Decision Authorizer::reader(const http::Request& request) const {
  const auto given = credentials_of(request);
  if (!given || (open(Action::subscribe) && !options_.subscribe_requires_token)) {
    if (options_.subscribe_requires_token) return no_token(request);
    return Grant{};
  }
  return verify(request, *given, Action::subscribe);
}

Decision Authorizer::member(const http::Request& request) const {
  const auto given = credentials_of(request);
  if (given) return verify(request, *given, Action::subscribe);
  const bool near = request.peer && request.peer->loopback();
  if (options_.dev && near) return unlimited();
  return no_token(request);
}

Decision Authorizer::subscriber(const http::Request& request,
                                std::span<const TopicMatcher> topics) const {
  Decision decision = reader(request);
  const auto* grant = std::get_if<Grant>(&decision);
  if (!grant || !options_.subscribe_requires_token) return decision;
  for (const TopicMatcher& topic : topics) {
    if (!grant->covers(topic)) {
      return not_granted(hub_of(request), *grant, Action::subscribe, topic.text());
    }
  }
  return decision;
}

Decision Authorizer::verify(const http::Request& request, const Credentials& given,
                            Action action) const {
  Decision decision = granted(request, given, action);
  if (auto* grant = std::get_if<Grant>(&decision)) grant->verified = true;
  return decision;
}

Decision Authorizer::granted(const http::Request& request, const Credentials& given,
                             Action action) const {
  if (known(given.token)) return unlimited();
  const std::vector<Key>& keys = keys_of(action);
  if (keys.empty()) return bad_token(request, "is not known");
  const Verified verified = verify_token(given.token, keys, options_.algorithms);
  if (!verified.broken_rule.empty()) return bad_token(request, verified.broken_rule);
  if (!is_access_token(verified)) return read_mercure_claim(verified.claims, action);
  if (given.place == Credentials::Place::query) {
    return bad_token(request, "is an access token (at+jwt), which is not taken from a URL");
  }
  const Expected expected{
      .issuer = options_.issuer, .audience = hub_of(request), .hub = hub_of(request)};
  auto grant = read_authorization_details(verified.claims, action, expected);
  if (const auto* rule = std::get_if<std::string>(&grant)) return bad_token(request, *rule);
  return std::get<Grant>(std::move(grant));
}

// Every token is compared, each in a time that tells nothing of where it differs.
bool Authorizer::known(std::string_view token) const {
  bool found = false;
  for (const std::string& known : options_.tokens) found |= !known.empty() && same(known, token);
  return found;
}

Denied Authorizer::no_token(const http::Request& request) const {
  return {.status = 401,
          .sentence =
              "This needs a token: send \"Authorization: Bearer\" with one that "
              "`herald token` or the site's operator gave.",
          .challenge = challenge(hub_of(request), "")};
}

Denied Authorizer::bad_token(const http::Request& request, const std::string& rule) const {
  return {.status = 401,
          .sentence = "The bearer token " + rule + ".",
          .challenge = challenge(
              hub_of(request),
              ", error=\"invalid_token\", error_description=\"The token " + quotable(rule) + "\"")};
}

Denied Authorizer::not_granted(std::string_view hub, const Grant& grant, Action action,
                               std::string_view topic) {
  const std::string name = action == Action::publish ? "publish" : "subscribe";
  const std::string claim =
      grant.dialect == Dialect::v1
          ? "authorization details do not grant the action \"" + name + "\" on the topic \""
          : "claim \"mercure." + name + "\" does not grant the topic \"";
  return {.status = 403,
          .sentence = "The token's " + claim + std::string(topic) + "\".",
          .challenge = challenge(hub, ", error=\"insufficient_scope\"")};
}

std::string Authorizer::hub_of(const http::Request& request) const {
  if (!options_.hub.empty()) return options_.hub;
  const std::string& host = request.authority;
  return request.scheme + "://" + (host.empty() ? "localhost" : host) + options_.hub_path;
}

std::optional<HubPlace> Authorizer::place_of(std::string_view hub) const {
  auto url = Url::parse(hub);
  if (!url) return std::nullopt;
  return HubPlace{*std::move(url), options_.hub_path};
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
