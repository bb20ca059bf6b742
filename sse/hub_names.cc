#include "sse/hub_names.h"

#include <string_view>

#include "server/http/query.h"

namespace sse {
namespace {

constexpr std::string_view subscriptions = "/subscriptions";

bool is_at_or_beneath(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// The path of a topic that is resolved against the hub's URL. Percent-encoding that need not be is
// undone (RFC 3986 section 6.2.2.2); what else it undoes here can only make more names the hub's.
std::optional<std::string> path_of(std::string_view topic, const Url& hub) {
  auto url = Url::parse(topic, &hub);
  if (!url) return std::nullopt;
  return http::percent_decode(url->pathname).value_or(url->pathname);
}

std::optional<std::string> topic_of_hub(const std::string& topic, const HubPlace& hub,
                                        HubTopics reserved) {
  if (topic == "*") return "The topic \"*\" is reserved: it stands for all topics.";
  const bool all = reserved == HubTopics::all;
  // Most topics need no URL made of them.
  if (!all && topic.find('%') == topic.npos && topic.find(subscriptions) == topic.npos) {
    return std::nullopt;
  }
  const auto path = path_of(topic, hub.url);
  if (!path) return std::nullopt;
  for (std::string root : {hub.path, hub.url.pathname}) {
    if (!all) root += subscriptions;
    if (!is_at_or_beneath(*path, root)) continue;
    return "Topics at or beneath the path " + root + " are the hub's own.";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> hub_name_refusal(const Draft& draft, const HubPlace& hub,
                                            HubTopics reserved) {
  if (auto reason = topic_of_hub(draft.topic, hub, reserved)) return reason;
  for (const std::string& topic : draft.alternates) {
    if (auto reason = topic_of_hub(topic, hub, reserved)) return reason;
  }
  if (draft.publisher_id.starts_with('#') || draft.publisher_id == "earliest") {
    return "An id does not begin with \"#\" and is not \"earliest\": those are the hub's.";
  }
  if (draft.type == "mercure") return "The type \"mercure\" is reserved for the hub's own events.";
  return std::nullopt;
}

}  // namespace sse
