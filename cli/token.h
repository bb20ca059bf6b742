// Tokens: JSON Web Tokens that let their bearer publish to and subscribe to topics, in the words of
// the Mercure protocol. Makes them; checking is for whoever receives one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace cli {

// A key as a file holds it: a secret of at least 32 bytes (HS256; one newline at its end is not
// part of it), or a private EC P-256 key in PEM (ES256).
class TokenKey {
 public:
  enum class Algorithm { hs256, es256 };

  // Both throw net::Error in one sentence with the remedy. `name` stands for the file in messages.
  static TokenKey load(const std::string& file);
  static TokenKey parse(std::string content, const std::string& name);

  Algorithm algorithm() const { return algorithm_; }
  const std::string& content() const { return content_; }

 private:
  TokenKey(Algorithm algorithm, std::string content)
      : algorithm_(algorithm), content_(std::move(content)) {}
  Algorithm algorithm_;
  std::string content_;
};

struct Claims {
  std::vector<std::string> publish;  // topics; "*" is all
  std::vector<std::string> subscribe;
  std::chrono::system_clock::time_point issued;
  std::chrono::seconds lifetime{3600};
};

// Compact form: three parts of base64url.
std::string make_token(const TokenKey& key, const Claims& claims);

}  // namespace cli
