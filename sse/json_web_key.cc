#include "sse/json_web_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/base64url.h"

namespace sse {
namespace {

using nlohmann::json;
using Bio = net::Handle<BIO, BIO_free_all>;
using Number = net::Handle<BIGNUM, BN_free>;
using Builder = net::Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = net::Handle<OSSL_PARAM, OSSL_PARAM_free>;
using Context = net::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Pair = std::shared_ptr<EVP_PKEY>;

constexpr std::size_t shortest_secret = 32;
constexpr int shortest_rsa = 2048;

Pair owned(EVP_PKEY* key) { return key ? Pair(key, EVP_PKEY_free) : nullptr; }

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int no_password(char*, int, int, void*) { return -1; }

Pair read_pem(const std::string& text) {
  const auto memory = [&] {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  if (Pair open = owned(PEM_read_bio_PUBKEY(memory().get(), nullptr, no_password, nullptr))) {
    return open;
  }
  if (Pair whole = owned(PEM_read_bio_PrivateKey(memory().get(), nullptr, no_password, nullptr))) {
    return whole;
  }
  const net::Handle<X509, X509_free> certificate(
      PEM_read_bio_X509(memory().get(), nullptr, no_password, nullptr));
  return certificate ? owned(X509_get_pubkey(certificate.get())) : nullptr;
}

// None: of no kind that we use.
std::optional<Key::Kind> kind_of(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "ED25519")) return Key::Kind::ed25519;
  if (EVP_PKEY_is_a(&key, "RSA")) {
    if (EVP_PKEY_get_bits(&key) < shortest_rsa) return std::nullopt;
    return Key::Kind::rsa;
  }
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(&key, group.data(), group.size(), nullptr) != 1) return std::nullopt;
  const std::string_view name = group.data();
  if (name == "prime256v1" || name == "P-256") return Key::Kind::p256;
  if (name == "secp384r1" || name == "P-384") return Key::Kind::p384;
  if (name == "secp521r1" || name == "P-521") return Key::Kind::p521;
  return std::nullopt;
}

// The bytes of a member in base64url; empty if it is not there.
std::string member(const json& jwk, const char* name) {
  const auto found = jwk.find(name);
  if (found == jwk.end() || !found->is_string()) return {};
  return base64url_decode(found->get<std::string>()).value_or("");
}

std::string text_of(const json& jwk, const char* name) {
  const auto found = jwk.find(name);
  return found != jwk.end() && found->is_string() ? found->get<std::string>() : "";
}

Pair build(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return owned(key);
}

// RFC 7518 section 6.3.
Pair rsa_of(const json& jwk) {
  const std::string n = member(jwk, "n");
  const std::string e = member(jwk, "e");
  const Number modulus(BN_bin2bn(octets(n), static_cast<int>(n.size()), nullptr));
  const Number exponent(BN_bin2bn(octets(e), static_cast<int>(e.size()), nullptr));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (n.empty() || e.empty() || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return build("RSA", builder.get());
}

// Section 6.2.
Pair ec_of(const json& jwk) {
  const std::string curve = text_of(jwk, "crv");
  const std::string point = "\x04" + member(jwk, "x") + member(jwk, "y");
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(),
                                      0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return build("EC", builder.get());
}

// RFC 8037 section 2.
Pair ed25519_of(const json& jwk) {
  const std::string x = member(jwk, "x");
  if (text_of(jwk, "crv") != "Ed25519") return nullptr;
  return owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(x), x.size()));
}

std::optional<Key> key_of(const json& jwk) {
  if (!jwk.is_object()) return std::nullopt;
  if (const std::string use = text_of(jwk, "use"); !use.empty() && use != "sig")
    return std::nullopt;
  const std::string type = text_of(jwk, "kty");
  Key key{.kind = Key::Kind::secret, .text = ""};
  key.id = text_of(jwk, "kid");
  key.algorithm = text_of(jwk, "alg");
  if (type == "oct") {
    key.text = member(jwk, "k");
    if (key.text.size() < shortest_secret) return std::nullopt;
    return key;
  }
  if (type == "RSA") key.pair = rsa_of(jwk);
  if (type == "EC") key.pair = ec_of(jwk);
  if (type == "OKP") key.pair = ed25519_of(jwk);
  const auto kind = key.pair ? kind_of(*key.pair) : std::nullopt;
  if (!kind) return std::nullopt;
  key.kind = *kind;
  return key;
}

}  // namespace

Key Key::read(std::string text) {
  if (text.find("-----BEGIN") == std::string::npos) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.size() < shortest_secret) {
      throw net::Error("the secret of [events] key_file has " + std::to_string(text.size()) +
                       " bytes, HS256 needs at least 32");
    }
    return {.kind = Kind::secret, .text = std::move(text)};
  }
  Pair pair = read_pem(text);
  ERR_clear_error();
  if (!pair) throw net::Error("the key in PEM cannot be read; one with a password cannot be used");
  const auto kind = kind_of(*pair);
  if (!kind) {
    throw net::Error(
        "the key in PEM is of no kind that signs tokens: use RSA of 2048 bits or more, EC on "
        "P-256, "
        "P-384 or P-521, or Ed25519");
  }
  return {.kind = *kind, .text = "", .pair = std::move(pair)};
}

std::vector<Key> Key::read_set(std::string_view text) {
  const json set = json::parse(text, nullptr, false);
  if (!set.is_object() || !set.contains("keys") || !set["keys"].is_array()) {
    throw net::Error("the file of [events] jwks_file is no JWK Set: {\"keys\":[...]}");
  }
  std::vector<Key> keys;
  for (const json& jwk : set["keys"]) {
    if (auto key = key_of(jwk)) keys.push_back(*std::move(key));
  }
  ERR_clear_error();
  if (keys.empty()) throw net::Error("no key of the JWK Set in [events] jwks_file can be used");
  return keys;
}

}  // namespace sse
