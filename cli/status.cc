#include "cli/status.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

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
      {"handshakes_failed", server.handshakes_failed},
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
  if (report.field) status["experiment"] = shown(*report.field);
  return status;
}

}  // namespace

std::string status_json(const StatusHandler::Sources& sources) { return counters(sources).dump(); }

void StatusHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  const std::uint64_t connection = request.peer ? request.peer->connection : 0;
  nlohmann::json status{{"connection", connection}};
  if (request.peer && request.peer->loopback()) status.update(counters(sources_));
  http::Response response = http::text_response(200, "application/json", status.dump() + "\n");
  response.fields.add("cache-control", "no-store");
  exchange.respond(std::move(response));
}

namespace {

constexpr std::string_view page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Herald: status</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
  dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0 }
  dl div { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .5rem; padding: .75rem }
  dt { opacity: .7; font-size: .85rem }
  dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums }
  .rate { font-size: .85rem; opacity: .7 }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  caption { text-align: left; font-weight: 600; font-size: 1.15rem; padding: .4rem 0 }
  th, td { text-align: right; padding: .35rem 0 .35rem 1rem; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); font-weight: 400 }
  th:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere }
</style>
<h1>Herald</h1>
<p id="state" role="status">Asking the server…</p>
<dl id="numbers"></dl>
<div class="wide" tabindex="0" role="region" aria-label="Hints by route" id="hints" hidden><table>
<caption>Hints by route</caption>
<thead><tr><th scope="col">Route<th scope="col">visits<th scope="col">think time<th scope="col">103s<th scope="col">pushes<th scope="col">hit rate<th scope="col">wasted</thead>
<tbody id="routes"></tbody></table></div>
<div class="wide" tabindex="0" role="region" aria-label="Experiment" id="experiment" hidden><table>
<caption>Experiment: <span id="arms"></span></caption>
<thead><tr><th scope="col">Typical time<th scope="col" id="arm0"><th scope="col" id="arm1"><th scope="col">conclusion</thead>
<tbody id="metrics"></tbody></table></div>
<script>
  const names = { connection: 'this connection', uptime_s: 'up for, seconds', handshakes_failed: 'handshakes failed',
    connections_accepted: 'connections ever', connections_refused: 'connections refused', history_bytes: 'history, bytes' };
  const numbers = document.getElementById('numbers');
  const cells = new Map();
  let before;
  const cell = (name) => {
    if (!cells.has(name)) {
      const box = numbers.appendChild(document.createElement('div'));
      box.appendChild(document.createElement('dt')).textContent = names[name] ?? name;
      const value = box.appendChild(document.createElement('dd'));
      const rate = box.appendChild(document.createElement('span'));
      rate.className = 'rate';
      cells.set(name, { value, rate });
    }
    return cells.get(name);
  };
  const arrow = { slower: ' ↗', faster: ' ↘', better: ' ↗', worse: ' ↘' };
  const size = (bytes) => bytes < 10000 ? `${bytes} B` : bytes < 1e7 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(0)} MB`;
  const percent = (share) => share === null ? '–' : `${(100 * share).toFixed(0)} %`;
  function showRoutes(routes = []) {
    document.getElementById('hints').hidden = routes.length === 0;
    document.getElementById('routes').replaceChildren(...routes.map((route) => {
      const row = document.createElement('tr');
      const head = row.appendChild(document.createElement('th'));
      head.scope = 'row';
      head.textContent = route.route;
      const think = route.think_ms === null ? '–' : `${route.think_ms.toFixed(route.think_ms < 10 ? 1 : 0)} ms`;
      for (const text of [route.visits.toLocaleString(), think + (arrow[route.think_trend] ?? ''), route.hints.toLocaleString(),
        route.pushes.toLocaleString(), percent(route.hit_rate) + (arrow[route.hit_trend] ?? ''), size(route.bytes_wasted)]) {
        row.appendChild(document.createElement('td')).textContent = text;
      }
      row.title = [`think time ${route.think_trend || 'not known yet'}, hit rate ${route.hit_trend || 'not known yet'}`,
        ...route.assets.map((asset) => `${asset.target}: told ${asset.told}, hit rate ${percent(asset.hit_rate)}, wasted ${size(asset.bytes_wasted)}${asset.demoted_by_workers ? ', no longer told' : ''}`)].join('\n');
      return row;
    }));
  }
  function showExperiment(experiment) {
    document.getElementById('experiment').hidden = !experiment;
    if (!experiment) return;
    const { arms, metrics } = experiment;
    document.getElementById('arms').textContent = arms.map((arm) => `${arm.arm} (${arm.visits.toLocaleString()} visits)`).join(' beside ');
    arms.forEach((arm, i) => { document.getElementById(`arm${i}`).textContent = arm.arm; });
    document.getElementById('metrics').replaceChildren(...metrics.map((metric) => {
      const row = document.createElement('tr');
      const head = row.appendChild(document.createElement('th'));
      head.scope = 'row';
      head.textContent = metric.metric.replaceAll('-', ' ');
      const times = metric.ms.map((ms, i) => metric.visits[i] ? `${ms.toFixed(0)} ms` : '–');
      for (const text of [...times, metric.conclusion]) row.appendChild(document.createElement('td')).textContent = text;
      return row;
    }));
  }
  function show(now) {
    for (const [name, value] of Object.entries(now)) {
      if (typeof value !== 'number') continue;
      cell(name).value.textContent = value.toLocaleString();
      const more = before && ['requests', 'events', 'deliveries', 'hints', 'pushes', 'connections_accepted', 'sent_bytes'].includes(name)
        ? value - before[name] : 0;
      cell(name).rate.textContent = more > 0 ? `+${more.toLocaleString()}` : '';
    }
    showRoutes(now.routes);
    showExperiment(now.experiment);
    before = now;
  }
  const state = document.getElementById('state');
  fetch('/.herald/status').then((answer) => answer.json()).then((first) => {
    show(first);
    if (!first.version) { state.textContent = 'Counters are shown to clients on the server’s own machine only.'; return; }
    const live = new EventSource('/.herald/live');
    live.onopen = () => { state.textContent = `Version ${first.version}, live`; };
    live.onmessage = (event) => show(JSON.parse(event.data));
    live.onerror = () => { state.textContent = 'The server does not answer; asking again…'; };
  }, () => { state.textContent = 'The server does not answer.'; });
</script>
</html>
)html";

}  // namespace

void StatusPage::handle(const http::Request& request, http::Exchange exchange) {
  if (request.path() != "/.herald/") {
    return exchange.respond(http::problem(404, "There is nothing of that name under /.herald/."));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  http::Response response = http::text_response(200, "text/html; charset=utf-8", std::string(page));
  response.fields.add("cache-control", "no-cache");
  exchange.respond(std::move(response));
}

}  // namespace cli
