#include "cli/upstreams.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace cli {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using proxy::Figures;

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

ClientMetric labelled(const Figures& of) {
  ClientMetric metric;
  metric.label.push_back({"upstream", of.upstream});
  return metric;
}

ClientMetric first_byte_of(const Figures& of) {
  ClientMetric metric = labelled(of);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < of.first_byte.size(); ++i) {
    seen += of.first_byte[i];
    const bool last = i == Figures::bounds.size();
    const double bound =
        last ? std::numeric_limits<double>::infinity() : seconds(Figures::bounds[i]);
    metric.histogram.bucket.push_back({seen, bound});
  }
  metric.histogram.sample_count = seen;
  metric.histogram.sample_sum = seconds(of.first_byte_sum);
  return metric;
}

}  // namespace

void UpstreamTotals::put(std::size_t worker, std::vector<Figures> figures) {
  const std::lock_guard lock(mutex_);
  of_worker_[worker] = std::move(figures);
}

std::vector<Figures> UpstreamTotals::sum() const {
  const std::lock_guard lock(mutex_);
  std::vector<Figures> total;
  for (const auto& one : of_worker_) total = proxy::sum(std::move(total), one);
  return total;
}

nlohmann::json upstreams_json(const std::vector<Figures>& upstreams) {
  nlohmann::json all = nlohmann::json::array();
  for (const Figures& one : upstreams) {
    nlohmann::json failures;
    for (std::size_t i = 0; i < one.failures.size(); ++i) {
      failures[std::string(words(static_cast<proxy::Failure>(i)))] = one.failures[i];
    }
    const bool known = one.answers() > 0;
    all.push_back({{"upstream", one.upstream},
                   {"failing_for_workers", one.failing_for},
                   {"requests", one.requests},
                   {"in_flight", one.in_flight},
                   {"failures", std::move(failures)},
                   {"answers", one.answers()},
                   {"half_within_ms", known ? nlohmann::json(one.within(0.5).count()) : nullptr},
                   {"most_within_ms", known ? nlohmann::json(one.within(0.95).count()) : nullptr}});
  }
  return all;
}

std::vector<MetricFamily> upstream_families(const std::vector<Figures>& upstreams) {
  MetricFamily requests{"herald_upstream_requests_total",
                        "Requests given to each app server, attempts that failed too",
                        MetricType::Counter,
                        {}};
  MetricFamily failures{"herald_upstream_failures_total",
                        "Of these, those that it did not answer, or not to the end, by reason",
                        MetricType::Counter,
                        {}};
  MetricFamily in_flight{
      "herald_upstream_in_flight", "Requests that it has now", MetricType::Gauge, {}};
  MetricFamily failing{"herald_upstream_failing_workers",
                       "Workers that could not reach it last, or whose health check failed",
                       MetricType::Gauge,
                       {}};
  MetricFamily first_byte{"herald_upstream_first_byte_seconds",
                          "From a request given to it to its answer's fields",
                          MetricType::Histogram,
                          {}};
  for (const Figures& one : upstreams) {
    ClientMetric metric = labelled(one);
    metric.counter.value = static_cast<double>(one.requests);
    requests.metric.push_back(metric);
    metric.gauge.value = static_cast<double>(one.in_flight);
    in_flight.metric.push_back(metric);
    metric.gauge.value = static_cast<double>(one.failing_for);
    failing.metric.push_back(metric);
    for (std::size_t i = 0; i < one.failures.size(); ++i) {
      ClientMetric failure = labelled(one);
      failure.label.push_back({"reason", std::string(words(static_cast<proxy::Failure>(i)))});
      failure.counter.value = static_cast<double>(one.failures[i]);
      failures.metric.push_back(std::move(failure));
    }
    first_byte.metric.push_back(first_byte_of(one));
  }
  return {std::move(requests), std::move(failures), std::move(in_flight), std::move(failing),
          std::move(first_byte)};
}

}  // namespace cli
