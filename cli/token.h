// Tokens: JSON Web Tokens that let their bearer publish to and subscribe to topics, in the words of
// the Mercure protocol, 0.x or 1.0. Makes them; checking is for whoever receives one.
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

// What makes a token one of Mercure 1.0, an access token (RFC 9068). A topic of its claims that
// begins with "urlpattern:" is a URL pattern; every other one is taken byte for byte.
struct Parties {
  std::string issuer;    // as the hub has it in [events] issuer
  std::string audience;  // the hub's URL
};

// Compact form: three parts of base64url. The first is of 0.x. Both throw net::Error.
std::string make_token(const TokenKey& key, const Claims& claims);
std::string make_token(const TokenKey& key, const Claims& claims, const Parties& parties);

}  // namespace cli
