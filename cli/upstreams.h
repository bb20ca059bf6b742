// UpstreamTotals: what every worker's proxy has asked of the app servers, and the forms in which it
// is shown: JSON for the status page, families for Prometheus.
#pragma once

#include <prometheus/metric_family.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
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

  // A request was one more than [proxy] requests allows. Any thread; counted since the start.
  void was_full() { full_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t full() const { return full_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> full_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::vector<proxy::Figures>> of_worker_;
};

nlohmann::json upstreams_json(const std::vector<proxy::Figures>& upstreams);
// Without an app server they have no series.
std::vector<prometheus::MetricFamily> upstream_families(
    const std::vector<proxy::Figures>& upstreams);

}  // namespace cli
