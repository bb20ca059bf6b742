// Signer: tells text that this server has given out from text that somebody made up (HMAC with
// SHA-256, RFC 2104). Immutable, so that all threads may share one.
#pragma once

#include <string>
#include <string_view>

namespace net {

class Signer {
 public:
  // With a key that nobody knows and that is gone with the process.
  Signer();
  explicit Signer(std::string key) : key_(std::move(key)) {}

  // 16 bytes.
  std::string sign(std::string_view text) const;
  // Takes as long for a wrong signature as for a right one.
  bool verify(std::string_view text, std::string_view signature) const;

 private:
  std::string key_;
};

}  // namespace net
