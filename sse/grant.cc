#include "sse/grant.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sse/event.h"

namespace sse {
namespace {

using nlohmann::json;
using std::chrono::system_clock;

constexpr std::string_view detail_type = "https://mercure.rocks/authorization-detail";
constexpr std::size_t most_details = 100;
constexpr std::size_t most_topics = 1000;

const char* name_of(Action action) { return action == Action::publish ? "publish" : "subscribe"; }

// Times beyond what the clock can hold are as good as never.
std::optional<system_clock::time_point> expiry(const json& claims) {
  const auto claim = claims.find("exp");
  if (claim == claims.end()) return std::nullopt;
  const double seconds = claim->get<double>();
  if (seconds > 9e9) return std::nullopt;
  return system_clock::time_point(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

const json* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// One string, or an array that holds it (RFC 7519 section 4.1.3).
bool names(const json* claim, const std::string& wanted) {
  if (!claim) return false;
  if (claim->is_string()) return claim->get<std::string>() == wanted;
  return claim->is_array() && std::find(claim->begin(), claim->end(), json(wanted)) != claim->end();
}

using Rule = std::string;  // that is broken; empty: none

Rule read_matcher(const json& entry, const Expected& expected, Matchers& into) {
  const json* match = entry.is_object() ? member(entry, "match") : nullptr;
  if (!match || !match->is_string())
    return "has an authorization detail with a topic without \"match\"";
  const std::string text = match->get<std::string>();
  if (text == "*") {
    into.push_back(TopicMatcher::any());
    return {};
  }
  const json* type = member(entry, "match_type");
  if (!type || *type == "exact") {
    if (topic_refusal(text)) return "has an authorization detail with a topic that cannot be one";
    into.push_back(TopicMatcher::exact(text));
    return {};
  }
  if (*type != "urlpattern")
    return "has an authorization detail whose match_type is not known here";
  auto pattern = TopicMatcher::url_pattern(text, expected.hub);
  if (pattern_refusal(text) || std::holds_alternative<std::string>(pattern)) {
    return "has an authorization detail with a URL pattern that cannot be used";
  }
  into.push_back(std::get<TopicMatcher>(std::move(pattern)));
  return {};
}

Rule read_detail(const json& detail, Action action, const Expected& expected, Grant& grant) {
  const json* actions = member(detail, "actions");
  const json* topics = member(detail, "topics");
  if (!actions || !actions->is_array() || actions->empty()) {
    return "has an authorization detail without \"actions\"";
  }
  if (!topics || !topics->is_array() || topics->empty()) {
    return "has an authorization detail without \"topics\"";
  }
  const auto is_text = [](const json& value) { return value.is_string(); };
  if (!std::all_of(actions->begin(), actions->end(), is_text)) {
    return "has an authorization detail with an action that is no text";
  }
  if (topics->size() > most_topics) return "has an authorization detail with over 1000 topics";
  Matchers matchers;
  for (const json& entry : *topics) {
    if (Rule rule = read_matcher(entry, expected, matchers); !rule.empty()) return rule;
  }
  const json* payload = member(detail, "payload");
  if (payload && !payload->is_object()) {
    return "has an authorization detail whose payload is no object";
  }
  // Actions that we do not know grant nothing, and do no harm.
  if (std::find(actions->begin(), actions->end(), json(name_of(action))) == actions->end())
    return {};
  if (payload) grant.payloads.push_back({matchers, payload->dump()});
  grant.topics.insert(grant.topics.end(), matchers.begin(), matchers.end());
  return {};
}

// RFC 9068 section 4, as Mercure profiles it.
Rule misdirected(const json& claims, const Expected& expected) {
  const json* exp = member(claims, "exp");
  if (!exp) return "has no claim \"exp\", which an access token (at+jwt) must have";
  if (expected.issuer.empty()) {
    return "is an access token (at+jwt), and no issuer of those is trusted here: set [events] "
           "issuer";
  }
  const json* iss = member(claims, "iss");
  if (!iss || *iss != expected.issuer) return "has a claim \"iss\" that is no issuer trusted here";
  if (!names(member(claims, "aud"), expected.audience)) {
    return "has a claim \"aud\" that does not name this hub, which is " + expected.audience;
  }
  return {};
}

}  // namespace

bool Grant::covers(std::string_view topic) const {
  return std::any_of(topics.begin(), topics.end(),
                     [&](const TopicMatcher& granted) { return granted.matches(topic); });
}

bool Grant::covers(const TopicMatcher& wanted) const {
  if (wanted.is_exact()) return covers(wanted.text());
  return std::any_of(topics.begin(), topics.end(), [&](const TopicMatcher& granted) {
    return granted == wanted || granted.type() == TopicMatcher::Type::any;
  });
}

std::shared_ptr<const Matchers> Grant::rights() const {
  return topics.empty() ? nullptr : std::make_shared<const Matchers>(topics);
}

net::Clock::time_point Grant::until(net::Clock::time_point now) const {
  if (!expires) return net::Clock::time_point::max();
  return now + (*expires - system_clock::now());
}

const std::string* Grant::payload_of(const TopicMatcher& subscription) const {
  for (const Payload& payload : payloads) {
    for (const TopicMatcher& granted : payload.topics) {
      if (granted == subscription || granted.matches(subscription.text())) return &payload.json;
    }
  }
  return nullptr;
}

Grant unlimited() {
  Grant grant;
  grant.topics.push_back(TopicMatcher::any());
  return grant;
}

Grant read_mercure_claim(const json& claims, Action action) {
  Grant grant;
  grant.expires = expiry(claims);
  const json* mercure = member(claims, "https://mercure.rocks/");
  if (!mercure) mercure = member(claims, "mercure");
  if (!mercure || !mercure->is_object()) return grant;
  if (const json* payload = member(*mercure, "payload")) {
    grant.payloads.push_back({{TopicMatcher::any()}, payload->dump()});
  }
  const json* topics = member(*mercure, name_of(action));
  if (!topics || !topics->is_array()) return grant;
  for (const json& topic : *topics) {
    if (!topic.is_string() || grant.topics.size() == most_topics) continue;
    grant.topics.push_back(TopicMatcher::selector(topic.get<std::string>()));
  }
  return grant;
}

std::variant<Grant, std::string> read_authorization_details(const json& claims, Action action,
                                                            const Expected& expected) {
  if (Rule rule = misdirected(claims, expected); !rule.empty()) return rule;
  Grant grant;
  grant.dialect = Dialect::v1;
  grant.expires = expiry(claims);
  const json* details = member(claims, "authorization_details");
  if (!details) return grant;
  if (!details->is_array()) return "has a claim \"authorization_details\" that is no array";
  std::size_t ours = 0;
  for (const json& detail : *details) {
    const json* type = detail.is_object() ? member(detail, "type") : nullptr;
    if (!type || *type != detail_type) continue;
    if (++ours > most_details) return "has over 100 authorization details";
    if (Rule rule = read_detail(detail, action, expected, grant); !rule.empty()) return rule;
  }
  return grant;
}

}  // namespace sse
