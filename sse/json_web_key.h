// Key: what signs or verifies a token. A secret, or a key pair of RSA, EC or Ed25519, from a file
// in PEM or from a JWK Set (RFC 7517).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace sse {

struct Key {
  enum class Kind : std::uint8_t { secret, rsa, p256, p384, p521, ed25519 };

  Kind kind;
  std::string text;                        // a secret's bytes
  std::shared_ptr<evp_pkey_st> pair = {};  // of all other kinds; never changed
  std::string id = {};                     // "kid"; empty: none
  std::string algorithm = {};              // the only one it is for; empty: any of its kind

  // PEM, public or private; or a secret, without line breaks at its end. Throws net::Error in one
  // sentence for a secret shorter than the 32 bytes that HS256 wants (RFC 7518 section 3.2) and for
  // keys that cannot be used.
  static Key read(std::string text);
  // All keys of a JWK Set that can verify a signature; others are passed over. Throws net::Error
  // if it is none, or none of its keys can be used.
  static std::vector<Key> read_set(std::string_view text);
};

}  // namespace sse
