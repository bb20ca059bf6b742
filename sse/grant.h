// Grant: what a token lets its bearer do, read from its claims: Mercure's own claim as 0.x has it,
// or OAuth's authorization details (RFC 9396) as 1.0 has them.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/net/loop.h"
#include "sse/topic_matcher.h"

namespace sse {

enum class Action : std::uint8_t { publish, subscribe };

// Which revision of Mercure a token or a request speaks.
enum class Dialect : std::uint8_t { v0, v1 };

struct Grant {
  // What its issuer says of a subscriber to others who may know (JSON text).
  struct Payload {
    Matchers topics;  // of subscriptions, as asked for
    std::string json;
  };

  Matchers topics;
  std::optional<std::chrono::system_clock::time_point> expires;
  std::vector<Payload> payloads;
  Dialect dialect = Dialect::v0;
  bool verified = false;  // of a token that was found good: its bearer is known by it

  bool covers(std::string_view topic) const;
  // All that is wanted: a pattern is covered by the same pattern, or where everything is granted.
  bool covers(const TopicMatcher& wanted) const;
  // Null if nothing is granted.
  std::shared_ptr<const Matchers> rights() const;
  // The loop's time at which it ends, `now` being that time; grants are on the wall clock.
  net::Clock::time_point until(net::Clock::time_point now) const;
  // Null if there is none for this subscription.
  const std::string* payload_of(const TopicMatcher& subscription) const;
};

// Everything, for ever.
Grant unlimited();

// The claim "mercure" {"publish": [...], "subscribe": [...], "payload": ...}; what is missing or of
// another shape grants nothing.
Grant read_mercure_claim(const nlohmann::json& claims, Action action);

// What a 1.0 token must say of where it comes from and goes to.
struct Expected {
  std::string issuer;    // empty: the hub trusts none
  std::string audience;  // the hub's resource identifier
  std::string hub;       // its URL, against which patterns are resolved
};

// Or the rule that the claims break, to be read behind "The bearer token".
std::variant<Grant, std::string> read_authorization_details(const nlohmann::json& claims,
                                                            Action action,
                                                            const Expected& expected);

}  // namespace sse
