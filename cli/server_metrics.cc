#include "cli/server_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/build_id.h"
#include "cli/version.h"

namespace cli {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily counter_family(const char* name, const char* help, std::uint64_t value) {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return {name, help, MetricType::Counter, {metric}};
}

// One counter for each value of a label.
MetricFamily counters_family(const char* name, const char* help, const char* label,
                             std::vector<std::pair<const char*, std::uint64_t>> values) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [of, value] : values) {
    ClientMetric metric;
    metric.label.push_back({label, of});
    metric.counter.value = static_cast<double>(value);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

MetricFamily now_family(const char* name, const char* help, std::uint64_t value) {
  return gauge_family(name, help, static_cast<double>(value));
}

double open_descriptors() {
  std::error_code problem;
  double count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", problem);
       !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // the folder was open too
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

MetricFamily gauge_family(const char* name, const char* help, double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return {name, help, MetricType::Gauge, {metric}};
}

std::vector<MetricFamily> server_families(const server::Counters& counters) {
  return {
      now_family("herald_connections", "Connections open now", counters.connections_now),
      now_family("herald_streams", "Exchanges in flight now", counters.streams_now),
      counter_family("herald_connections_accepted_total", "Connections accepted",
                     counters.accepted),
      counter_family("herald_connections_refused_total",
                     "Connections closed at once by the limits for one address", counters.refused),
      counter_family("herald_connections_ended_total",
                     "Connections ended for their client's fault: floods, slowness, errors",
                     counters.ended),
      counters_family("herald_sessions_total", "Sessions begun, by version of HTTP", "version",
                      {{"2", counters.http2}, {"1.1", counters.http1}}),
      counter_family("herald_tls_resumed_total", "TLS handshakes that resumed a session",
                     counters.resumed),
      counter_family("herald_tls_handshakes_failed_total", "TLS handshakes that failed",
                     counters.handshakes_failed),
      counter_family("herald_received_bytes_total", "Bytes of HTTP received", counters.received),
      counter_family("herald_sent_bytes_total", "Bytes of HTTP sent", counters.sent),
      counter_family("herald_requests_begun_total", "Requests whose fields were read",
                     counters.requests),
      counter_family("herald_early_hints_total", "103 answers sent", counters.hints),
      counter_family("herald_pushes_total", "Pushes promised", counters.pushes),
  };
}

std::vector<MetricFamily> event_families(const sse::Hub::Counters& counters) {
  return {
      now_family("herald_subscribers", "Event streams open now", counters.subscribers),
      now_family("herald_polls", "Polls held now", counters.polls),
      now_family("herald_topics", "Topics with events or readers", counters.topics),
      now_family("herald_history_bytes", "Events kept in memory, of one worker",
                 counters.history_bytes),
      counter_family("herald_events_total", "Events received from the store", counters.events),
      counter_family("herald_deliveries_total", "Events written to streams and polls",
                     counters.deliveries),
      counter_family("herald_gaps_total", "Readers told that events are lost to them",
                     counters.gaps),
  };
}

std::vector<MetricFamily> process_families() {
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  MetricFamily build = gauge_family("herald_build_info", "Which build this is", 1);
  build.metric.front().label = {{"version", std::string(version)}, {"build_id", build_id()}};
  return {
      now_family("process_resident_memory_bytes", "Resident memory", resident * page),
      now_family("process_virtual_memory_bytes", "Virtual memory", pages * page),
      gauge_family("process_open_fds", "Descriptors open now", open_descriptors()),
      now_family("process_max_fds", "Descriptors that may be open", descriptors.rlim_cur),
      {"process_cpu_seconds_total", "Processor time, user and system", MetricType::Counter, {[] {
         ClientMetric metric;
         metric.counter.value = processor_seconds();
         return metric;
       }()}},
      std::move(build),
  };
}

}  // namespace cli
