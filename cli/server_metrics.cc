#include "cli/server_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/build_id.h"
#include "cli/families.h"
#include "cli/version.h"

namespace cli {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

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

MetricFamily handshake_family(const server::Counters& counters) {
  std::vector<std::pair<std::string_view, std::uint64_t>> faults;
  for (std::size_t i = 0; i < net::handshake_fault_names.size(); ++i) {
    faults.emplace_back(net::handshake_fault_names[i], counters.handshake_faults[i]);
  }
  return counters_family("herald_tls_handshakes_failed_total", "TLS handshakes that failed",
                         "reason", faults);
}

}  // namespace

std::vector<MetricFamily> server_families(const server::Counters& counters) {
  return {
      gauge_family("herald_connections", "Connections open now", counters.connections_now),
      gauge_family("herald_streams", "Exchanges in flight now", counters.streams_now),
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
      handshake_family(counters),
      counter_family("herald_received_bytes_total", "Bytes of HTTP received", counters.received),
      counter_family("herald_sent_bytes_total", "Bytes of HTTP sent", counters.sent),
      counter_family("herald_requests_begun_total", "Requests whose fields were read",
                     counters.requests),
      counter_family("herald_early_hints_total", "103 answers sent", counters.hints),
      counter_family("herald_pushes_total", "Pushes promised", counters.pushes),
  };
}

MetricFamily limit_family(const server::Counters& counters, const sse::Hub::Counters& hubs,
                          std::uint64_t proxy_full) {
  std::vector<std::pair<std::string_view, std::uint64_t>> hits;
  for (std::size_t i = 0; i < http::limit_names.size(); ++i) {
    hits.emplace_back(http::limit_names[i], counters.limits_hit[i]);
  }
  hits.emplace_back("subscribers", hubs.put_off.subscribers);
  hits.emplace_back("arrivals", hubs.put_off.arrivals);
  hits.emplace_back("topics", hubs.put_off.topics);
  hits.emplace_back("subscribe_rate", hubs.put_off.subscribe_rate);
  hits.emplace_back("requests", proxy_full);
  return counters_family("herald_limits_hit_total",
                         "Times that a limit of connections, event streams or the app server was "
                         "reached",
                         "limit", hits);
}

std::vector<MetricFamily> process_families() {
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  MetricFamily build = gauge_family("herald_build_info", "Which build this is", 1.0);
  build.metric.front().label = {{"version", std::string(version)}, {"build_id", build_id()}};
  return {
      gauge_family("process_resident_memory_bytes", "Resident memory", resident * page),
      gauge_family("process_virtual_memory_bytes", "Virtual memory", pages * page),
      gauge_family("process_open_fds", "Descriptors open now", open_descriptors()),
      gauge_family("process_max_fds", "Descriptors that may be open", descriptors.rlim_cur),
      {"process_cpu_seconds_total", "Processor time, user and system", MetricType::Counter, {[] {
         ClientMetric metric;
         metric.counter.value = processor_seconds();
         return metric;
       }()}},
      std::move(build),
  };
}

}  // namespace cli
