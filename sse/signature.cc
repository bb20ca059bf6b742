#include "sse/signature.h"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "server/net/handle.h"

namespace sse {
namespace {

using Kind = Key::Kind;
using Digest = net::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Curve = net::Handle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::array<Algorithm, 13> all{{{"HS256", Kind::secret, "SHA256", false},
                                         {"HS384", Kind::secret, "SHA384", false},
                                         {"HS512", Kind::secret, "SHA512", false},
                                         {"RS256", Kind::rsa, "SHA256", false},
                                         {"RS384", Kind::rsa, "SHA384", false},
                                         {"RS512", Kind::rsa, "SHA512", false},
                                         {"PS256", Kind::rsa, "SHA256", true},
                                         {"PS384", Kind::rsa, "SHA384", true},
                                         {"PS512", Kind::rsa, "SHA512", true},
                                         {"ES256", Kind::p256, "SHA256", false},
                                         {"ES384", Kind::p384, "SHA384", false},
                                         {"ES512", Kind::p521, "SHA512", false},
                                         {"EdDSA", Kind::ed25519, nullptr, false}}};

// OpenSSL leaves its reasons in the thread's queue, where TLS would take them for its own.
struct Errors {
  Errors() = default;
  Errors(const Errors&) = delete;
  Errors& operator=(const Errors&) = delete;
  ~Errors() { ERR_clear_error(); }
};

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string mac(const Algorithm& algorithm, const std::string& secret, std::string_view text) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_get_digestbyname(algorithm.digest), secret.data(), static_cast<int>(secret.size()),
       octets(text), text.size(), octets(out), &size);
  out.resize(size);
  return out;
}

// Bytes of each of the two numbers of an EC signature; 0: it is none.
std::size_t width_of(Kind kind) {
  switch (kind) {
    case Kind::p256:
      return 32;
    case Kind::p384:
      return 48;
    case Kind::p521:
      return 66;
    default:
      return 0;
  }
}

// JOSE has two numbers, one behind the other; OpenSSL wants and gives DER.
std::optional<std::string> to_der(std::string_view pair, std::size_t width) {
  if (pair.size() != 2 * width) return std::nullopt;
  const Curve numbers(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(octets(pair), static_cast<int>(width), nullptr);
  BIGNUM* s = BN_bin2bn(octets(pair.substr(width)), static_cast<int>(width), nullptr);
  if (!numbers || ECDSA_SIG_set0(numbers.get(), r, s) != 1) return std::nullopt;
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(numbers.get(), nullptr)), '\0');
  unsigned char* into = octets(der);
  i2d_ECDSA_SIG(numbers.get(), &into);
  return der;
}

std::optional<std::string> from_der(const std::string& der, std::size_t width) {
  const unsigned char* from = octets(std::string_view(der));
  const Curve numbers(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())));
  if (!numbers) return std::nullopt;
  std::string pair(2 * width, '\0');
  const int size = static_cast<int>(width);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), octets(pair), size) != size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), octets(pair) + width, size) != size) {
    return std::nullopt;
  }
  return pair;
}

bool prepare(const Algorithm& algorithm, EVP_PKEY_CTX* context) {
  if (!algorithm.pss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

const EVP_MD* digest_of(const Algorithm& algorithm) {
  return algorithm.digest ? EVP_get_digestbyname(algorithm.digest) : nullptr;
}

}  // namespace

const std::vector<std::string>& usual_algorithms() {
  static const std::vector<std::string> names{"HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"};
  return names;
}

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found =
      std::find_if(all.begin(), all.end(), [&](const Algorithm& one) { return one.name == name; });
  return found == all.end() ? nullptr : found;
}

const Algorithm& usual_algorithm(Kind kind) {
  return *std::find_if(all.begin(), all.end(),
                       [&](const Algorithm& one) { return one.kind == kind; });
}

bool verifies(const Algorithm& algorithm, const Key& key, std::string_view text,
              std::string_view signature) {
  const Errors errors;
  if (algorithm.kind == Kind::secret) {
    const std::string good = mac(algorithm, key.text, text);
    return good.size() == signature.size() &&
           CRYPTO_memcmp(good.data(), signature.data(), good.size()) == 0;
  }
  std::string der;
  if (const std::size_t width = width_of(algorithm.kind); width != 0) {
    auto made = to_der(signature, width);
    if (!made) return false;
    der = *std::move(made);
    signature = der;
  }
  const Digest digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  return digest &&
         EVP_DigestVerifyInit(digest.get(), &context, digest_of(algorithm), nullptr,
                              key.pair.get()) == 1 &&
         prepare(algorithm, context) &&
         EVP_DigestVerify(digest.get(), octets(signature), signature.size(), octets(text),
                          text.size()) == 1;
}

std::optional<std::string> sign(const Algorithm& algorithm, const Key& key, std::string_view text) {
  const Errors errors;
  if (algorithm.kind == Kind::secret) return mac(algorithm, key.text, text);
  const Digest digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  std::size_t size = 0;
  if (!digest ||
      EVP_DigestSignInit(digest.get(), &context, digest_of(algorithm), nullptr, key.pair.get()) !=
          1 ||
      !prepare(algorithm, context) ||
      EVP_DigestSign(digest.get(), nullptr, &size, octets(text), text.size()) != 1) {
    return std::nullopt;
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(digest.get(), octets(signature), &size, octets(text), text.size()) != 1) {
    return std::nullopt;
  }
  signature.resize(size);
  const std::size_t width = width_of(algorithm.kind);
  return width == 0 ? std::optional(signature) : from_der(signature, width);
}

}  // namespace sse
