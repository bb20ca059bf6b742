// Events in a Redis of this test's own, seen from outside: what publishers and readers are told when it refuses, is away, is busy,
// or comes back.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { redis, say } from '../support/redis.mjs';
import { certificate, fetchOn, folder, lacks, listen, program, publish, run, serve, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['redis-server'] });

async function refusal(t, store) {
  const root = folder(t, { 'index.html': 'x' });
  const { cert, key } = certificate(folder(t));
  return run(program, ['serve', root, '--listen', '127.0.0.1:0', '--cert', cert, '--key', key, '--store', store]);
}

test('a wrong password ends the program with the reason', { skip, timeout: 60000 }, async (t) => {
  const { socket } = await redis(t, '--requirepass', 'secret');
  const wrong = await refusal(t, `unix://:wrong@${socket}`);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^herald: the events' store refused: .*WRONGPASS/);
  const none = await refusal(t, `unix://${socket}`);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /NOAUTH/);
  const database = await refusal(t, `unix://:secret@${socket}?db=99`);
  assert.equal(database.code, 1);
  assert.match(database.stderr, /out of range/);
});

test('while Redis is away streams stay open and publishing is 503; on return nothing is missing', { skip, timeout: 60000 }, async (t) => {
  const store = await redis(t, '--appendfsync', 'always');
  const root = folder(t, { 'index.html': 'x' });
  const here = await serve(t, root, '--dev', '--store', `unix://${store.socket}`);
  const there = await serve(t, root, '--dev', '--store', `unix://${store.socket}`);
  const [publisher, reader] = [await session(t, here), await session(t, there)];
  const feed = listen(reader, '/events?topic=t');
  await until('the stream has an id', () => feed.lastId);
  for (const n of [1, 2]) assert.equal((await publish(publisher, 't', n)).status, 200);
  await until('both have come', () => feed.events.length === 2);
  await store.kill();
  const refused = await until('publishing is refused', async () => {
    const answer = await publish(publisher, 't', 'lost');
    return answer.status === 503 && answer;
  });
  assert.ok(refused.headers['retry-after']);
  assert.match(refused.text, /store/);
  const resumed = listen(reader, '/events?topic=t', { 'last-event-id': feed.events[0].id });
  await until('who comes back is served from memory', () => resumed.events.length === 1);
  assert.equal(feed.ended, false);
  await store.start();
  await until('publishing works again', async () => (await publish(publisher, 't', 'back')).status === 200, { every: 100 });
  await until('the readers have it', () => feed.events.at(-1).data === 'back' && resumed.events.at(-1).data === 'back');
  assert.ok(!feed.text.includes('herald.gap'));
  assert.deepEqual(feed.events.map((event) => event.id.split('-')[0]), feed.events.map(() => feed.events[0].id.split('-')[0]));
});

test('a Redis busy with a script refuses for as long, and a script that was killed has published nothing', { skip, timeout: 60000 }, async (t) => {
  const store = await redis(t, '--busy-reply-threshold', '1');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', `unix://${store.socket}`);
  const client = await session(t, herald);
  assert.equal((await publish(client, 't', 1)).status, 200);
  const endless = say(store.socket, 'EVAL "while true do end" 0');
  await until('Redis is busy', async () => /BUSY/.test(await say(store.socket, 'GET x')));
  const busy = await publish(client, 't', 2);
  assert.equal(busy.status, 503);
  assert.equal((await say(store.socket, 'SCRIPT KILL')).slice(0, 3), '+OK');
  assert.match(await endless, /killed/);
  const after = await until('publishing works again', async () => {
    const answer = await publish(client, 't', 3);
    return answer.status === 200 && answer;
  }, { every: 100 });
  assert.match(JSON.parse(after.text).id, /-2$/);
});

test('a Redis without memory refuses for as long: nothing is half kept, streams stay, and events are taken again when there is some', { skip, timeout: 60000 }, async (t) => {
  const store = await redis(t, '--maxmemory-policy', 'noeviction');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', `unix://${store.socket}`);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  assert.equal((await publish(client, 't', 'before')).status, 200);
  assert.match(await say(store.socket, 'CONFIG SET maxmemory 1'), /OK/);
  for (const message of ['lost', 'lost as well']) {
    const refused = await publish(client, ['t', 'u'], message, { id: 'mine' });
    assert.equal(refused.status, 503, refused.text);
    assert.ok(refused.headers['retry-after']);
    assert.match(refused.text, /store/);
  }
  assert.equal((await fetchOn(client, '/')).status, 200);
  assert.match(await say(store.socket, 'CONFIG SET maxmemory 0'), /OK/);
  const after = await until('publishing works again', async () => {
    const answer = await publish(client, 't', 'after');
    return answer.status === 200 && answer;
  }, { every: 100 });
  assert.match(JSON.parse(after.text).id, /-2$/);
  await until('the stream has it', () => feed.events.at(-1)?.data === 'after');
  assert.equal(feed.ended, false);
  assert.deepEqual(feed.events.map((event) => event.data), ['before', 'after']);
  const all = listen(client, '/events?topic=t&topic=u', { 'last-event-id': 'earliest' });
  await until('who reads from the beginning has it', () => all.events.at(-1)?.data === 'after');
  assert.deepEqual(all.events.map((event) => event.data), ['before', 'after']);
  assert.equal((await fetchOn(client, '/state?topic=u')).status, 404);
});

test('SIGUSR2 hands over to a process that goes on with the same Redis, by its socket file too: a reader goes on without a gap', { skip, timeout: 60000 }, async (t) => {
  const { socket } = await redis(t);
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', `unix://${socket}`);
  const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;
  const before = descriptors(herald.pid);
  const feed = await soon('the stream opens', listen(await session(t, herald), '/events?topic=t').open);
  await publish(await session(t, herald), 't', 'before');
  await until('it arrives', () => feed.events.length === 1);
  herald.signal('SIGUSR2');
  const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.stderr)?.[1]));
  await until('the stream is sent away', () => feed.ended);
  await until('the new process has no descriptors of the old one', () => descriptors(successor) <= before);
  const client = await session(t, herald);
  await publish(client, 't', 'after');
  const again = await soon('a new stream opens', listen(client, '/events?topic=t', { 'last-event-id': feed.lastId }).open);
  await until('the rest arrives', () => again.events.length > 0);
  assert.deepEqual(again.events.map(({ type, data }) => [type, data]), [['message', 'after']]);
});

test('what has left memory is found in Redis: where a publisher\'s own id was, and what a topic says last', { skip, timeout: 60000 }, async (t) => {
  const store = await redis(t);
  const config = path.join(folder(t, { 'herald.toml': '[events]\nhistory = 1\ntopics = 1\n' }), 'herald.toml');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--config', config, '--store', `unix://${store.socket}`);
  const client = await session(t, herald);
  await publish(client, ['a', 'b'], 'one', { id: 'order-1' });
  await publish(client, 'a', 'two', { id: 'order-1' });
  await publish(client, 'a', 'secret', { private: true });
  const last = JSON.parse((await publish(client, 'other', 'pushes them out')).text).id;
  const feed = listen(client, '/events?topic=a', { 'last-event-id': 'order-1' });
  await until('what follows the first of that name has come', () => feed.events.length >= 1);
  assert.deepEqual(feed.events.map((event) => event.data), ['two']);
  for (const [topic, text] of [['a', 'two'], ['b', 'one']]) {
    const state = await fetchOn(client, `/state?topic=${topic}`);
    assert.equal(state.status, 200);
    assert.equal(state.text, text);
    assert.equal(state.headers['last-event-id'], last);
  }
  assert.equal((await fetchOn(client, '/state?topic=nothing')).status, 404);
});

test('a node that starts on a log that was emptied tells no gap to who comes for what is new', { skip, timeout: 60000 }, async (t) => {
  const store = await redis(t);
  const root = folder(t, { 'index.html': 'x' });
  const before = await serve(t, root, '--dev', '--store', `unix://${store.socket}`);
  const publisher = await session(t, before);
  await publish(publisher, 't', 1);
  const last = JSON.parse((await publish(publisher, 't', 2)).text).id;
  await before.stop();
  assert.match(await say(store.socket, 'XTRIM {herald}:log MAXLEN 0'), /^:2/);

  const herald = await serve(t, root, '--dev', '--store', `unix://${store.socket}`);
  const client = await session(t, herald);
  await until('the node knows where the log ends', async () => {
    const { status, text } = await fetchOn(client, '/poll?topic=t&timeout=0');
    return status === 200 && JSON.parse(text).cursor === last;
  });
  const feeds = [listen(client, '/events?topic=t'), listen(client, '/events?topic=t', { 'last-event-id': last })];
  for (const feed of feeds) await soon('the stream opens', feed.open);
  assert.equal((await publish(client, 't', 3)).status, 200);
  for (const feed of feeds) {
    await until('what is new has come', () => feed.events.at(-1)?.data === '3');
    assert.deepEqual(feed.events.map(({ type, data }) => [type, data]), [['message', '3']]);
  }
});
