// Families of metrics made of numbers that are known already, in the terms of Prometheus's client
// library.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// One value.
prometheus::MetricFamily gauge_family(const char* name, const char* help, double value);
prometheus::MetricFamily gauge_family(const char* name, const char* help, std::uint64_t value);
prometheus::MetricFamily counter_family(const char* name, const char* help, std::uint64_t value);

// One counter for each value of a label.
prometheus::MetricFamily counters_family(
    const char* name, const char* help, const char* label,
    const std::vector<std::pair<std::string_view, std::uint64_t>>& values);

}  // namespace cli
