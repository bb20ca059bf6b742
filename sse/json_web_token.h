// JSON Web Tokens (RFC 7519) as signed ones (RFC 7515), by OpenSSL. The key and the algorithm are
// ours to choose, from what is configured; the token only says which of these it means.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "sse/json_web_key.h"
#include "sse/signature.h"

namespace sse {

struct Verified {
  nlohmann::json claims;
  std::string type;         // the header's "typ"
  std::string broken_rule;  // "has expired"; empty: none, and the claims are to be trusted
};

// A token is good if its algorithm is allowed, one of `keys` verifies it, and its time, by the wall
// clock, is now.
Verified verify_token(std::string_view token, std::span<const Key> keys,
                      std::span<const std::string> algorithms = usual_algorithms());

// Whether it is an OAuth access token: "at+jwt", with or without "application/" (RFC 9068
// section 4).
bool is_access_token(const Verified& verified);

// Throws net::Error if `key` cannot sign.
std::string sign_token(const Key& key, const nlohmann::json& claims,
                       const std::string& type = "JWT");

}  // namespace sse
