#include "sse/subscription_document.h"

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/presence.h"

namespace sse {
namespace {

using Type = TopicMatcher::Type;

// 1.0's name of the matcher's type; null if it has none.
const char* match_type(const TopicMatcher& wanted) {
  switch (wanted.type()) {
    case Type::exact:
    case Type::any:
      return "exact";
    case Type::url_pattern:
      return "urlpattern";
    default:
      return nullptr;
  }
}

bool in_v0(const TopicMatcher& wanted) {
  return wanted.type() != Type::url_pattern && wanted.type() != Type::prefix;
}

}  // namespace

std::optional<std::string> place_of(const TopicMatcher& wanted, Dialect dialect) {
  const std::string text = http::percent_encode(wanted.text());
  if (dialect == Dialect::v0) return in_v0(wanted) ? std::optional(text) : std::nullopt;
  const char* type = match_type(wanted);
  if (!type) return std::nullopt;
  return std::string(type) + "/" + text;
}

std::optional<SubscriptionDocument> describe(const Attending& who, Dialect dialect,
                                             std::string_view hub_path, Active active) {
  const auto place = place_of(who.wanted, dialect);
  if (!place) return std::nullopt;
  const std::string id = std::string(hub_path) + "/subscriptions/" + *place + "/" +
                         http::percent_encode(who.subscriber);
  std::string json = "{";
  if (dialect == Dialect::v0) {
    json += "\"@context\":\"https://mercure.rocks/\",\"type\":\"Subscription\",\"topic\":" +
            http::json_string(who.wanted.text());
  } else {
    json += "\"type\":\"subscription\",\"match_type\":\"" + std::string(match_type(who.wanted)) +
            "\",\"match\":" + http::json_string(who.wanted.text());
  }
  json += ",\"id\":" + http::json_string(id) +
          ",\"subscriber\":" + http::json_string(who.subscriber) +
          ",\"active\":" + (active == Active::yes ? "true" : "false");
  if (!who.payload.empty()) json += ",\"payload\":" + who.payload;
  return SubscriptionDocument{id, json + "}"};
}

}  // namespace sse
