// Status: what the server is doing, as JSON for programs (/.herald/status). Clients that are not on
// this machine are told the number of their connection only. StatusPage shows it to people.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/upstreams.h"
#include "hints/field_study.h"
#include "hints/route_report.h"
#include "server/http/handler.h"
#include "server/server.h"
#include "sse/hub.h"

namespace cli {

// The hubs' counters of every worker: each worker writes its own, anyone reads the sum.
class HubTotals {
 public:
  explicit HubTotals(std::size_t workers) : of_worker_(workers) {}
  void put(std::size_t worker, const sse::Hub::Counters& counters);
  sse::Hub::Counters sum() const;

 private:
  mutable std::mutex mutex_;
  std::vector<sse::Hub::Counters> of_worker_;
};

// Likewise what the workers remember of routes, and what visitors' browsers have reported to them.
class HintTotals {
 public:
  static constexpr std::size_t most_routes = 50;  // the busiest of each worker

  struct Field {
    hints::Experiment experiment;
    hints::FieldTotals totals;
  };
  struct Report {
    std::vector<hints::RouteReport> routes;
    std::optional<Field> field;  // none: nothing is being tried
  };

  explicit HintTotals(std::size_t workers) : of_worker_(workers) {}
  void put(std::size_t worker, Report report);
  // The busiest routes first.
  Report sum() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Report> of_worker_;
};

class StatusHandler final : public http::Handler {
 public:
  struct Sources {
    std::function<server::Counters()> server;
    const HubTotals& hubs;
    const HintTotals& hints;
    const UpstreamTotals& upstreams;
    std::chrono::steady_clock::time_point started;
  };
  explicit StatusHandler(Sources sources) : sources_(std::move(sources)) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  Sources sources_;
};

// The counters as one JSON object in one line.
std::string status_json(const StatusHandler::Sources& sources);

}  // namespace cli
