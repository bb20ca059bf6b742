// The live half of the page: two feeds side by side, the box that sends, and what is said of the server's state.
import { listenByPoll, listenBySSE } from './feeds.js';
import { Ledger } from './ledger.js';

const TOPIC = 'demo';
const ROWS = 60;
const POINTS = 40;
const $ = (selector, root = document) => root.querySelector(selector);
const now = () => performance.timeOrigin + performance.now();
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const span = (className, text) => Object.assign(document.createElement('span'), { className, textContent: text });

function say(words) { $('#announcer').textContent = words; }

class FeedView {
  #root;
  #name;
  #ledger = new Ledger();
  #latencies = [];
  #count = { received: 0, reconnects: 0, gaps: 0 };
  #state = 'connecting';
  #wasLive = false;
  #onState;

  constructor({ key, name, address, cursorName, onState }) {
    this.#name = name;
    this.#onState = onState;
    this.#root = $('#feed-template').content.firstElementChild.cloneNode(true);
    this.#root.dataset.feed = key;
    $('h3', this.#root).textContent = name;
    $('.address', this.#root).textContent = address;
    $('.at-name', this.#root).textContent = cursorName;
    const log = $('.log', this.#root);
    log.setAttribute('aria-label', `Messages by ${name}`);
    log.append(Object.assign(document.createElement('li'), { className: 'empty', textContent: 'Nothing yet. Send a message.' }));
    $('#feeds').append(this.#root);
  }

  message({ id, text }) {
    this.#count.received++;
    let words = text;
    let latency;
    try {
      const value = JSON.parse(text);
      if (value && typeof value === 'object') {
        words = value.text ?? text;
        if (Number.isFinite(value.sent)) latency = Math.max(0, now() - value.sent);
        if (value.sender && Number.isInteger(value.n)) { this.#ledger.note(value.sender, value.n); words = `${words} ${value.n}`; }
      } else {
        words = String(value);
      }
    } catch { /* plain text: shown as it is */ }
    if (latency !== undefined) this.#measure(latency);
    const row = document.createElement('li');
    row.append(span('', clock.format(Date.now())), span('words', words), span('', latency === undefined ? '' : `${latency.toFixed(latency < 10 ? 1 : 0)} ms`));
    row.title = `id ${id}`;
    this.#add(row);
    this.#tally();
  }

  gap({ requested, resumed, reason }) {
    this.#count.gaps++;
    const row = document.createElement('li');
    row.className = 'note gap';
    row.textContent = `Gap: ${reason ?? 'the server no longer has what came in between'}` +
      `${requested ? `. Asked from ${requested}` : ''}${resumed ? `, resumed at ${resumed}` : ''}`;
    this.#add(row);
    this.#tally();
    say(`${this.#name}: the server told of a gap.`);
  }

  state(name, words) {
    const pill = $('.state', this.#root);
    pill.dataset.state = name;
    $('.state-text', pill).textContent = words;
    if (name === this.#state) return;
    if (name === 'live' && this.#wasLive) {
      this.#count.reconnects++;
      this.#note('Connected again.');
      say(`${this.#name} is connected again.`);
    } else if (name === 'reconnecting' && this.#wasLive) {
      this.#note('The server went away. Trying again from the last id.');
      say(`${this.#name} is reconnecting.`);
    } else if (name === 'refused') {
      say(`${this.#name} was refused.`);
    }
    this.#wasLive ||= name === 'live';
    this.#state = name;
    this.#tally();
    this.#onState(name);
  }

  cursor(id) { $('.cursor', this.#root).textContent = id; }

  #note(words) {
    const row = document.createElement('li');
    row.className = 'note';
    row.textContent = words;
    this.#add(row);
  }

  #add(row) {
    const log = $('.log', this.#root);
    $('.empty', log)?.remove();
    log.prepend(row);
    while (log.childElementCount > ROWS) log.lastElementChild.remove();
  }

  #measure(latency) {
    this.#latencies.push(latency);
    if (this.#latencies.length > POINTS) this.#latencies.shift();
    $('.last', this.#root).textContent = latency < 10 ? latency.toFixed(1) : Math.round(latency);
    const sorted = [...this.#latencies].sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
    $('.spread', this.#root).textContent = `Last ${sorted.length}: median ${at(0.5)} ms, slowest ${at(1)} ms`;
    const top = Math.max(20, sorted.at(-1));
    const y = (value) => (45 - 42 * value / top).toFixed(1);
    const step = 200 / POINTS;
    const x = (i) => (200 - (this.#latencies.length - i) * step).toFixed(1); // the newest at the right
    const line = this.#latencies.map((value, i) => `${i ? 'L' : 'M'}${x(i)} ${y(value)}`).join('');
    $('.spark path', this.#root).setAttribute('d', `${line}h${step}`);
  }

  #tally() {
    const values = { ...this.#count, lost: this.#ledger.lost, twice: this.#ledger.twice };
    for (const [key, value] of Object.entries(values)) {
      const cell = $(`.${key}`, this.#root);
      cell.textContent = value;
      cell.classList.toggle('bad', value > 0 && (key === 'lost' || key === 'twice' || key === 'gaps'));
    }
  }
}

function startSending() {
  const sender = Math.random().toString(36).slice(2, 10);
  const result = $('#result');
  const show = (state, words) => { result.dataset.state = state; if (result.textContent !== words) result.textContent = words; };
  let next = 1;
  let sending = Promise.resolve();
  let timer = 0;

  // One at a time, so that the numbers arrive in order. A number is used up only by a message that is known to be accepted. One
  // that was not answered is sent again under its number, which is no loss, and under its key, which is no message twice.
  const send = () => { sending = sending.then(attempt); return sending; };
  const attempt = async () => {
    const message = { text: $('#text').value || 'Make way', n: next, sender, sent: now() };
    try {
      const response = await fetch('/send', {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${sender}-${next}` },
        body: JSON.stringify({ topic: TOPIC, message }), signal: AbortSignal.timeout(5000),
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) {
        next++;
        show('sent', timer ? 'Sending one each second.' : `Message ${message.n} accepted.`);
        return;
      }
      stop();
      show('refused', `Refused (${response.status}): ${answer.detail ?? answer.title ?? answer.error ?? response.statusText ?? 'no reason given'}`);
    } catch (error) {
      const what = error.name === 'TimeoutError' ? 'Not answered' : 'Not sent';
      show('refused', timer ? 'The server is away. Trying again each second.' : `${what}: the server is away.`);
    }
  };
  const stop = () => { clearInterval(timer); timer = 0; $('#auto').checked = false; };

  $('#send').addEventListener('submit', (event) => { event.preventDefault(); send(); });
  $('#auto').addEventListener('change', (event) => {
    clearInterval(timer);
    timer = 0;
    if (!event.target.checked) { show('sent', 'Stopped.'); return; }
    let busy = false;
    const tick = async () => { if (busy) return; busy = true; await send(); busy = false; };
    timer = setInterval(tick, 1000);
    tick();
  });
}

export function startLive({ onServer }) {
  const states = {};
  const told = (key) => (state) => {
    states[key] = state;
    const away = Object.values(states).every((each) => each === 'reconnecting');
    onServer({ away });
  };
  const sse = new FeedView({ key: 'sse', name: 'Server-Sent Events', address: `GET /events?topic=${TOPIC}`, cursorName: 'Last event id', onState: told('sse') });
  const poll = new FeedView({ key: 'poll', name: 'Long polling', address: `GET /poll?topic=${TOPIC}&after=CURSOR`, cursorName: 'Cursor', onState: told('poll') });
  listenBySSE(TOPIC, sse);
  listenByPoll(TOPIC, poll);
  startSending();
}
