#include "cli/event_metrics.h"

#include <limits>

#include "cli/families.h"

namespace cli {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::vector<MetricFamily> event_families(const sse::Hub::Counters& counters) {
  return {
      gauge_family("herald_subscribers", "Event streams open now", counters.subscribers),
      gauge_family("herald_subscribers_behind",
                   "Event streams that have events waiting which their clients have not taken",
                   counters.lag.streams),
      gauge_family("herald_subscriber_lag_events",
                   "Events that wait for the slowest event stream, at most", counters.lag.events),
      gauge_family("herald_polls", "Polls held now", counters.polls),
      gauge_family("herald_topics", "Topics with events or readers", counters.topics),
      gauge_family("herald_history_bytes", "Events kept in memory, of one worker",
                   counters.history_bytes),
      gauge_family("herald_poll_bytes",
                   "Answers to polls as text that clients have yet to take, of all workers",
                   counters.poll_bytes),
      gauge_family("herald_page_bytes",
                   "The store's past that readers have yet to take, of all workers",
                   counters.page_bytes),
      counter_family("herald_events_total", "Events received from the store", counters.events),
      counter_family("herald_deliveries_total", "Events written to streams and polls",
                     counters.deliveries),
      counter_family("herald_gaps_total", "Readers told that events are lost to them",
                     counters.gaps),
  };
}

std::vector<MetricFamily> store_families(const sse::StoreTally* tally) {
  const sse::StoreTally::Seen seen = tally ? tally->seen() : sse::StoreTally::Seen{};
  ClientMetric metric;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < seen.took.size(); ++i) {
    so_far += seen.took[i];
    const bool last = i == sse::StoreTally::bounds.size();
    metric.histogram.bucket.push_back(
        {so_far, last ? std::numeric_limits<double>::infinity() : sse::StoreTally::bounds[i]});
  }
  metric.histogram.sample_count = so_far;
  metric.histogram.sample_sum = seen.seconds;
  return {
      {"herald_store_commit_seconds",
       "Batches of events written to the store, and how long each took",
       MetricType::Histogram,
       {metric}},
      counter_family("herald_store_errors_total", "Batches of events that the store did not take",
                     seen.errors),
  };
}

}  // namespace cli
