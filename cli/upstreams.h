// UpstreamTotals: what every worker's proxy has asked of the app servers, and the forms in which it
// is shown: JSON for the status page, families for Prometheus.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "proxy/figures.h"

namespace cli {

// Each worker writes its own, anyone reads the sum.
class UpstreamTotals {
 public:
  explicit UpstreamTotals(std::size_t workers) : of_worker_(workers) {}
  void put(std::size_t worker, std::vector<proxy::Figures> figures);
  // In the order of the configuration.
  std::vector<proxy::Figures> sum() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<proxy::Figures>> of_worker_;
};

nlohmann::json upstreams_json(const std::vector<proxy::Figures>& upstreams);
// Without an app server they have no series.
std::vector<prometheus::MetricFamily> upstream_families(
    const std::vector<proxy::Figures>& upstreams);

}  // namespace cli
