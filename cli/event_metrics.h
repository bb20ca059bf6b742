// What is told of events and their store, as Prometheus has it: read when somebody
// asks, kept nowhere.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "sse/hub.h"
#include "sse/store_tally.h"

namespace cli {

std::vector<prometheus::MetricFamily> event_families(const sse::Hub::Counters& counters);
// Null: events are in memory, and all numbers 0.
std::vector<prometheus::MetricFamily> store_families(const sse::StoreTally* tally);

}  // namespace cli
