// Dry runs: what a request would do, and why, without doing it. Asked for by "?dry_run=1".
#pragma once

#include <span>

#include "server/http/message.h"
#include "server/http/query.h"
#include "sse/event.h"
#include "sse/grant.h"
#include "sse/replica.h"
#include "sse/topic_matcher.h"

namespace sse {

bool is_dry_run(const http::Query& query);

// For each matcher: which of the topics there are now it matches (the first 20, of those that have
// an event for all or are granted), and by which grants private updates of them would come.
http::Response explain_subscription(const Replica& replica, std::span<const TopicMatcher> wanted,
                                    const Grant& grant);
// The first topic that is not granted; null: all are. Valid as long as `draft`.
const std::string* ungranted(const Grant& grant, const Draft& draft);
// For each topic: whether, and by which grant, it may be published to.
http::Response explain_updates(std::span<const Draft> drafts, const Grant& grant);

}  // namespace sse
