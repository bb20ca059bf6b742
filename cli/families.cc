#include "cli/families.h"

namespace cli {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily gauge_family(const char* name, const char* help, double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return {name, help, MetricType::Gauge, {metric}};
}

MetricFamily gauge_family(const char* name, const char* help, std::uint64_t value) {
  return gauge_family(name, help, static_cast<double>(value));
}

MetricFamily counter_family(const char* name, const char* help, std::uint64_t value) {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return {name, help, MetricType::Counter, {metric}};
}

MetricFamily counters_family(
    const char* name, const char* help, const char* label,
    const std::vector<std::pair<std::string_view, std::uint64_t>>& values) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [of, value] : values) {
    ClientMetric metric;
    metric.label.push_back({label, std::string(of)});
    metric.counter.value = static_cast<double>(value);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace cli
