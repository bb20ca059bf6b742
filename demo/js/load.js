// The loading half of the page: reads the browser's Performance timeline and the navigation's Server-Timing, and shows how
// each asset was announced, what it weighed, and over which connection it came.

const STORE = 'herald.loads';
const KEPT = 15;
const HERE = 50; // ms; a hinted file taken over within this had arrived before the page asked for it
const LIVE_PATHS = /^\/(events|poll|send|\.herald\/|\.well-known\/)/;
const narrow = matchMedia('(max-width: 46rem)');
const $ = (selector) => document.querySelector(selector);
const ms = (value) => `${Math.round(value)} ms`;
const size = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(bytes < 10000 ? 1 : 0)} kB`);
const words = (text) => (text ?? '').split(/\s+/).filter(Boolean);

let connection; // its number, from /.herald/status
const entries = new Map(); // path -> the first timing of that path

const navigation = () => performance.getEntriesByType('navigation')[0];

function told(nav) {
  const timing = Object.fromEntries((nav.serverTiming ?? []).map(({ name, description }) => [name, description]));
  // "early-hints", "link: ready at once; no push: client refuses push", ... and no entry at all when hints are off
  const [, mode, reason] = /^([^:;]*)[:;]?(.*)$/.exec(timing.hints ?? 'off');
  const paths = (list) => new Set(words(list).map((each) => new URL(each, location.href).pathname));
  return {
    mode: mode.trim(), reason: reason.trim(), hinted: paths(timing.hinted), pushed: paths(timing.pushed),
    withheld: (timing.withheld ?? '').split(/[;,]\s+(?=[/+])/).filter(Boolean),
  };
}

function announcedBy(entry, path, { hinted, pushed }, interim) {
  if (early(entry)) return '103';
  if (pushed.has(path)) return 'push';
  if (hinted.has(path)) return interim ? '103' : 'Link';
  return 'page';
}

const opened = (entry) => entry.secureConnectionStart > 0 && entry.connectEnd > entry.connectStart;
// A file fetched because of a 103 is in the timeline only from when the page took it over, already here: when it travelled is not told.
const early = (entry) => entry.initiatorType === 'early-hints';

function row(entry, path, kind, place, interim) {
  const hinted = early(entry);
  const cached = !hinted && entry.transferSize === 0 && entry.decodedBodySize > 0;
  const tr = document.createElement('tr');
  tr.setAttribute('role', 'row');
  tr.dataset.kind = kind;
  tr.dataset.path = path;
  const cell = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.setAttribute('role', tag === 'th' ? 'rowheader' : 'cell');
    if (tag === 'th') element.scope = 'row';
    element.append(...content);
    tr.append(element);
    return element;
  };
  const swatch = Object.assign(document.createElement('i'), { className: 'swatch' });
  swatch.dataset.kind = kind;
  const label = document.createElement('span');
  label.className = 'told';
  label.append(swatch, kind);
  cell('th', 'name', path === '/' ? 'this page' : path.slice(1)).title = path;
  cell('td', '', label);
  cell('td', 'number', cached ? 'cache' : entry.encodedBodySize ? size(entry.encodedBodySize) : entry.initiatorType === 'video' ? 'ranges' : '0 B').title =
    cached ? 'answered by the browser cache' : `${entry.encodedBodySize} bytes of body on the wire, ${entry.decodedBodySize} unpacked`;
  const over = entry.nextHopProtocol || (cached ? 'cache' : 'unknown');
  const number = !connection || cached ? '' : entry !== navigation() && opened(entry) ? ', a new one' : `, connection ${connection}`;
  cell('td', 'over', over + number);

  const bar = document.createElement('div');
  bar.className = 'bar';
  const wait = Object.assign(document.createElement('i'), { className: 'wait' });
  const take = document.createElement('i');
  const first = entry.responseStart && entry.responseStart >= entry.startTime ? Math.max(entry.responseStart, entry.finalResponseHeadersStart || 0) : entry.startTime;
  const from = hinted ? Math.min(interim, entry.startTime) : entry.startTime;
  const till = hinted ? entry.startTime : first;
  wait.style.setProperty('--from', place(from));
  wait.style.setProperty('--wide', `calc(${place(till)} - ${place(from)})`);
  take.style.setProperty('--from', place(till));
  take.style.setProperty('--wide', `calc(${place(entry.responseEnd)} - ${place(till)})`);
  const text = Object.assign(document.createElement('b'), { textContent: hinted ? `here, taken in ${ms(Math.max(1, entry.responseEnd - entry.startTime))}` : ms(entry.responseEnd) });
  text.style.setProperty('--end', place(entry.responseEnd));
  text.style.setProperty('--from', place(till));
  text.classList.toggle('before', parseFloat(place(entry.responseEnd)) > (narrow.matches ? 55 : hinted ? 74 : 86));
  bar.append(wait, take, text);
  cell('td', 'time', bar);
  bar.title = hinted ? `announced ${ms(interim)}, taken over by the page ${ms(entry.startTime)}, done ${ms(entry.responseEnd)}`
    : `asked ${ms(entry.startTime)}, first byte ${ms(first)}, done ${ms(entry.responseEnd)}`;
  return tr;
}

function flag(name, text, at) {
  const element = Object.assign(document.createElement('span'), { className: name, textContent: text });
  element.style.setProperty('--at', at);
  return element;
}

function verdict(nav, facts, assets) {
  const box = $('#verdict');
  const strong = (text) => Object.assign(document.createElement('b'), { textContent: text });
  const final = nav.finalResponseHeadersStart || nav.responseStart;
  const ahead = assets.filter(({ entry }) => early(entry));
  const ready = ahead.filter(({ entry }) => entry.responseEnd - entry.startTime < HERE).length;
  if (ahead.length) {
    box.replaceChildren(`${ahead.length} of its files were announced at `, strong(ms(nav.firstInterimResponseStart)), '. The page itself came at ', strong(ms(final)),
      `, and ${ready === ahead.length ? 'they were all' : `${ready} of them were`} here when it asked.`);
  } else if (assets.length && assets.every(({ entry }) => entry.transferSize === 0)) {
    box.replaceChildren('Every file came from the browser’s cache: nothing needed to be announced. The page came at ', strong(ms(final)), '.');
  } else if (nav.firstInterimResponseStart > 0) {
    box.replaceChildren('Hints came at ', strong(ms(nav.firstInterimResponseStart)), ' but this browser did not act on them. The page came at ', strong(ms(final)), '.');
  } else if (facts.hinted.size) {
    box.replaceChildren(`${facts.hinted.size} files were named in the page’s own headers at `, strong(ms(final)), ', as soon as there was anything to say.');
  } else {
    box.replaceChildren('Nothing was announced. The browser learned of its files at ', strong(ms(final)), ', from the page.');
  }
}

function draw() {
  const nav = navigation();
  if (!nav) return;
  const facts = told(nav);
  const interim = nav.firstInterimResponseStart || 0;
  const final = nav.finalResponseHeadersStart || nav.responseStart;
  const assets = [...entries].map(([path, entry]) => ({ path, entry, kind: announcedBy(entry, path, facts, interim) }))
    .sort((a, b) => a.entry.startTime - b.entry.startTime || a.entry.responseEnd - b.entry.responseEnd);
  const end = Math.max(nav.responseEnd, final, ...assets.map(({ entry }) => entry.responseEnd)) * 1.02;
  const place = (time) => `${(100 * Math.min(time, end) / end).toFixed(2)}%`;

  const table = $('#waterfall');
  table.style.setProperty('--final', place(final));
  table.style.setProperty('--interim', place(interim));
  table.style.setProperty('--interim-shown', interim ? 'block' : 'none');
  $('#flags').replaceChildren(...(interim ? [flag('interim', '103', place(interim))] : []), flag('final', '200', place(final)));
  $('#assets').replaceChildren(row(nav, '/', 'page', place), ...assets.map(({ entry, path, kind }) => row(entry, path, kind, place, interim)));

  $('#fact-mode').textContent = facts.mode;
  $('#fact-interim').textContent = interim ? ms(interim) : 'none';
  $('#fact-final').textContent = ms(final);
  $('#fact-start').textContent = interim ? ms(final - interim) : 'none';
  $('#fact-load').textContent = nav.loadEventEnd ? ms(nav.loadEventEnd) : '…';
  $('#reason').textContent = facts.reason ? `The server says: ${facts.reason}.` : '';
  $('#reading').hidden = !assets.some(({ entry }) => early(entry));
  $('#withheld').hidden = facts.withheld.length === 0;
  $('#withheld-list').replaceChildren(...facts.withheld.map((each) => Object.assign(document.createElement('li'), { textContent: each })));
  verdict(nav, facts, assets);

  const wire = assets.filter(({ entry }) => entry.transferSize > 0 || early(entry));
  const fresh = wire.filter(({ entry }) => opened(entry)).length;
  const name = connection ? `connection ${connection}` : 'the connection the page came by';
  $('#shared').textContent = wire.length === 0 ? '' : fresh === 0
    ? `No asset opened a connection: all ${wire.length}, both feeds and every send use ${name}.`
    : `${wire.length - fresh} of ${wire.length} assets used ${name}; ${fresh} opened another.`;
  for (const article of document.querySelectorAll('.commands article')) {
    article.classList.toggle('current', article.textContent.includes(`--hints ${facts.mode}`));
  }
}

// Keeps this load for the comparison by mode, unless the cache answered for the stylesheet or the modules.
function remember() {
  const nav = navigation();
  const { mode } = told(nav);
  const css = entries.get('/demo.css');
  const modules = [...entries].filter(([path]) => path.startsWith('/js/')).map(([, entry]) => entry);
  const fetched = (entry) => entry.transferSize > 0 || early(entry);
  // A hinted file shows no transfer either way; a picture that was not hinted tells whether this cache was cold.
  const cold = css && fetched(css) && modules.length > 0 && modules.every(fetched) && !!['/favicon.svg', '/assets/roll.avif'].find((path) => entries.get(path)?.transferSize > 0);
  let loads = {};
  try {
    loads = JSON.parse(localStorage.getItem(STORE)) ?? {};
    if (cold) {
      const load = { style: css.responseEnd, modules: Math.max(...modules.map((entry) => entry.responseEnd)), load: nav.loadEventEnd };
      loads[mode] = [...(loads[mode] ?? []), load].slice(-KEPT);
      localStorage.setItem(STORE, JSON.stringify(loads));
    }
  } catch { return; } // no storage here: nothing to compare with
  const median = (list, key) => list.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  $('#loads').hidden = Object.keys(loads).length === 0;
  $('#loads-rows').replaceChildren(...Object.entries(loads).map(([name, list]) => {
    const tr = document.createElement('tr');
    const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: name });
    const cells = [list.length, ...['style', 'modules', 'load'].map((key) => Math.round(median(list, key)))]
      .map((value) => Object.assign(document.createElement('td'), { className: 'number', textContent: value }));
    tr.append(head, ...cells);
    return tr;
  }));
}

let asked = 0; // the latest showStatus: an older one that is still waiting for its answer has nothing to say any more

export async function showStatus({ away } = {}) {
  const turn = ++asked;
  const chip = $('#connection');
  const set = (state, text) => { chip.dataset.state = state; $('#connection-text').textContent = text; };
  if (away) { set('gone', 'server away'); return; }
  const protocol = navigation()?.nextHopProtocol || 'http';
  try {
    const response = await fetch('/.herald/status', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(String(response.status));
    const status = await response.json();
    if (turn !== asked) return;
    connection ??= status.connection; // the page's own; a later one, after a restart, is told in the chip only
    set('live', `${protocol}, connection ${status.connection}`);
    $('#version').textContent = status.version ?? '';
    const many = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
    $('#uptime').textContent = [Number.isFinite(status.uptime_s) && `up ${many(Math.round(status.uptime_s), 'second')}`, Number.isFinite(status.connections) && many(status.connections, 'connection'),
      Number.isFinite(status.subscribers) && many(status.subscribers, 'subscriber'), Number.isFinite(status.events) && many(status.events, 'event')].filter(Boolean).join(', ');
  } catch {
    if (turn !== asked) return;
    set('live', protocol); // a server without this address: the rest of the page works all the same
  }
  draw();
}

export function showLoad() {
  const collect = (list) => {
    for (const entry of list) {
      const url = new URL(entry.name);
      if (url.origin !== location.origin || LIVE_PATHS.test(url.pathname) || entry.responseEnd === 0) continue;
      if (entry.initiatorType !== 'fetch' && !entries.has(url.pathname)) entries.set(url.pathname, entry);
    }
  };
  collect(performance.getEntriesByType('resource'));
  const observer = new PerformanceObserver((list) => { collect(list.getEntries()); draw(); });
  observer.observe({ type: 'resource', buffered: true });
  draw();

  const loaded = () => setTimeout(() => { draw(); remember(); }, 0); // loadEventEnd is set after the event
  if (document.readyState === 'complete') loaded();
  else addEventListener('load', loaded, { once: true });
  setTimeout(() => observer.disconnect(), 5000); // what comes later (a seek in the film) is no part of the load
  $('#forget').addEventListener('click', () => { localStorage.removeItem(STORE); $('#loads').hidden = true; });
}
