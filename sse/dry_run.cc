#include "sse/dry_run.h"

#include <nlohmann/json.hpp>

namespace sse {
namespace {

using nlohmann::json;

constexpr std::size_t most_named = 20;

const char* name_of(TopicMatcher::Type type) {
  switch (type) {
    case TopicMatcher::Type::exact:
      return "exact";
    case TopicMatcher::Type::any:
      return "any";
    case TopicMatcher::Type::prefix:
      return "prefix";
    case TopicMatcher::Type::uri_template:
      return "uri template";
    case TopicMatcher::Type::url_pattern:
      return "url pattern";
  }
  return "";
}

json object_of(const TopicMatcher& matcher) {
  return {{"match", matcher.text()}, {"match_type", name_of(matcher.type())}};
}

// The grant that covers `topic`, or null.
json granted_by(const Grant& grant, std::string_view topic) {
  for (const TopicMatcher& matcher : grant.topics) {
    if (matcher.matches(topic)) return object_of(matcher);
  }
  return nullptr;
}

// The name alone of a topic may be a secret, who is subscribed to what for one.
bool may_know(const Grant& grant, const Topic& topic) {
  return topic.has_public() || grant.covers(topic.name());
}

http::Response answer(const json& object) {
  http::Response response = http::text_response(
      200, "application/json", object.dump(-1, ' ', false, json::error_handler_t::replace));
  response.fields.add("cache-control", "no-store");
  return response;
}

}  // namespace

bool is_dry_run(const http::Query& query) {
  const auto value = query.get("dry_run");
  return value && *value != "0" && *value != "false";
}

const std::string* ungranted(const Grant& grant, const Draft& draft) {
  if (!grant.covers(draft.topic)) return &draft.topic;
  for (const std::string& topic : draft.alternates) {
    if (!grant.covers(topic)) return &topic;
  }
  return nullptr;
}

http::Response explain_subscription(const Replica& replica, std::span<const TopicMatcher> wanted,
                                    const Grant& grant) {
  json subscriptions = json::array();
  for (const TopicMatcher& matcher : wanted) {
    json topics = json::array();
    std::size_t known = 0;
    replica.each_topic([&](const Topic& topic) {
      if (!matcher.matches(topic.parsed()) || !may_know(grant, topic)) return;
      if (++known > most_named) return;
      topics.push_back({{"topic", topic.name()}, {"private_by", granted_by(grant, topic.name())}});
    });
    json one = object_of(matcher);
    one["matching_topics"] = known;
    one["topics"] = std::move(topics);
    subscriptions.push_back(std::move(one));
  }
  json grants = json::array();
  for (const TopicMatcher& matcher : grant.topics) grants.push_back(object_of(matcher));
  return answer({{"dry_run", true}, {"subscriptions", subscriptions}, {"private_grants", grants}});
}

http::Response explain_updates(std::span<const Draft> drafts, const Grant& grant) {
  json updates = json::array();
  for (const Draft& draft : drafts) {
    json topics = json::array();
    bool all = true;
    const auto add = [&](const std::string& topic) {
      json by = granted_by(grant, topic);
      all &= !by.is_null();
      topics.push_back({{"topic", topic}, {"granted_by", std::move(by)}});
    };
    add(draft.topic);
    for (const std::string& topic : draft.alternates) add(topic);
    updates.push_back({{"would_publish", all}, {"private", draft.is_private}, {"topics", topics}});
  }
  return answer({{"dry_run", true}, {"updates", updates}});
}

}  // namespace sse
