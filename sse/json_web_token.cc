#include "sse/json_web_token.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "server/http/headers.h"
#include "server/net/error.h"
#include "sse/base64url.h"

namespace sse {
namespace {

using nlohmann::json;

constexpr std::size_t longest_token = 8192;

// A token taken apart, nothing of it verified.
struct Parsed {
  json header;
  json claims;
  std::string_view signed_text;
  std::string signature;
};

std::optional<json> object_of(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return std::nullopt;
  json parsed = json::parse(*text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<Parsed> parse(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  auto header = object_of(token.substr(0, first));
  auto claims = object_of(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Parsed{*std::move(header), *std::move(claims), token.substr(0, second),
                *std::move(signature)};
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
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

bool fits(const Key& key, const Algorithm& algorithm) {
  return key.kind == algorithm.kind && (key.algorithm.empty() || key.algorithm == algorithm.name);
}

// "kid" is a hint, and chooses only among the keys that are there.
bool signed_by_one(const Parsed& token, const Algorithm& algorithm, std::span<const Key> keys) {
  const std::string id = text_of(token.header, "kid");
  const bool named = !id.empty() && std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
    return key.id == id && fits(key, algorithm);
  });
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
    return fits(key, algorithm) && (!named || key.id == id) &&
           verifies(algorithm, key, token.signed_text, token.signature);
  });
}

}  // namespace

Verified verify_token(std::string_view text, std::span<const Key> keys,
                      std::span<const std::string> algorithms) {
  const auto broken = [](std::string rule) {
    return Verified{.claims = {}, .type = {}, .broken_rule = std::move(rule)};
  };
  if (text.size() > longest_token) return broken("is longer than 8 KiB");
  auto token = parse(text);
  if (!token) return broken("is neither a known token nor a JSON Web Token that can be read");
  const std::string name = text_of(token->header, "alg");
  const Algorithm* algorithm = find_algorithm(name);
  const bool had = algorithm && std::any_of(keys.begin(), keys.end(),
                                            [&](const Key& key) { return fits(key, *algorithm); });
  if (!had) return broken("is signed with an algorithm that no configured key has");
  if (std::find(algorithms.begin(), algorithms.end(), name) == algorithms.end()) {
    return broken("is signed with " + name + ", which [events] algorithms does not allow");
  }
  // RFC 7515 section 4.1.11: extensions that must be understood, and we know none.
  if (token->header.contains("crit")) return broken("has critical extensions");
  if (!signed_by_one(*token, *algorithm, keys)) {
    return broken("has a signature that no configured key made");
  }
  std::string rule = untimely(token->claims);
  return {.claims = std::move(token->claims),
          .type = text_of(token->header, "typ"),
          .broken_rule = std::move(rule)};
}

bool is_access_token(const Verified& verified) {
  std::string_view type = verified.type;
  constexpr std::string_view tree = "application/";
  if (http::equal_ignoring_case(type.substr(0, tree.size()), tree)) type.remove_prefix(tree.size());
  return http::equal_ignoring_case(type, "at+jwt");
}

std::string sign_token(const Key& key, const json& claims, const std::string& type) {
  const Algorithm& algorithm = usual_algorithm(key.kind);
  json header = {{"alg", algorithm.name}, {"typ", type}};
  if (!key.id.empty()) header["kid"] = key.id;
  const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
  const auto signature = sign(algorithm, key, text);
  if (!signature) throw net::Error("cannot sign with this key: it has no private part");
  return text + "." + base64url(*signature);
}

}  // namespace sse
