#include "cli/status_page.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "server/http/problem.h"

namespace cli {
namespace {

constexpr std::string_view html = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Herald: status</title>
<link rel="stylesheet" href="/.herald/status.css">
<script src="/.herald/status.js" defer></script>
<h1>Herald</h1>
<p id="state" role="status">Asking the server…</p>
<dl id="numbers"></dl>
<div class="wide" tabindex="0" role="region" aria-label="App servers" id="apps" hidden><table>
<caption>App servers</caption>
<thead><tr><th scope="col">Address<th scope="col">state<th scope="col">requests<th scope="col">in flight<th scope="col">failed<th scope="col">half within<th scope="col">95 % within</thead>
<tbody id="upstreams"></tbody></table></div>
<div class="wide" tabindex="0" role="region" aria-label="Hints by route" id="hints" hidden><table>
<caption>Hints by route</caption>
<thead><tr><th scope="col">Route<th scope="col">visits<th scope="col">think time<th scope="col">103s<th scope="col">pushes<th scope="col">hit rate<th scope="col">wasted</thead>
<tbody id="routes"></tbody></table></div>
<div class="wide" tabindex="0" role="region" aria-label="Experiment" id="experiment" hidden><table>
<caption>Experiment: <span id="arms"></span></caption>
<thead><tr><th scope="col">Typical time<th scope="col" id="arm0"><th scope="col" id="arm1"><th scope="col">conclusion</thead>
<tbody id="metrics"></tbody></table></div>
</html>
)html";

constexpr std::string_view style =
    R"css(:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
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
)css";

constexpr std::string_view script =
    R"js(const names = { connection: 'this connection', uptime_s: 'up for, seconds', handshakes_failed: 'handshakes failed',
  connections_accepted: 'connections ever', connections_refused: 'connections refused', connections_ended: 'ended for a fault',
  sessions_http1: 'HTTP/1.1 ever', sent_bytes: 'sent, bytes', history_bytes: 'history, bytes' };
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
function row(name, cells, title = '') {
  const made = document.createElement('tr');
  const head = made.appendChild(document.createElement('th'));
  head.scope = 'row';
  head.textContent = name;
  for (const text of cells) made.appendChild(document.createElement('td')).textContent = text;
  made.title = title;
  return made;
}
function showRoutes(routes = []) {
  document.getElementById('hints').hidden = routes.length === 0;
  document.getElementById('routes').replaceChildren(...routes.map((route) => {
    const think = route.think_ms === null ? '–' : `${route.think_ms.toFixed(route.think_ms < 10 ? 1 : 0)} ms`;
    return row(route.route, [route.visits.toLocaleString(), think + (arrow[route.think_trend] ?? ''), route.hints.toLocaleString(),
      route.pushes.toLocaleString(), percent(route.hit_rate) + (arrow[route.hit_trend] ?? ''), size(route.bytes_wasted)],
    [`think time ${route.think_trend || 'not known yet'}, hit rate ${route.hit_trend || 'not known yet'}`,
      ...route.assets.map((asset) => `${asset.target}: told ${asset.told}, hit rate ${percent(asset.hit_rate)}, wasted ${size(asset.bytes_wasted)}${asset.demoted_by_workers ? ', no longer told' : ''}`)].join('\n'));
  }));
}
function showUpstreams(upstreams = []) {
  document.getElementById('apps').hidden = upstreams.length === 0;
  document.getElementById('upstreams').replaceChildren(...upstreams.map((app) => {
    const failed = Object.values(app.failures).reduce((sum, count) => sum + count, 0);
    const time = (ms) => ms === null ? '–' : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
    return row(app.upstream, [app.failing_for_workers ? 'fails' : 'works', app.requests.toLocaleString(), app.in_flight.toLocaleString(),
      failed.toLocaleString(), time(app.half_within_ms), time(app.most_within_ms)],
    [...Object.entries(app.failures).map(([why, count]) => `${why}: ${count}`), `fails for ${app.failing_for_workers} workers`].join('\n'));
  }));
}
function showExperiment(experiment) {
  document.getElementById('experiment').hidden = !experiment;
  if (!experiment) return;
  const { arms, metrics } = experiment;
  document.getElementById('arms').textContent = arms.map((arm) => `${arm.arm} (${arm.visits.toLocaleString()} visits)`).join(' beside ');
  arms.forEach((arm, i) => { document.getElementById(`arm${i}`).textContent = arm.arm; });
  document.getElementById('metrics').replaceChildren(...metrics.map((metric) => {
    const times = metric.ms.map((ms, i) => metric.visits[i] ? `${ms.toFixed(0)} ms` : '–');
    return row(metric.metric.replaceAll('-', ' '), [...times, metric.conclusion]);
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
  showUpstreams(now.upstreams);
  showRoutes(now.routes);
  showExperiment(now.experiment);
  before = now;
}
const state = document.getElementById('state');
// EventSource comes back by itself after a connection that broke, but not after an answer such as 503.
function follow(version) {
  const live = new EventSource('/.herald/live');
  live.onopen = () => { state.textContent = `Version ${version}, live`; };
  live.onmessage = (event) => show(JSON.parse(event.data));
  live.onerror = () => {
    state.textContent = 'The server does not answer; asking again…';
    if (live.readyState === EventSource.CLOSED) setTimeout(follow, 5000, version);
  };
}
fetch('/.herald/status').then((answer) => answer.json()).then((first) => {
  show(first);
  if (first.version) follow(first.version);
  else state.textContent = 'Counters are shown to clients on the server’s own machine only.';
}).catch(() => { state.textContent = 'The server does not answer.'; });
)js";

struct Resource {
  std::string_view path;
  std::string_view type;
  std::string_view content;
};
constexpr std::array resources{
    Resource{"/.herald/", "text/html; charset=utf-8", html},
    Resource{"/.herald/status.css", "text/css; charset=utf-8", style},
    Resource{"/.herald/status.js", "text/javascript; charset=utf-8", script}};

}  // namespace

void StatusPage::handle(const http::Request& request, http::Exchange exchange) {
  const auto resource = std::ranges::find(resources, request.path(), &Resource::path);
  if (resource == resources.end()) {
    return exchange.respond(http::problem(404, "There is nothing of that name under /.herald/."));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  http::Response response =
      http::text_response(200, resource->type, std::string(resource->content));
  response.fields.add("cache-control", "no-cache");
  response.fields.add("content-security-policy",
                      "default-src 'none'; style-src 'self'; script-src 'self'; "
                      "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'");
  exchange.respond(std::move(response));
}

}  // namespace cli
