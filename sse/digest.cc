#include "sse/digest.h"

#include <openssl/sha.h>

#include <array>

#include "sse/base64url.h"

namespace sse {

std::string digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
  return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace sse
