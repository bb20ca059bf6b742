// How a soak is judged: which lines are flat. The soak itself takes too long for a test: ./scripts/soak.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatness, slope, stretches } from '../../bench/soak/verdict.mjs';

// `seconds` of samples of one process, with some noise that is the same each time; `more` each second.
function samples(seconds, { descriptors = 0, memory = 0, pid = 1, from = 0 } = {}) {
  const rows = Array.from({ length: seconds }, (_, i) => ({
    at: from + i, pid, descriptors: 100 + descriptors * i + (i * 7) % 11, anonymous: 20 + memory * i + ((i * 13) % 7) / 10, threads: 5,
  }));
  const latencies = rows.filter((_, i) => i % 10 === 0).map(({ at }) => ({ at, ...Object.fromEntries(['files', 'proxy', 'events'].map((kind) => [kind, { p50: 2, p99: 9 }])) }));
  return { rows, latencies };
}
const risen = (given, seconds) => flatness(given, seconds).filter(({ flat }) => !flat).map(({ measure }) => measure);

test('noise and single spikes are flat', () => {
  const given = samples(600);
  for (const i of [310, 400, 599]) given.rows[i].descriptors = 5000;
  assert.deepEqual(risen(given, 600), []);
});

test('a descriptor every ten seconds rises, and so does a megabyte a minute', () => {
  assert.deepEqual(risen(samples(600, { descriptors: 0.1 }), 600), ['descriptors']);
  assert.deepEqual(risen(samples(600, { memory: 1 / 60 }), 600), ['anonymous']);
});

test('what is gained while caches fill does not count', () => {
  const given = samples(600);
  for (const row of given.rows) row.anonymous = Math.min(40, 20 + row.at / 10);
  assert.deepEqual(risen(given, 600), []);
});

test('each process that serves for long is judged by itself, short ones are not', () => {
  const rows = [...samples(300, { pid: 1 }).rows, ...samples(60, { pid: 2, from: 300 }).rows, ...samples(240, { pid: 3, from: 360 }).rows];
  assert.deepEqual(stretches(rows, 600), [{ from: 149.5, to: 299 }, { from: 479.5, to: 599 }]);
});

test('the slope is that of the line beneath the noise', () => {
  assert.equal(slope(Array.from({ length: 101 }, (_, x) => ({ x, y: x === 50 ? 1e6 : 2 * x }))), 2);
});
