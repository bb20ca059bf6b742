// Authorizer: who may publish and subscribe to what: static tokens, JSON Web Tokens (RFC 7519) with
// Mercure's claims, or nearness in development. Every refusal names the rule that failed. Each
// worker has one, on its own thread.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/http/message.h"
#include "sse/credentials.h"
#include "sse/grant.h"
#include "sse/hub_names.h"
#include "sse/json_web_key.h"
#include "sse/signature.h"

namespace sse {

struct Denied {
  int status;  // 401: a token would do; 403: this one, or this request, will not
  std::string sentence;
  std::string challenge;  // www-authenticate (RFC 6750 section 3); empty: none
  http::Response response() const;
};

using Decision = std::variant<Grant, Denied>;

class Authorizer {
 public:
  struct Options {
    bool dev = false;  // clients on the loopback need no token to publish
    std::vector<std::string>
        tokens;             // bearers may do everything; several, so that they can be changed
    std::vector<Key> keys;  // of JSON Web Tokens; any may verify
    std::vector<Key> publisher_keys = {};   // besides those: of publishers' tokens alone
    std::vector<Key> subscriber_keys = {};  // and of subscribers'
    std::vector<std::string> algorithms = usual_algorithms();  // that are taken
    bool subscribe_requires_token = false;
    std::string issuer = {};  // of Mercure 1.0's access tokens; empty: none is trusted
    // The hub's own URL, which those must be for; empty: that by which it was asked.
    std::string hub = {};
    std::string hub_path = "/.well-known/mercure";
  };
  explicit Authorizer(Options options) { use(std::move(options)); }

  // For every request from now on; streams that are open keep what they were granted.
  void use(Options options);

  // Whether the request may publish at all; the grant says to which topics.
  Decision publisher(const http::Request& request) const;
  // Whether it may subscribe at all; the grant says which private events it may have.
  Decision reader(const http::Request& request) const;
  // Who has a token, and what it grants to see; without one nothing can be seen but in development.
  Decision member(const http::Request& request) const;
  // Whether it may subscribe to all of `topics`: each must be granted where a token is required.
  Decision subscriber(const http::Request& request, std::span<const TopicMatcher> topics) const;

  // 403, naming the topic. `hub`: as hub_of gave it.
  static Denied not_granted(std::string_view hub, const Grant& grant, Action action,
                            std::string_view topic);
  // The URL of the hub that was asked; of "localhost" if an HTTP/1.0 client named no host.
  std::string hub_of(const http::Request& request) const;
  // Where that hub is; none if its URL is none.
  std::optional<HubPlace> place_of(std::string_view hub) const;

 private:
  Decision verify(const http::Request& request, const Credentials& given, Action action) const;
  Decision granted(const http::Request& request, const Credentials& given, Action action) const;
  Denied no_token(const http::Request& request) const;
  Denied bad_token(const http::Request& request, const std::string& rule) const;
  bool known(std::string_view token) const;
  const std::vector<Key>& keys_of(Action action) const;
  bool open(Action action) const { return options_.tokens.empty() && keys_of(action).empty(); }

  Options options_;  // `keys` are among those of each role as well
};

// Where the metadata of the hub of that URL are (RFC 9728 section 3.1).
std::string metadata_url(std::string_view hub);

// A token for these topics, valid for `ttl` from now. Throws net::Error if `key` cannot sign.
std::string make_token(const Key& key, std::span<const std::string> publish,
                       std::span<const std::string> subscribe, std::chrono::seconds ttl);

}  // namespace sse
