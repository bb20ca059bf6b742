#include "cli/status.h"

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

namespace {

nlohmann::json counters(const StatusHandler::Sources& sources) {
  const server::Counters server = sources.server();
  const sse::Hub::Counters hubs = sources.hubs.sum();
  const auto uptime = std::chrono::steady_clock::now() - sources.started;
  return {{"version", version},
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
</style>
<h1>Herald</h1>
<p id="state" role="status">Asking the server…</p>
<dl id="numbers"></dl>
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
  function show(now) {
    for (const [name, value] of Object.entries(now)) {
      if (typeof value !== 'number') continue;
      cell(name).value.textContent = value.toLocaleString();
      const more = before && ['requests', 'events', 'deliveries', 'hints', 'pushes', 'connections_accepted', 'sent_bytes'].includes(name)
        ? value - before[name] : 0;
      cell(name).rate.textContent = more > 0 ? `+${more.toLocaleString()}` : '';
    }
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
