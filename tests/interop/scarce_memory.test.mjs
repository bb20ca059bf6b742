// Memory that is refused now and then, wherever Herald or a library of it asks for some: a client may pay for it, and never the
// program, nor an event that it has accepted. What is refused is chosen by support/scarce_memory.cc. hiredis is spared: before 1.0
// it does not look whether it was given what it asked for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { fetchOn, folder, lacks, listen, program, publish, sanitized, serveIn, session, soon, until } from '../support/herald.mjs';
import { navigation, shop } from '../support/proxied.mjs';
import { redis } from '../support/redis.mjs';

const preloaded = path.join(path.dirname(program), 'tests/scarce_memory.so');
const skip = lacks({ programs: ['openssl'], packages: ['express'] }) || (sanitized && 'a sanitizer has its own memory') || (!fs.existsSync(preloaded) && `no ${preloaded}: build with tests`);
const times = 6000;  // that memory is refused, at each rate, or as often as in 2.5 s

class Scarcity {
  constructor(t) {
    this.file = path.join(folder(t), 'plan');
    fs.writeFileSync(this.file, Buffer.alloc(12));
  }
  get env() { return { LD_PRELOAD: preloaded, SCARCE_MEMORY: this.file, SCARCE_MEMORY_SPARES: 'libhiredis' }; }
  oneIn(number) {
    const file = fs.openSync(this.file, 'r+');
    fs.writeSync(file, Uint32Array.of(number), 0, 4, 0);
    fs.closeSync(file);
  }
  get refused() { return fs.readFileSync(this.file).readUInt32LE(8); }
}

const files = {
  'index.html': '<link rel=stylesheet href=/a.css><script src=/b.js></script>'.padEnd(3000, ' x'),
  'a.css': 'a{}'.repeat(3000), 'b.js': 'b()'.repeat(9000), 'large.bin': 'abcdefgh'.repeat(40_000), '404.html': 'none',
  _headers: '/*\n  x-a: b\n', _redirects: '/old /index.html 301\n',
};
const targets = ['/index.html', '/a.css', '/b.js', '/large.bin', '/none', '/old', '/', '/.herald/status', '/.herald/metrics'];
const endless = [...Array.from({ length: 6 }, (_, i) => `/events?topic=t${i}&topic=/x/{id}${i}`), '/poll?topic=t1&last=0', '/.well-known/mercure?topic=t1'];

// Everything at once on one connection, which may end at any point. `accepted` gets the events that were.
async function use(t, herald, number, accepted) {
  const left = [];
  try {
    const client = await session({ after: (end) => left.push(end) }, herald);
    const within = 1000;  // where a connection ends, Node says nothing of its streams
    const quietly = (answer) => answer.catch(() => {});
    for (const target of endless) listen(client, target);
    const coding = ['br', 'gzip', 'zstd'][number % 3];
    await Promise.all([
      ...targets.map((target) => quietly(fetchOn(client, target, { within, headers: { ...navigation, 'accept-encoding': coding } }))),
      quietly(fetchOn(client, '/large.bin', { within, headers: { range: 'bytes=5-10,20-30' } })),
      ...Array.from({ length: 5 }, async (_, i) => {
        const event = `${number}.${i}`;
        const answer = await quietly(fetchOn(client, '/send', { within, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ topic: 'kept', message: event }) }));
        if (answer?.status === 200) accepted.push(event);
      }),
    ]);
    await quietly(new Promise((resolve, reject) => {
      const request = https.get({ host: '127.0.0.1', port: herald.port, path: '/a.css', rejectUnauthorized: false, agent: false, timeout: within, ALPNProtocols: ['http/1.1'] }, (answer) => {
        answer.resume().on('end', resolve).on('error', reject);
      }).on('error', reject).on('timeout', () => request.destroy());
    }));
  } catch { /* no session to be had */ }
  for (const end of left) end();
}

// There is memory again: files, the app server and events as ever, and what was accepted before.
async function allIsWell(t, herald, accepted) {
  const client = await soon('there is room again', (async () => {
    for (;;) {
      const client = await session(t, herald).catch(() => null);
      if (client && await fetchOn(client, '/large.bin', { within: 2000 }).then(({ status }) => status === 200, () => false)) return client;
    }
  })());
  await until('the app server is asked again', async () => (await fetchOn(client, '/', { headers: navigation })).status === 200);
  const feed = listen(client, '/events?topic=kept', { 'last-event-id': 'earliest' });
  await until('all that was accepted is there', () => { const got = new Set(feed.events.map(({ data }) => data)); return accepted.every((event) => got.has(event)); });
  await until('events are taken again', async () => (await publish(client, 'kept', 'last')).status === 200);
  await until('the last has come', () => feed.events.some(({ data }) => data === 'last'));
  client.destroy();
}

const stores = {
  memory: async () => [],
  'a file': async (t) => ['--store', path.join(folder(t), 'events.db')],
  Redis: async (t) => ['--store', `unix://${(await redis(t)).socket}`],
};
for (const [name, options] of Object.entries(stores)) {
  test(`memory refused at any point ends connections, not the program, and no accepted event is lost: events in ${name}`, { skip: skip || (name === 'Redis' && lacks({ programs: ['redis-server'] })), timeout: 180000 }, async (t) => {
    const app = await shop(t);
    const scarcity = new Scarcity(t);
    const herald = await serveIn(t, scarcity.env, folder(t, files), '--dev', '--workers', '1', '--upstream', app.url, '--access-log', path.join(folder(t), 'access.log'), ...await options(t));
    let number = 0;
    for (const oneIn of [1000, 200, 50]) {
      const accepted = [];
      scarcity.oneIn(oneIn);
      const [began, before] = [performance.now(), scarcity.refused];
      const passed = () => performance.now() - began;
      const usual = () => passed() > 2500 || scarcity.refused > before + times;
      const enough = () => usual() && (oneIn === 1000 ? accepted.length > 10 : scarcity.refused > 100);
      while (!enough() && passed() < 30_000 && herald.running) {
        await Promise.all(Array.from({ length: 4 }, () => use(t, herald, ++number, accepted)));
        herald.signal('SIGHUP');
      }
      scarcity.oneIn(0);
      assert.ok(herald.running, `the server ended: ${herald.stderr}`);
      if (oneIn === 1000) assert.ok(accepted.length > 10, `${accepted.length} events`);
      await allIsWell(t, herald, accepted.slice(-300));  // of a topic, 1,000 are kept, also those whose publisher heard nothing
    }
    assert.ok(scarcity.refused > 100, `${scarcity.refused} times`);
    assert.equal(await herald.stop(), 0);
  });
}
