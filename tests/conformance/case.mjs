// A case: one MUST that a client can provoke, what has to follow, and how it is provoked. An expectation judges what a Wire has seen:
// `right` (as the section says), `allowed` (another end that the RFCs permit, with the words that permit it), or wrong.
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, flag, headers, nameOf, request, data, Wire } from './wire.mjs';

export const all = [];
// `values`: our first SETTINGS. `raw`: the case opens the connection itself. `needs`: a property of the target.
export function must(rfc, section, text, expect, provoke, { values = {}, raw = false, autoAck = true, needs } = {}) {
  const before = all.filter((each) => each.rfc === rfc && each.section === section).length;
  all.push({ rfc, section, name: `${rfc}/${section}/${before + 1}`, text, expect, provoke, values, raw, autoAck, needs });
}

const right = (saw) => ({ verdict: 'right', saw });
const allowed = (saw, why) => ({ verdict: 'allowed', saw, why });
const wrong = (saw) => ({ verdict: 'wrong', saw });

export function sights(wire, id) {
  const stream = wire.stream(id);
  const list = [];
  if (wire.fault) list.push(wire.fault);
  if (wire.status(id)) list.push(`${wire.status(id)}${stream.ended ? '' : ' without an end'}`);
  if (stream.reset !== null) list.push(`RST_STREAM ${nameOf(stream.reset)}`);
  if (wire.goaway) list.push(`GOAWAY ${nameOf(wire.goaway.code)}`);
  if (wire.closed) list.push('closed');
  return list.join(', ') || 'nothing';
}

// ---- expectations; `about` is the stream they look at

// The connection ends with one of the codes, and is closed after it.
export const connectionError = (...names) => ({
  says: `connection error ${names.join(' or ')}`,
  async judge(wire) {
    await Promise.race([wire.until(() => wire.over, '', 2500), wire.roundTrip(2500).then((lives) => lives && pause(150))]);
    if (wire.goaway && wire.goaway.code > 0) {
      const closes = await wire.until(() => wire.closed, '', 2500);
      const fits = names.some((name) => codeOf(name) === wire.goaway.code);
      if (!closes) return wrong(`${sights(wire, 1)}, but the connection stays open`);
      return fits ? right(sights(wire, 0)) : wrong(sights(wire, 0));
    }
    if (wire.closed) return allowed(sights(wire, 1), 'closed without GOAWAY, which section 5.4.1 says SHOULD be sent');
    return wrong(`${sights(wire, 1)}; the connection lives`);
  },
});

// One stream ends with one of the codes, and the connection goes on.
export const streamError = (names, { about = 1 } = {}) => ({
  says: `stream error ${[names].flat().join(' or ')}`,
  async judge(wire) {
    const lives = await wire.roundTrip(2500);
    await wire.until(() => wire.over || wire.stream(about).reset > 0, '', lives ? 300 : 2500);
    const fits = (code) => [names].flat().some((name) => codeOf(name) === code);
    const { reset } = wire.stream(about);
    if (reset > 0) return fits(reset) && !wire.over ? right(`RST_STREAM ${nameOf(reset)}`) : wrong(sights(wire, about));
    if (wire.goaway && fits(wire.goaway.code)) return allowed(sights(wire, about), 'a stream error may be treated as a connection error (section 5.4.1)');
    return wrong(sights(wire, about));
  },
});

// RFC 9113 section 8.1.1.
export const malformed = ({ about = 1 } = {}) => ({
  says: 'malformed: stream error PROTOCOL_ERROR',
  async judge(wire) {
    const found = await streamError('PROTOCOL_ERROR', { about }).judge(wire);
    if (found.verdict !== 'wrong') return found;
    await wire.until(() => wire.status(about) > 0, '', 300);
    const status = wire.status(about);
    return status >= 400 && status < 500 && !wire.goaway ? allowed(sights(wire, about), 'an answer of 4xx to a malformed request (section 8.1.1)') : wrong(sights(wire, about));
  },
});

export const served = ({ about = 1, status = 200 } = {}) => ({
  says: `served: ${[status].flat().join(' or ')}`,
  async judge(wire) {
    await wire.until(() => wire.over || wire.stream(about).ended || wire.stream(about).reset !== null, '');
    const fits = [status].flat().includes(wire.status(about)) && wire.stream(about).ended && !wire.fault;
    return fits ? right(String(wire.status(about))) : wrong(sights(wire, about));
  },
});

// Nothing comes of it: the connection answers a PING, the stream is not reset.
export const ignored = ({ about = 1 } = {}) => ({
  says: 'ignored',
  async judge(wire) {
    const lives = await wire.roundTrip();
    return lives && !wire.over && wire.stream(about).reset === null && !wire.fault ? right('the connection goes on') : wrong(sights(wire, about));
  },
});

// The case has looked for itself and returns what it saw, or throws an Error that says what was wrong.
export const seen = (says) => ({ says, async judge(_wire, result) { return right(result ?? says); } });

export class NotProvoked extends Error {}

// What a case works with.
export class Bench {
  constructor(target, wire) { this.target = target; this.wire = wire; }
  send(...frames) { this.wire.send(...frames); return this; }
  get(id = 1, options = {}) { return this.send(headers(id, request(this.target, options))); }
  // A request with content to come: the stream stays open.
  post(id = 1, { extra = [], ...options } = {}) {
    return this.send(headers(id, request(this.target, { method: 'POST', path: this.target.post ?? '/', extra: [['content-type', 'application/json'], ...extra], ...options }), flag.END_HEADERS));
  }
  content(id = 1, text = '{"topic":"conformance","message":1}') { return this.send(data(id, text, flag.END_STREAM)); }
  async answered(id = 1) {
    if (!await this.wire.until(() => this.wire.stream(id).ended, '')) throw new Error(`no whole answer on stream ${id}: ${sights(this.wire, id)}`);
    return this;
  }
  async lives() {
    if (!await this.wire.roundTrip()) throw new Error(`PING is not answered: ${sights(this.wire, 1)}`);
    return this;
  }
  async head(id = 1) {
    if (!await this.wire.until(() => this.wire.status(id) > 0, '')) throw new Error(`no answer on stream ${id}: ${sights(this.wire, id)}`);
    return this;
  }
}

// { verdict: right | allowed | wrong | skipped, saw, why }
export async function runCase(each, target) {
  if (each.needs && !target[each.needs]) return { verdict: 'skipped', saw: `this target has no ${each.needs}` };
  let wire = null;
  try {
    if (!each.raw) wire = await Wire.open(target, { values: each.values, autoAck: each.autoAck });
    const bench = new Bench(target, wire);
    if (wire?.over) return wrong(sights(wire, 0));
    const result = await each.provoke(bench);
    wire = bench.wire;
    const found = await each.expect.judge(wire, result);
    return wire?.fault && found.verdict !== 'wrong' ? wrong(wire.fault) : found;
  } catch (error) {
    if (error instanceof NotProvoked) return { verdict: 'skipped', saw: error.message };
    return wrong(error.message);
  } finally {
    wire?.destroy();
  }
}
