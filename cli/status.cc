#include "cli/status.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/version.h"
#include "server/http/problem.h"

namespace cli {

void HubTotals::put(std::size_t worker, const sse::Hub::Counters& counters) {
  const std::lock_guard lock(mutex_);
  of_worker_[worker] = counters;
}

sse::Hub::Counters HubTotals::sum() const {
  const std::lock_guard lock(mutex_);
  sse::Hub::Counters total;
  for (const auto& one : of_worker_) {
    total.subscribers += one.subscribers;
    total.polls += one.polls;
    total.deliveries += one.deliveries;
    total.gaps += one.gaps;
    total.poll_bytes += one.poll_bytes;
    total.page_bytes += one.page_bytes;
    total.lag.streams += one.lag.streams;
    total.lag.events = std::max(total.lag.events, one.lag.events);
    total.put_off.subscribers += one.put_off.subscribers;
    total.put_off.arrivals += one.put_off.arrivals;
    total.put_off.topics += one.put_off.topics;
    total.put_off.subscribe_rate += one.put_off.subscribe_rate;
    total.topics = std::max(total.topics, one.topics);  // each worker has its own copy of these
    total.events = std::max(total.events, one.events);
    total.history_bytes = std::max(total.history_bytes, one.history_bytes);
  }
  return total;
}

void HintTotals::put(std::size_t worker, Report report) {
  const std::lock_guard lock(mutex_);
  of_worker_[worker] = std::move(report);
}

HintTotals::Report HintTotals::sum() const {
  Report total;
  {
    const std::lock_guard lock(mutex_);
    for (const Report& one : of_worker_) {
      total.routes = hints::sum(std::move(total.routes), one.routes);
      if (!one.field) continue;
      if (!total.field) total.field = Field{one.field->experiment, {}};
      for (std::size_t arm = 0; arm < total.field->totals.size(); ++arm) {
        total.field->totals[arm].add(one.field->totals[arm]);
      }
    }
  }
  std::ranges::stable_sort(total.routes, std::greater<>(), &hints::RouteReport::visits);
  total.routes.resize(std::min(total.routes.size(), most_routes));
  return total;
}

namespace {

// Names of routes are what clients asked for, in whatever bytes.
std::string text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return static_cast<double>(part) / static_cast<double>(whole);
}

nlohmann::json shown(const hints::AssetReport& asset) {
  return {{"target", asset.target},
          {"told", asset.told},
          {"hit_rate", share(asset.taken, asset.told)},
          {"bytes_wasted", asset.wasted},
          {"demoted_by_workers", asset.demoted_by}};
}

nlohmann::json shown(const hints::RouteReport& route) {
  nlohmann::json assets = nlohmann::json::array();
  for (const hints::AssetReport& asset : route.assets) assets.push_back(shown(asset));
  const auto think = hints::think_median(route);
  return {
      {"route", route.name},
      {"visits", route.visits},
      {"think_ms", think ? nlohmann::json(static_cast<double>(think->count()) / 1000) : nullptr},
      {"think_trend", hints::think_trend(route)},
      {"hints", route.hints},
      {"pushes", route.pushes},
      {"hit_rate", share(route.taken, route.told)},
      {"hit_trend", hints::hit_trend(route)},
      {"bytes_wasted", route.wasted},
      {"assets", std::move(assets)}};
}

nlohmann::json shown(const HintTotals::Field& field) {
  nlohmann::json arms = nlohmann::json::array();
  for (std::size_t arm = 0; arm < field.totals.size(); ++arm) {
    const hints::ArmTotals& totals = field.totals[arm];
    arms.push_back({{"arm", field.experiment.arms[arm].name},
                    {"visits", totals.visits},
                    {"early_hinted", totals.early},
                    {"cache_hits", totals.cached}});
  }
  nlohmann::json metrics = nlohmann::json::array();
  for (std::size_t i = 0; i < hints::metric_count; ++i) {
    const hints::LogTimes& first = field.totals[0].times[i];
    const hints::LogTimes& second = field.totals[1].times[i];
    const hints::Difference difference = hints::compare(first, second);
    metrics.push_back({{"metric", hints::words(static_cast<hints::Metric>(i))},
                       {"visits", {first.count(), second.count()}},
                       {"ms", {first.geometric_mean(), second.geometric_mean()}},
                       {"ratio", difference.ratio},
                       {"interval", {difference.low, difference.high}},
                       {"conclusion", hints::sentence(difference, field.experiment)}});
  }
  return {{"arms", std::move(arms)}, {"metrics", std::move(metrics)}};
}

nlohmann::json counters(const StatusHandler::Sources& sources) {
  const server::Counters server = sources.server();
  const sse::Hub::Counters hubs = sources.hubs.sum();
  const auto uptime = std::chrono::steady_clock::now() - sources.started;
  nlohmann::json status{
      {"version", version},
      {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
      {"connections", server.connections_now},
      {"connections_accepted", server.accepted},
      {"connections_refused", server.refused},
      {"handshakes_failed",
       std::reduce(server.handshake_faults.begin(), server.handshake_faults.end())},
      {"streams", server.streams_now},
      {"sessions_http1", server.http1},
      {"connections_ended", server.ended},
      {"sent_bytes", server.sent},
      {"requests", server.requests},
      {"hints", server.hints},
      {"pushes", server.pushes},
      {"subscribers", hubs.subscribers},
      {"polls", hubs.polls},
      {"topics", hubs.topics},
      {"events", hubs.events},
      {"deliveries", hubs.deliveries},
      {"gaps", hubs.gaps},
      {"history_bytes", hubs.history_bytes}};
  nlohmann::json routes = nlohmann::json::array();
  const HintTotals::Report report = sources.hints.sum();
  for (const hints::RouteReport& route : report.routes) routes.push_back(shown(route));
  status["routes"] = std::move(routes);
  const std::vector<proxy::Figures> upstreams = sources.upstreams.sum();
  if (!upstreams.empty()) status["upstreams"] = upstreams_json(upstreams);
  if (report.field) status["experiment"] = shown(*report.field);
  return status;
}

}  // namespace

std::string status_json(const StatusHandler::Sources& sources) { return text(counters(sources)); }

void StatusHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  const std::uint64_t connection = request.peer ? request.peer->connection : 0;
  nlohmann::json status{{"connection", connection}};
  if (request.peer && request.peer->loopback()) status.update(counters(sources_));
  http::Response response = http::text_response(200, "application/json", text(status) + "\n");
  response.fields.add("cache-control", "no-store");
  exchange.respond(std::move(response));
}

}  // namespace cli
