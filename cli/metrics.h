// Metrics: everything that is measured, in one answer for Prometheus, by its C++ client library.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cli/access_log.h"
#include "cli/config.h"
#include "cli/heartbeats.h"
#include "cli/request_metrics.h"
#include "cli/status.h"
#include "cli/upstreams.h"
#include "sse/store_tally.h"

namespace prometheus {
class Registry;
}

namespace cli {

class Metrics {
 public:
  // What is asked when somebody asks for metrics; all must outlive this.
  struct Sources {
    std::function<server::Counters()> server;
    const HubTotals& hubs;
    std::function<const sse::StoreTally*()> store;  // null: events are in memory
    const UpstreamTotals& upstreams;
    const Heartbeats& heartbeats;
    const AccessLog* log;  // may be null
    // When the certificate in use expires.
    std::function<std::chrono::system_clock::time_point()> certificate_expires;
  };
  Metrics(const Config& config, Sources sources, http::AccessLog* next);
  ~Metrics();

  // To be told of each exchange.
  http::AccessLog& requests() { return *requests_; }
  // Parts are at the URLs of `config` from now on. One thread at a time.
  void use(const Config& config) { requests_->use(config.events); }
  // The text form. Any thread.
  std::string text() const;

 private:
  const Sources sources_;
  const std::unique_ptr<prometheus::Registry> registry_;
  const std::unique_ptr<RequestMetrics> requests_;
};

}  // namespace cli
