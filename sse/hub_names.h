// The names that are the hub's own: no publisher may use them, at whichever door.
#pragma once

#include <optional>
#include <string>

#include "sse/event.h"
#include "sse/url.h"

namespace sse {

// Where a hub is. Topics are resolved against its URL, as Mercure's subscribers do.
struct HubPlace {
  Url url;           // as its clients see it
  std::string path;  // as it is served here, with which the topics of its own events begin
};

// What of it no topic may address. Mercure's publishers may use nothing at or beneath its paths;
// `/send`, which has topics that are no URLs ("#general"), only what events of subscriptions have.
enum class HubTopics { all, subscriptions };

// A sentence that says which of the draft's names is the hub's, or none.
std::optional<std::string> hub_name_refusal(const Draft& draft, const HubPlace& hub,
                                            HubTopics reserved);

}  // namespace sse
