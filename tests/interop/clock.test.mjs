// The machine's clock jumps, by libfaketime: what is counted (time-outs, heart-beats, ids) does not notice; what is dated (tokens,
// certificates, the log) goes by the clock.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { accessLog, certificate, fetchOn, folder, lacks, listen, program, publish, run, sanitized, serveIn, session, soon, until } from '../support/herald.mjs';

const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`).find((file) => fs.existsSync(file));
const skip = lacks({ programs: ['openssl'] }) || (!library && 'libfaketime is not installed') || (sanitized && 'a sanitizer takes no other library before it');

// A clock for programs that run with `env`: it is `set` to an offset such as "+2h" whenever a test likes.
function clock(t, offset = '+0') {
  const file = path.join(folder(t), 'offset');
  const set = (to) => {
    fs.writeFileSync(`${file}.new`, `${to}\n`);
    fs.renameSync(`${file}.new`, file);
  };
  set(offset);
  return { set, env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' } };
}
function configured(t, text) {
  const file = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(file, text);
  return ['--config', file];
}

test('a clock that jumps by hours ends no stream, no poll and no connection, and ids go on', { skip, timeout: 60000 }, async (t) => {
  const time = clock(t);
  const log = path.join(folder(t), 'access.log');
  const herald = await serveIn(t, time.env, folder(t, { 'index.html': 'x' }), '--dev', '--store', path.join(folder(t), 'events.db'), '--access-log', log,
    ...configured(t, '[events]\nheartbeat = "1s"\n[timeouts]\nidle = "60s"\nping = "5s"\nping_ack = "5s"\n'));
  const idle = await session(t, herald);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const poll = fetchOn(client, '/poll?topic=other&timeout=60', { within: 60000 });
  for (const offset of ['+2h', '-2h', '+10d', '+0']) {
    time.set(offset);
    const beats = () => feed.text.split('\nid: ').length;
    const before = beats();
    await until(`hearts beat at ${offset}`, () => beats() > before + 1);
    assert.equal((await publish(client, 't', offset)).status, 200);
    await until('the event has come', () => feed.events.at(-1)?.data === offset);
    assert.equal((await fetchOn(client, '/')).status, 200);
  }
  assert.deepEqual(feed.events.map((event) => Number(event.id.split('-')[1])), [1, 2, 3, 4]);
  assert.deepEqual([feed.ended, idle.closed, idle.destroyed], [false, false, false]);
  assert.equal((await publish(client, 'other', 'x')).status, 200);
  assert.deepEqual(JSON.parse((await poll).text).messages, ['x']);
  const again = listen(client, '/events?topic=t', { 'last-event-id': feed.events[0].id });
  await until('what came later is given again', () => again.events.length === 3);
  assert.deepEqual(again.events.map((event) => event.data), ['-2h', '+10d', '+0']);
  const days = () => new Set(accessLog(log).filter((line) => line.target === '/').map((line) => line.time.slice(0, 10)));
  await until('the log goes by the clock', () => accessLog(log).filter((line) => line.target === '/').length === 4);
  assert.ok(days().size >= 2);
});

test('a token is good until the clock says otherwise', { skip, timeout: 60000 }, async (t) => {
  const time = clock(t);
  const key = path.join(folder(t, { key: 'a secret of thirty-two bytes or more' }), 'key');
  const { stdout } = await run(program, ['token', '--key-file', key, '--publish', 't', '--ttl', '3600']);
  const herald = await serveIn(t, time.env, folder(t, { 'index.html': 'x' }), '--key-file', key);
  const client = await session(t, herald);
  const send = () => fetchOn(client, '/send', { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${stdout.trim()}` }, body: '{"topic":"t","message":1}' });
  assert.equal((await send()).status, 200);
  time.set('+2h');
  const late = await send();
  assert.equal(late.status, 401);
  assert.match(late.text, /expired/);
  time.set('+0');
  assert.equal((await send()).status, 200);
});

test('a certificate that the clock has left behind, or not reached yet, is not taken by a reload; the one in use stays', { skip, timeout: 60000 }, async (t) => {
  const time = clock(t);
  const herald = await serveIn(t, time.env, folder(t, { 'index.html': 'x' }));
  const reload = async (offset, said) => {
    time.set(offset);
    const from = herald.stderr.length;
    herald.signal('SIGHUP');
    await until(`at ${offset} the log says ${said}`, () => said.test(herald.stderr.slice(from)));
    assert.equal((await fetchOn(await session(t, herald), '/')).status, 200);
  };
  await reload('+30d', /reload refused[^\n]*expired on [^\n]*renew it/);
  await reload('-3y', /reload refused[^\n]*is not valid before [^\n]*check this machine's clock/);
  await reload('+0', /reloaded:/);
});

test('a clock that is before the certificate ends the start with one sentence, which names the clock', { skip, timeout: 60000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const { code, stderr } = await run(program, ['serve', folder(t, { 'index.html': 'x' }), '--listen', '127.0.0.1:0', '--cert', cert, '--key', key], { env: { ...process.env, ...clock(t, '-3y').env } });
  assert.equal(code, 1);
  assert.match(stderr, /^herald: [^\n]*is not valid before [^\n]*check this machine's clock[^\n]*\n$/);
});
