#include "sse/hub_names.h"

namespace sse {
namespace {

std::optional<std::string> topic_of_hub(const std::string& topic, const Url& hub) {
  if (topic == "*") return "The topic \"*\" is reserved: it stands for all topics.";
  if (!addresses_hub(topic, hub)) return std::nullopt;
  return "Topics at or beneath the hub's own path, " + hub.pathname + ", are the hub's.";
}

}  // namespace

std::optional<std::string> hub_name_refusal(const Draft& draft, const Url& hub) {
  if (auto reason = topic_of_hub(draft.topic, hub)) return reason;
  for (const std::string& topic : draft.alternates) {
    if (auto reason = topic_of_hub(topic, hub)) return reason;
  }
  if (draft.publisher_id.starts_with('#') || draft.publisher_id == "earliest") {
    return "An id does not begin with \"#\" and is not \"earliest\": those are the hub's.";
  }
  if (draft.type == "mercure") return "The type \"mercure\" is reserved for the hub's own events.";
  return std::nullopt;
}

}  // namespace sse
