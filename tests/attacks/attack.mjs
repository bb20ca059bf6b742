// What an attack is written with: connections of its own, a bound in number and time, and an account of what became of it.
import net from 'node:net';
import { connectTls, headers, nameOf, request, windowUpdate, Wire } from '../conformance/wire.mjs';

// What the log says of whoever is thrown out.
export const named = /ended: (ENHANCE_YOUR_CALM|PROTOCOL_ERROR|too many frames)/;

export const all = new Map();  // name -> { name, says, expect, run, config }

// `expect`: what Herald does with it, as a function of the account that returns what is wrong, or nothing.
// `log`: the reason that has to be in the log. `short`: the number for a short run. `config`: what a short run in the suite needs of herald.toml. `seconds`: how long it takes to show anything under the default timeouts.
export function attack(name, says, expect, run, { config = '', args = [], count = 20_000, short = Math.min(count, 4000), seconds = 0, log = expect === calmed ? named : null } = {}) {
  all.set(name, { name, says, expect, run, config, args, count, short, seconds, log });
}

// ---- expectations
// A connection that is closed with bytes unread may lose its last words on the way: then the server's log has to have them.
export const calmed = ({ goaways, closed }) => {
  // Whoever floods with whole requests may have too many streams open before the budget is used up: PROTOCOL_ERROR (section 5.1.2).
  const others = Object.keys(goaways).filter((name) => name !== 'ENHANCE_YOUR_CALM' && name !== 'PROTOCOL_ERROR');
  if (others.length) return `told ${others.join(', ')}`;
  return goaways.ENHANCE_YOUR_CALM > 0 || closed > 0 ? '' : 'nobody was told ENHANCE_YOUR_CALM';
};
export const answered = (...statuses) => (account) => {
  const others = Object.keys(account.statuses).filter((status) => !statuses.includes(Number(status)));
  if (others.length) return `answered with ${others.join(', ')}`;
  return Object.keys(account.statuses).length ? '' : 'nothing was answered';
};
export const closedBy = (what) => (account) => (account.closed >= account.connections && account.connections > 0 ? '' : `${account.closed} of ${account.connections} connections were closed (${what})`);
export const refused = ({ failed, closed }) => (failed + closed > 0 ? '' : 'every connection was let in');
export const held = (most) => (account) => (account.connections <= most ? '' : `${account.connections} are held`);
export const stalled = ({ resets, closed }) => (resets.CANCEL > 0 || closed > 0 ? '' : 'nothing that stood still was ended');
export const anything = () => '';

export class Attack {
  account = { sent: 0, connections: 0, failed: 0, closed: 0, goaways: {}, resets: {}, statuses: {} };
  wires = new Set();
  sockets = new Set();
  #time;       // ms
  #began;
  #end;        // from the first that is sent: setting up is not counted
  #round = 0;  // sent before this round

  // `patience`: how long, in ms, what the server does in the end is waited for, whatever time is left. `began` is called with the first that is sent.
  constructor(target, { count, seconds, patience, began = () => {} }) {
    this.target = target;
    this.count = count;
    this.patience = patience;
    this.#time = seconds * 1000;
    this.#began = began;
  }

  get timeLeft() { return this.#end === undefined ? this.#time : Math.max(0, this.#end - performance.now()); }
  // True while the bound in number and in time allows one more.
  more(by = 1) {
    if (this.#end === undefined) {
      this.#end = performance.now() + this.#time;
      this.#began();
    }
    if (this.account.sent - this.#round >= this.count || this.timeLeft === 0) return false;
    this.account.sent += by;
    return true;
  }

  async open(options = {}) {
    const wire = await Wire.open(this.target, options).catch(() => null);
    if (!wire) { this.account.failed += 1; return null; }
    this.account.connections += 1;
    this.wires.add(wire);
    wire.send(windowUpdate(0, 1 << 30));
    return wire;
  }
  async tls(options = {}) {
    const socket = await connectTls(this.target, options).catch(() => null);
    if (!socket) { this.account.failed += 1; return null; }
    return this.#keep(socket);
  }
  async tcp() {
    const socket = net.connect(this.target.port, this.target.host);
    const open = await new Promise((resolve) => { socket.once('connect', () => resolve(true)); socket.once('error', () => resolve(false)); });
    if (!open) { this.account.failed += 1; return null; }
    return this.#keep(socket);
  }
  #keep(socket) {
    this.account.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.once('close', () => { if (this.sockets.delete(socket)) this.account.closed += 1; });
    socket.once('end', () => socket.destroy());
    return socket;
  }

  // `one` some times at once, so that a slow handshake does not hold up the others.
  async together(one, width = 24) { await Promise.all(Array.from({ length: width }, one)); }

  // Frames without end: `make(i)` gives each, until the connection is over or the bound is reached. Reads what comes meanwhile.
  // `thrownOut`: the server is to end it.
  async flood(wire, make, { batch = 100, thrownOut = true } = {}) {
    for (let i = 0; wire && !wire.over && this.more();) {
      const frames = [];
      for (let in_batch = 0; in_batch < batch && (in_batch === 0 || this.more()); in_batch += 1) frames.push(make(i++));
      if (!wire.socket.write(Buffer.concat(frames))) await this.#drained(wire);
      await new Promise((resolve) => { setImmediate(resolve); });
      this.#tidy(wire);
    }
    if (thrownOut) await wire?.until(() => wire.closed, '', this.patience);
  }
  async #drained(wire) {
    await this.wait(() => wire.over || !wire.socket.writableNeedDrain, this.timeLeft, 2);
  }
  // What has been counted need not be kept.
  #tidy(wire) {
    wire.frames.length = 0;
    wire.pongs.length = 0;
    if (wire.streams.size < 5000) return;
    for (const [id, stream] of wire.streams) {
      if (stream.ended || stream.reset !== null) { this.#count(wire, id, stream); wire.streams.delete(id); }
    }
  }
  async wait(condition = () => false, within = this.timeLeft, every = 20) {
    const end = performance.now() + Math.min(within, this.timeLeft);
    while (!condition() && performance.now() < end) await new Promise((resolve) => { setTimeout(resolve, every); });
    return condition();
  }
  get(wire, id, options) { wire.send(headers(id, request(this.target, options))); }

  #count(wire, id, { reset }) {
    const add = (to, key) => { to[key] = (to[key] ?? 0) + 1; };
    if (wire.status(id)) add(this.account.statuses, wire.status(id));
    if (reset !== null) add(this.account.resets, nameOf(reset));
  }

  // Counts what has become of the connections so far, and ends them.
  settle() {
    for (const wire of this.wires) {
      for (const [id, stream] of wire.streams) this.#count(wire, id, stream);
      if (wire.goaway) this.account.goaways[nameOf(wire.goaway.code)] = (this.account.goaways[nameOf(wire.goaway.code)] ?? 0) + 1;
      if (wire.closed) this.account.closed += 1;
      wire.destroy();
    }
    this.wires.clear();
    for (const socket of [...this.sockets]) { this.sockets.delete(socket); socket.destroy(); }
    this.#round = this.account.sent;
  }
}

// Whoever is thrown out comes again, in as many rounds as the time allows: `count` bounds each.
export async function runAttack(each, target, { count = each.count, seconds = 3, rounds = 10_000, patience = 1000, began } = {}) {
  const running = new Attack(target, { count, seconds, patience, began });
  try {
    for (let round = 0; round < rounds && running.timeLeft > 0; round += 1) {
      await each.run(running);
      running.settle();
    }
  } finally {
    running.settle();
  }
  return running.account;
}

// "1 x GOAWAY ENHANCE_YOUR_CALM, 300 x 200"
export function fate(account) {
  const list = (of, word) => Object.entries(of).map(([name, times]) => `${times} x ${word}${name}`);
  const parts = [...list(account.goaways, 'GOAWAY '), ...list(account.resets, 'RST_STREAM '), ...list(account.statuses, '')];
  if (account.closed) parts.push(`${account.closed} of ${account.connections} closed`);
  if (account.promises) parts.push(`${account.promises} promises reset`);
  if (account.failed) parts.push(`${account.failed} refused`);
  return parts.join(', ') || 'left alone';
}
