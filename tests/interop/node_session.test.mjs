// Everything an app needs on one connection: a page with its pushes, assets, event streams, long polls, a publish and a download.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fetchOn, folder, lacks, listen, publish, serve, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
const MEGABYTE = 1024 * 1024;

test('one session carries the page, pushes, assets, streams, polls and a publish', { skip }, async (t) => {
  const assets = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`asset-${i}.txt`, `asset ${i} `.repeat(1000 * (i + 1))]));
  const herald = await serve(t, folder(t, {
    'index.html': '<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><p>page</p>', 'site.css': 'p { margin: 0 }', ...assets,
  }), '--dev', '--hints', 'push');
  const client = await session(t, herald);
  const pushed = [];
  client.on('stream', (stream, request) => { stream.resume(); stream.on('end', () => pushed.push(request[':path'])); stream.on('error', () => {}); });

  const streams = ['a', 'b', 'a&topic=b'].map((topics) => listen(client, `/events?topic=${topics}`));
  await Promise.all(streams.map((feed) => soon('a stream opens', feed.open)));
  const polls = ['a', 'b'].map((topic) => fetchOn(client, `/poll?topic=${topic}&envelope=true&timeout=20`));
  const [page, ...files] = await Promise.all([fetchOn(client, '/', { headers: { accept: 'text/html' } }), ...Object.keys(assets).map((name) => fetchOn(client, `/${name}`))]);
  assert.equal(page.status, 200);
  files.forEach((answer, i) => { assert.equal(answer.status, 200); assert.equal(answer.text, assets[`asset-${i}.txt`]); });

  const sent = JSON.parse((await publish(client, 'a', { hello: 'there' })).body);
  assert.equal(sent.success, true);
  assert.equal(JSON.parse((await publish(client, 'b', 'plain\nlines')).body).success, true);
  await until('the streams have their events', () => streams[0].events.length === 1 && streams[1].events.length === 1 && streams[2].events.length === 2);
  assert.deepEqual(JSON.parse(streams[0].events[0].data), { hello: 'there' });
  assert.equal(streams[0].events[0].id, sent.id);
  assert.equal(streams[1].events[0].data, 'plain\nlines');
  assert.deepEqual(streams[2].events.map((event) => event.id), [streams[0].events[0].id, streams[1].events[0].id]);

  const [first, second] = (await Promise.all(polls)).map((answer) => JSON.parse(answer.body));
  assert.deepEqual(first.messages.map(({ id, topic, data }) => ({ id, topic, data })), [{ id: sent.id, topic: 'a', data: { hello: 'there' } }]);
  assert.equal(second.messages[0].data, 'plain\nlines');
  await until('the style sheet was pushed', () => pushed.includes('/site.css'));

  const status = await fetchOn(client, '/.herald/status');
  if (status.status === 200) {
    const again = await fetchOn(client, '/.herald/status');
    assert.equal(JSON.parse(again.body).connection, JSON.parse(status.body).connection);
    assert.ok(Number.isInteger(JSON.parse(status.body).connection));
  }
});

test('the fields of an event stream are those that proxies and browsers need', { skip }, async (t) => {
  const client = await session(t, await serve(t, folder(t, { 'index.html': 'x' }), '--dev'));
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  assert.equal(feed.status, 200);
  assert.match(feed.headers['content-type'], /^text\/event-stream/);
  assert.match(feed.headers['cache-control'], /no-store/);
  assert.match(feed.headers['cache-control'], /no-transform/);
  assert.equal(feed.headers['content-length'], undefined);
  assert.equal(feed.headers.connection, undefined);
  await until('something comes at once, so that EventSource says open', () => feed.text.length > 0);
});

test('polls that are all alike get each message once, in answers of a hundred bytes besides it', { skip }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const [poller, publisher] = [await session(t, herald), await session(t, herald)];
  const poll = (rest = '') => fetchOn(poller, `/poll?topic=t${rest}`, { headers: { prefer: 'return=minimal; client=c' } });
  assert.equal((await poll('&timeout=0')).text, '[]'); // from now on it misses nothing
  const texts = ['hello', '"quoted"', 'two\nlines', 'x'.repeat(100), 'y'.repeat(100)];
  const socket = poller.socket;
  for (const text of texts) {
    const before = socket.bytesRead;
    const answer = poll();
    assert.equal((await publish(publisher, 't', text)).status, 200);
    assert.deepEqual(JSON.parse((await answer).body), [text]);
    assert.equal((await answer).headers['content-length'], undefined);
    if (text[0] === 'y') assert.ok(socket.bytesRead - before <= text.length + 100, `${socket.bytesRead - before} bytes`);
  }
});

test('an event published during a large download arrives before its next megabyte', { skip, timeout: 120000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const size = 200 * MEGABYTE;
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), size); // sparse: no disk is used
  const herald = await serve(t, root, '--dev');
  // A window of half a megabyte bounds what may be on its way already when the event is published.
  const client = await session(t, herald, { settings: { initialWindowSize: MEGABYTE / 2 } });
  client.setLocalWindowSize(MEGABYTE / 2);
  const publisher = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=news').open);

  let received = 0;
  let next = 10 * MEGABYTE;
  const arrived = []; // by number of the event: how much of the download had come
  const published = [];
  feed.stream.on('data', (text) => { if (text.includes('data:')) arrived.push(received); });
  const download = client.request({ ':path': '/large.bin' });
  const ended = new Promise((resolve, reject) => { download.on('end', resolve); download.on('error', reject); });
  download.on('data', (bytes) => {
    received += bytes.length;
    if (received < next) return;
    next += 60 * MEGABYTE;
    published.push(publish(publisher, 'news', received).then((answer) => { assert.equal(answer.status, 200); return received; }));
  });
  await soon('the download ends', ended, 90000);
  const acknowledged = await Promise.all(published);
  await until('every event arrives', () => arrived.length === 4);
  assert.equal(received, size);
  acknowledged.forEach((at, i) => assert.ok(arrived[i] - at < MEGABYTE, `${((arrived[i] - at) / MEGABYTE).toFixed(2)} MB of the download came first`));
});

test('events published one after the other while a download runs at full speed arrive before its next megabyte', { skip, timeout: 120000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), 200 * MEGABYTE);
  const herald = await serve(t, root, '--dev');
  const client = await session(t, herald);
  const publisher = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=news').open);
  const download = client.request({ ':path': '/large.bin' });
  let received = 0;
  let running = true;
  const arrived = []; // by number of the event: how much of the download had come
  feed.stream.on('data', (text) => { if (text.includes('data:')) arrived.push(received); });
  download.on('data', (bytes) => { received += bytes.length; });
  download.on('end', () => { running = false; });
  await until('the download is under way', () => received > MEGABYTE);
  const sent = [];
  while (running && sent.length < 10) {
    await publish(publisher, 'news', sent.length);
    sent.push(received);
    await until('the event arrives', () => arrived.length >= sent.length, { every: 1 });
  }
  assert.ok(sent.length > 0);
  assert.deepEqual(feed.events.map((event) => Number(event.data)), sent.map((_, i) => i));
  sent.forEach((at, i) => assert.ok(arrived[i] - at < MEGABYTE, `${((arrived[i] - at) / MEGABYTE).toFixed(2)} MB of the download came first`));
  download.close();
});
