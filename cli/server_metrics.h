// What the server's own counters say, as Prometheus has it: read when somebody asks, kept nowhere.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <vector>

#include "server/server.h"
#include "sse/hub.h"

namespace cli {

std::vector<prometheus::MetricFamily> server_families(const server::Counters& counters);
// How often each limit of the configuration was reached; `proxy_full` is that of [proxy] requests.
prometheus::MetricFamily limit_family(const server::Counters& counters,
                                      const sse::Hub::Counters& hubs, std::uint64_t proxy_full);
// Memory, processor time and descriptors of this process, under the names that every client library
// of Prometheus uses, and which build it is.
std::vector<prometheus::MetricFamily> process_families();

}  // namespace cli
