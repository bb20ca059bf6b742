// Dry runs: what a request would do, and why, without doing it. Asked for by "?dry_run=1".
#pragma once

#include <memory>
#include <string>

#include "server/http/message.h"
#include "server/http/query.h"
#include "sse/errands.h"
#include "sse/event.h"
#include "sse/grant.h"
#include "sse/replica.h"
#include "sse/topic_matcher.h"

namespace sse {

bool is_dry_run(const http::Query& query);

// Answers, for each matcher: which of the topics there are now it matches (the first 20, of those
// that have an event for all or are granted), and by which grants private updates of them would
// come. With `fields` besides. `replica` outlives it.
std::unique_ptr<Errand> explain_subscription(const Replica& replica, Matchers wanted, Grant grant,
                                             http::Headers fields);

// The first topic that is not granted; null: all are. Valid as long as `draft`.
const std::string* ungranted(const Grant& grant, const Draft& draft);

// For each topic of each event: whether, and by which grant, it may be published to.
class UpdatesExplained {
 public:
  void add(const Draft& draft, const Grant& grant);
  http::Response response();

 private:
  std::string updates_;  // JSON text, with commas between
};

}  // namespace sse
