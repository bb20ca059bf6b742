#include "cli/metrics.h"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

#include "cli/event_metrics.h"
#include "cli/families.h"
#include "cli/server_metrics.h"

namespace cli {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

void append(Families& all, Families more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

Metrics::Metrics(const Config& config, Sources sources, http::AccessLog* next)
    : sources_(std::move(sources)),
      registry_(std::make_unique<prometheus::Registry>()),
      requests_(std::make_unique<RequestMetrics>(*registry_, config, next)) {}

Metrics::~Metrics() = default;

std::string Metrics::text() const {
  const server::Counters server = sources_.server();
  const sse::Hub::Counters hubs = sources_.hubs.sum();
  Families all = server_families(server);
  all.push_back(limit_family(server, hubs, sources_.upstreams.full()));
  append(all, event_families(hubs));
  append(all, store_families(sources_.store()));
  append(all, upstream_families(sources_.upstreams.sum()));
  append(all, registry_->Collect());
  append(all, process_families());
  const auto silence = sources_.heartbeats.longest(net::Clock::now());
  all.push_back(gauge_family("herald_worker_silence_seconds",
                             "Since the loop of the slowest worker turned; more than a few: stuck",
                             seconds(silence.lasted)));
  all.push_back(gauge_family("herald_certificate_expires_timestamp_seconds",
                             "When the certificate in use expires",
                             seconds(sources_.certificate_expires().time_since_epoch())));
  if (sources_.log) {
    all.push_back(gauge_family("herald_access_log_lines_dropped",
                               "Lines that the access log could not write in time",
                               static_cast<double>(sources_.log->dropped())));
  }
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace cli
