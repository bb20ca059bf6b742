// The npm EventSource through cut connections and a restarted server: nothing is lost that the server still has, and what it has
// not is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folder, http2Fetch, importFromNpm, lacks, proxy, publish, serve, session, until } from '../support/herald.mjs';

const skip = lacks({ packages: ['eventsource'] });

async function follow(t, herald, address) {
  const { EventSource } = await importFromNpm('eventsource');
  const source = new EventSource(address, { fetch: http2Fetch(t, herald) });
  t.after(() => source.close());
  const feed = { source, got: [], gaps: [], opened: 0 };
  source.addEventListener('open', () => { feed.opened++; });
  source.addEventListener('message', (event) => feed.got.push(Number(event.data)));
  source.addEventListener('herald.gap', (event) => feed.gaps.push({ ...JSON.parse(event.data), before: feed.got.length }));
  await until('the feed is open', () => feed.opened > 0);
  return feed;
}

test('EventSource resumes without loss after its connection is cut', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const line = await proxy(t, herald.port, { delay: 1 });
  const own = await session(t, herald);
  const feed = await follow(t, herald, `${line.origin}/events?topic=t`);
  let n = 0;
  const send = async (count) => { for (let i = 0; i < count; i++) await publish(own, 't', n++); };
  await send(5);
  await until('the first have come', () => feed.got.length === 5);
  for (let cuts = 1; cuts <= 2; cuts++) {
    const opened = feed.opened;
    line.cut();
    await send(20); // while it is away
    await until('the feed is open again', () => feed.opened > opened, { within: 15000 });
    await send(5);
    await until(`all have come: ${feed.got.length} of ${n}`, () => feed.got.length >= n);
  }
  assert.deepEqual(feed.got, Array.from({ length: n }, (_, i) => i), 'in order, none lost, none twice');
  assert.deepEqual(feed.gaps, []);
});

test('EventSource is told of the gap when the server forgot its history, and goes on', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const feed = await follow(t, herald, `${herald.origin}/events?topic=t`);
  await publish(await session(t, herald), 't', 1);
  await until('the first has come', () => feed.got.length === 1);
  const opened = feed.opened;
  assert.equal(await herald.stop(), 0);
  await herald.start(); // at the same port
  await until('the feed is open again', () => feed.opened > opened, { within: 20000 });
  await until('the gap is told', () => feed.gaps.length === 1);
  assert.ok(feed.gaps[0].reason, JSON.stringify(feed.gaps[0]));
  assert.ok(feed.gaps[0].requested);
  await publish(await session(t, herald), 't', 2);
  await until('the second has come', () => feed.got.length === 2);
  assert.deepEqual(feed.got, [1, 2]);
  assert.equal(feed.gaps[0].before, 1, 'told before anything else of the new stream');
  assert.equal(feed.source.readyState, 1);
});

test('a poll with a cursor of before the restart is told of the gap', { skip: lacks() }, async (t) => {
  const { fetchOn } = await import('../support/herald.mjs');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const first = await session(t, herald);
  const { id } = JSON.parse((await publish(first, 't', 'before')).body);
  assert.equal(await herald.stop(), 0);
  await herald.start();
  const client = await session(t, herald);
  const answer = JSON.parse((await fetchOn(client, `/poll?topic=t&after=${id}`)).body);
  assert.equal(answer.gap.requested, id);
  assert.ok(answer.cursor);
  const next = fetchOn(client, `/poll?topic=t&after=${answer.cursor}`);
  await publish(client, 't', 'after');
  assert.deepEqual(JSON.parse((await next).body).messages, ['after']);
});

test('a client moves from the stream to the poll and back at any id', { skip: lacks() }, async (t) => {
  const { fetchOn, listen } = await import('../support/herald.mjs');
  const client = await session(t, await serve(t, folder(t, { 'index.html': 'x' }), '--dev'));
  const ids = [];
  for (let i = 0; i < 6; i++) ids.push(JSON.parse((await publish(client, 't', { i })).body).id);
  const poll = JSON.parse((await fetchOn(client, `/poll?topic=t&envelope=true&after=${ids[2]}`)).body);
  assert.deepEqual(poll.messages.map((each) => each.id), ids.slice(3));
  assert.equal(poll.cursor, ids[5]);
  const feed = listen(client, '/events?topic=t', { 'last-event-id': poll.messages[0].id });
  await until('the rest comes by stream', () => feed.events.length === 2);
  assert.deepEqual(feed.events.map((event) => event.id), ids.slice(4));
  const page = JSON.parse((await fetchOn(client, `/poll?topic=t&after=${ids[0]}&max=2`)).body);
  assert.deepEqual(page.messages, [{ i: 1 }, { i: 2 }]);
  assert.equal(page.more, true);
});
