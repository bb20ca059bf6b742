// The JSON documents that describe a subscription, as either dialect of Mercure has them; an event
// and the API show the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sse/grant.h"

namespace sse {

struct Attending;

struct SubscriptionDocument {
  std::string id;    // the topic of its events, which is its URL without the origin
  std::string json;  // one object
};

enum class Active : std::uint8_t { yes, no };

// None if the dialect has no such matcher.
std::optional<SubscriptionDocument> describe(const Attending& who, Dialect dialect,
                                             std::string_view hub_path, Active active);
// What stands in its URL between ".../subscriptions/" and the subscriber; none likewise.
std::optional<std::string> place_of(const TopicMatcher& wanted, Dialect dialect);

}  // namespace sse
