// Signatures of JOSE (RFC 7518 section 3, RFC 8037): which algorithm goes with which key, and the
// form in which a signature is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/json_web_key.h"

namespace sse {

struct Algorithm {
  std::string_view name;  // "ES256"
  Key::Kind kind;
  const char* digest;  // null: the algorithm's own
  bool pss;            // RSASSA-PSS rather than PKCS #1
};

// HS256, RS256, PS256, ES256, ES384 and EdDSA: what is taken unless it is configured otherwise.
const std::vector<std::string>& usual_algorithms();
// Null if there is none of that name here.
const Algorithm* find_algorithm(std::string_view name);
// The one that a key of that kind signs with.
const Algorithm& usual_algorithm(Key::Kind kind);

// `key` must be of the algorithm's kind.
bool verifies(const Algorithm& algorithm, const Key& key, std::string_view text,
              std::string_view signature);
// None if the key has no private part.
std::optional<std::string> sign(const Algorithm& algorithm, const Key& key, std::string_view text);

}  // namespace sse
