// Events in a file, seen from outside: a kill -9 in the middle of publishing costs nothing that was acknowledged, and a store that
// cannot be used ends the program with one sentence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, folder, lacks, listen, program, publish, run, serve, session, until } from '../support/herald.mjs';

const skip = lacks();

async function refusal(t, store, files = {}) {
  const own = folder(t, files);
  const { cert, key } = certificate(own);
  return run(program, ['serve', folder(t, { 'index.html': 'x' }), '--listen', '127.0.0.1:0', '--cert', cert, '--key', key, '--store', store(own)]);
}

test('what was acknowledged before a kill -9 is given after the restart, in order, and ids go on', { skip, timeout: 60000 }, async (t) => {
  const store = path.join(folder(t), 'events.db');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', store);
  const acknowledged = [];
  const client = await session(t, herald);
  let sent = 0;
  const publisher = async () => {
    for (;;) {
      const n = sent++;
      const answer = await publish(client, 't', n).catch(() => null);
      if (answer?.status !== 200) return;
      acknowledged.push({ n: String(n), id: JSON.parse(answer.text).id });
    }
  };
  const publishers = Array.from({ length: 8 }, publisher);
  await until('enough has been published', () => acknowledged.length >= 200);
  herald.signal('SIGKILL');
  await herald.exit;
  await Promise.all(publishers);
  await herald.start();
  const again = await session(t, herald);
  const [epoch] = acknowledged[0].id.split('-');
  const feed = listen(again, '/events?topic=t', { 'last-event-id': `${epoch}-0` });
  const newest = Number(JSON.parse((await publish(again, 't', 'after')).text).id.split('-')[1]);
  await until('the newest has come', () => feed.lastId === `${epoch}-${newest}`);
  assert.deepEqual(feed.events.map((event) => event.id), Array.from({ length: newest }, (_, i) => `${epoch}-${i + 1}`));
  const given = new Map(feed.events.map((event) => [event.id, event.data]));
  for (const { n, id } of acknowledged) assert.equal(given.get(id), n);
});

test('a store that cannot be used ends the program with one sentence that says what to do', { skip, timeout: 60000 }, async (t) => {
  const missing = await refusal(t, (own) => path.join(own, 'nowhere', 'events.db'));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^herald: .*events\.db: its folder must exist and be writable: No such file or directory\n$/);
  const damaged = await refusal(t, (own) => path.join(own, 'events.db'), { 'events.db': 'x'.repeat(5000) });
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, /^herald: .*events\.db is damaged .*move it away and a new history begins/);
  const unknown = await refusal(t, () => 'postgres://localhost/');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /store cannot be "postgres:/);
});

test('two servers cannot number events in one file', { skip, timeout: 60000 }, async (t) => {
  const store = path.join(folder(t), 'events.db');
  await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', store);
  const second = await refusal(t, () => store);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /in use by another process/);
  assert.ok(fs.existsSync(store));
});
