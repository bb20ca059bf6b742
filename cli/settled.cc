#include "cli/settled.h"

#include <string_view>
#include <tuple>

namespace cli {
namespace {

// What [events] says of what is made once: two that agree in it can be exchanged.
auto history_of(const Config::Events& events) {
  return std::tie(events.store, events.sync, events.store_bytes, events.store_events,
                  events.store_prefix, events.store_timeout, events.topics, events.history,
                  events.bytes, events.age, events.classes, events.message_bytes,
                  events.publish_rate, events.subscribe_rate, events.subscriptions);
}

}  // namespace

std::string settled_at_start(const Config& started, const Config& asked) {
  std::string names;
  const auto differs = [&names](bool same, std::string_view name) {
    if (same) return;
    if (!names.empty()) names += ", ";
    names += name;
  };
  const Config::Serve& was = started.serve;
  const Config::Serve& wish = asked.serve;
  differs(was.listen == wish.listen, "listen");
  differs(was.workers == wish.workers, "workers");
  differs(started.limits.backlog == asked.limits.backlog, "backlog");
  differs(was.redirect == wish.redirect, "redirect");
  differs(was.metrics == wish.metrics, "metrics");
  differs(was.access_log == wish.access_log, "access_log");
  differs(was.log == wish.log, "log");
  differs(was.user == wish.user, "user");
  differs(was.reads == wish.reads, "reads");
  differs(history_of(started.events) == history_of(asked.events),
          "what [events] says of history, store, rates or subscriptions");
  return names;
}

}  // namespace cli
