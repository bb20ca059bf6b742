#include "server/net/signer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "server/net/error.h"

namespace net {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 16;  // of 32; half is still more than can be guessed

}  // namespace

Signer::Signer() : key_(key_bytes, '\0') {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), key_bytes) != 1) {
    throw Error("there is no randomness for a key");
  }
}

std::string Signer::sign(std::string_view text) const {
  unsigned char whole[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), whole, &size);
  return {reinterpret_cast<const char*>(whole), signature_bytes};
}

bool Signer::verify(std::string_view text, std::string_view signature) const {
  if (signature.size() != signature_bytes) return false;
  const std::string right = sign(text);
  return CRYPTO_memcmp(right.data(), signature.data(), signature_bytes) == 0;
}

}  // namespace net
