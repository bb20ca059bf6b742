// What the server's own counters say, as Prometheus has it: read when somebody asks, kept nowhere.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <vector>

#include "server/server.h"
#include "sse/hub.h"

namespace cli {

std::vector<prometheus::MetricFamily> server_families(const server::Counters& counters);
std::vector<prometheus::MetricFamily> event_families(const sse::Hub::Counters& counters);
// Memory, processor time and descriptors of this process, under the names that every client library
// of Prometheus uses, and which build it is.
std::vector<prometheus::MetricFamily> process_families();

// One family with one value.
prometheus::MetricFamily gauge_family(const char* name, const char* help, double value);

}  // namespace cli
