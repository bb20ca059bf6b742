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
    total.topics = std::max(total.topics, one.topics);  // each worker has its own copy of these
    total.events = std::max(total.events, one.events);
    total.history_bytes = std::max(total.history_bytes, one.history_bytes);
  }
  return total;
}

void StatusHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  nlohmann::json status{{"connection", request.peer ? request.peer->connection : 0}};
  if (request.peer && request.peer->loopback()) {
    const server::Counters server = sources_.server();
    const sse::Hub::Counters hubs = sources_.hubs.sum();
    const auto uptime = std::chrono::steady_clock::now() - sources_.started;
    status.update({{"version", version},
                   {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
                   {"connections", server.connections_now},
                   {"connections_accepted", server.accepted},
                   {"connections_refused", server.refused},
                   {"handshakes_failed", server.handshakes_failed},
                   {"streams", server.streams_now},
                   {"requests", server.requests},
                   {"hints", server.hints},
                   {"pushes", server.pushes},
                   {"subscribers", hubs.subscribers},
                   {"polls", hubs.polls},
                   {"topics", hubs.topics},
                   {"events", hubs.events},
                   {"deliveries", hubs.deliveries},
                   {"history_bytes", hubs.history_bytes}});
  }
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
  async function ask() {
    const state = document.getElementById('state');
    try {
      const now = await (await fetch('/.herald/status')).json();
      state.textContent = now.version ? `Version ${now.version}` : 'Counters are shown to clients on the server’s own machine only.';
      for (const [name, value] of Object.entries(now)) {
        if (typeof value !== 'number') continue;
        cell(name).value.textContent = value.toLocaleString();
        const more = before && ['requests', 'events', 'deliveries', 'hints', 'pushes', 'connections_accepted'].includes(name)
          ? value - before[name] : 0;
        cell(name).rate.textContent = more > 0 ? `+${more.toLocaleString()}` : '';
      }
      before = now;
    } catch {
      state.textContent = 'The server does not answer; asking again…';
    }
    setTimeout(ask, 2000);
  }
  ask();
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
