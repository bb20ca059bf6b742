// JSON Web Tokens by libjwt, with what it leaves out: the algorithm is the key's, never the
// token's.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "sse/authorization.h"

namespace sse {

struct Verified {
  nlohmann::json claims;
  std::string type;         // the header's "typ"
  std::string broken_rule;  // "has expired"; empty: none, and the claims are to be trusted
};

// A token is good if one of `keys` verifies it and its time, by the wall clock, is now.
Verified verify_token(std::string_view token, std::span<const Key> keys);

// Whether it is an OAuth access token: "at+jwt", with or without "application/" (RFC 9068 section
// 4).
bool is_access_token(const Verified& verified);

// Throws net::Error if `key` cannot sign.
std::string sign_token(const Key& key, const nlohmann::json& claims);

}  // namespace sse
