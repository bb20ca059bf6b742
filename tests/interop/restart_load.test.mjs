// Reload and restart while h2load asks without a pause, a thousand subscribers listen and a publisher publishes: no request fails, and
// every subscriber has every event, once and in order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { Crowd, Pages, Ticker } from '../support/crowd.mjs';
import { folder, lacks, serve, soon, until } from '../support/herald.mjs';
import { redis } from '../support/redis.mjs';

const skip = lacks({ programs: ['openssl', 'h2load'] });
const size = 1000;
const connections = 5;

// h2load for so many seconds, a hundred requests a second on each of its connections.
function load(herald, seconds) {
  const child = spawn('h2load', ['-D', String(seconds), '-c', String(connections), '-m', '4', '--rps', '100', herald.origin + '/'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (more) => { text += more; });
  child.stderr.on('data', (more) => { text += more; });
  return new Promise((resolve) => { child.on('close', () => resolve(text)); });
}

async function crowded(t, ...args) {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--workers', '2', ...args);
  const crowd = new Crowd(t, herald, '/events?topic=t', size);
  await until('all subscribers listen', () => crowd.open === size, { within: 30000 });
  const ticker = new Ticker(t, herald, 't', 50);
  await until('events are published', () => ticker.published >= 5);
  return { herald, crowd, ticker };
}

async function judge({ crowd, ticker }) {
  assert.deepEqual(await ticker.stop(), []);
  const all = Array.from({ length: ticker.published }, (_, i) => i + 1);
  await until('everybody has had the last event', () => crowd.subscribers.every((each) => each.numbers.at(-1) === ticker.published), { within: 30000, every: 100 });
  for (const each of crowd.subscribers) assert.deepEqual([each.numbers, each.gaps, each.refused], [all, 0, []]);
}

// What h2load says of its requests.
function requests(report) {
  const [, started, succeeded, failed] = /requests: \d+ total, (\d+) started, \d+ done, (\d+) succeeded, (\d+) failed/.exec(report) ?? assert.fail(report);
  const [, fine] = /status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx/.exec(report) ?? assert.fail(report);
  return { started: Number(started), succeeded: Number(succeeded), failed: Number(failed), fine: Number(fine) };
}

test('reloads under load: no request fails, and no stream ends', { skip, timeout: 120000 }, async (t) => {
  const world = await crowded(t);
  const report = load(world.herald, 5);
  for (let round = 1; round <= 3; ++round) {
    const from = world.herald.stderr.length;
    world.herald.signal('SIGHUP');
    await until('it is reloaded', () => world.herald.stderr.slice(from).includes('reloaded:'));
  }
  const { succeeded, failed } = requests(await report);
  assert.ok(succeeded > 1000);
  assert.equal(failed, 0);
  assert.equal(world.crowd.open, size);
  await judge(world);
});

const stores = {
  'in a file': async (t) => path.join(folder(t), 'events.db'),
  'in Redis': async (t) => `unix://${(await redis(t)).socket}`,
};
for (const [where, store] of Object.entries(stores)) {
  const missing = where === 'in Redis' && lacks({ programs: ['redis-server'] });
  test(`a restart under load, with events ${where}: no request fails, and no event is lost`, { skip: skip || missing, timeout: 120000 }, async (t) => {
    const world = await crowded(t, '--store', await store(t));
    const { herald, ticker } = world;
    const report = load(herald, 5);
    const pages = new Pages(t, herald);
    await until('pages are asked for', () => pages.served > 20);
    herald.signal('SIGUSR2');
    const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.stderr)?.[1]));
    if (where === 'in a file') {
      // One after the other: before it has the file, the new one has nothing to hand over.
      process.kill(successor, 'SIGUSR2');
      await until('a third is refused for now', () => /does not have its predecessor's file of events yet/.test(herald.stderr));
    }
    const before = { published: ticker.published, served: pages.served };
    assert.deepEqual(await soon('the old process ends', herald.exit, 40000), { code: 0, signal: null });
    await until('the new one takes events and serves pages', () => ticker.published > before.published + 10 && pages.served > before.served + 20);
    assert.deepEqual(await pages.stop(), []);
    // h2load opens no connection in place of one that is told to go: the next request of each is refused by its own library, and is its last.
    const { started, succeeded, failed, fine } = requests(await report);
    assert.ok(failed <= connections && succeeded === started - failed && fine === succeeded, JSON.stringify({ started, succeeded, failed, fine }));
    const after = requests(await load(herald, 1));
    assert.ok(after.succeeded > 100);
    assert.equal(after.failed, 0);
    await judge(world);
  });
}
