// The end of a server, and a change of its certificate, as the clients see them.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { certificate, fetchOn, folder, lacks, listen, publish, serve, serveIn, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
const MEGABYTE = 1024 * 1024;

test('SIGTERM ends streams in good order, answers polls, lets the download finish and exits 0', { skip, timeout: 60000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const size = 40 * MEGABYTE;
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), size);
  const herald = await serve(t, root, '--dev');
  const client = await session(t, herald);
  let goaway;
  client.on('goaway', (code) => { goaway = code; });

  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const poll = fetchOn(client, '/poll?topic=t&timeout=50&envelope=true');
  const download = client.request({ ':path': '/large.bin' });
  let received = 0;
  const ended = new Promise((resolve, reject) => { download.on('end', resolve); download.on('error', reject); });
  download.on('data', (bytes) => { received += bytes.length; });
  await until('the download is under way', () => received > MEGABYTE);
  download.pause(); // it must still be open when the signal comes
  assert.ok(received < size);
  await publish(client, 'other', 'x'); // a full turn: the poll is held by now

  herald.signal('SIGTERM');
  const answer = JSON.parse((await poll).body);
  assert.deepEqual(answer.messages, []);
  assert.ok(answer.cursor, 'with the cursor to go on from');
  await until('the stream ends', () => feed.ended);
  assert.equal(feed.error, undefined, 'with END_STREAM, not a reset');
  assert.ok(feed.retry >= 250, `and says when to come back: ${feed.retry}`);
  await until('GOAWAY has come', () => goaway !== undefined);
  assert.equal(goaway, 0, 'NO_ERROR');
  assert.ok(herald.running, 'the download is still open');
  download.resume();
  await soon('the download ends', ended, 20000);
  assert.equal(received, size);
  assert.deepEqual(await soon('the server ends', herald.exit, 15000), { code: 0, signal: null });
});

test('a server without clients ends at once', { skip }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }));
  herald.signal('SIGTERM');
  assert.deepEqual(await soon('the server ends', herald.exit, 5000), { code: 0, signal: null });
});

test('a worker that has drained is not taken for one that hangs while another still has a download', { skip, timeout: 60000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), 40 * MEGABYTE);
  const watchdog = { NOTIFY_SOCKET: '/no/such/socket', WATCHDOG_USEC: '1000000' };  // it looks twice a second
  const herald = await serveIn(t, watchdog, root, '--workers', '2', '--drain', '12s', '--metrics', '127.0.0.1:0');
  const metrics = await until('it says where the metrics are', () => /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(herald.stderr)?.[0]);
  await until('the workers are heard', async () => /^herald_worker_silence_seconds 0\.[0-9]*[1-9]/m.test(await (await fetch(metrics, { headers: { connection: 'close' } })).text()), { every: 200 });
  const download = (await session(t, herald)).request({ ':path': '/large.bin' });
  download.on('error', () => {});
  await soon('the download is under way', new Promise((resolve) => { download.once('data', () => { download.pause(); resolve(); }); }));
  herald.signal('SIGTERM');
  await soon('the server ends with its drain', herald.exit, 20000);
  assert.doesNotMatch(herald.stderr, /has not turned/);
});

test('during the drain new connections are refused', { skip, timeout: 60000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), 40 * MEGABYTE);
  const herald = await serve(t, root);
  const client = await session(t, herald);
  const download = client.request({ ':path': '/large.bin' });
  await soon('the download begins', new Promise((resolve) => { download.once('data', resolve); }));
  download.pause();
  herald.signal('SIGTERM');
  await until('connections are refused', () => new Promise((resolve) => {
    const socket = tls.connect({ port: herald.port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false });
    socket.on('secureConnect', () => { socket.destroy(); resolve(false); });
    socket.on('error', () => resolve(true));
  }));
  download.resume();
  await soon('the server ends', herald.exit, 20000);
});

const fingerprint = (port) => soon('a handshake', new Promise((resolve, reject) => {
  const socket = tls.connect({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false }, () => {
    resolve(socket.getPeerX509Certificate().fingerprint256);
    socket.destroy();
  });
  socket.on('error', reject);
}));

test('SIGHUP with a bad certificate keeps the old one, with a good one uses it, and live streams go on', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const first = await fingerprint(herald.port);
  const good = fs.readFileSync(herald.cert);

  const before = herald.stderr.length;
  fs.writeFileSync(herald.cert, 'this is no certificate\n');
  herald.signal('SIGHUP');
  await until('the server says what is wrong', () => herald.stderr.length > before);
  assert.equal(await fingerprint(herald.port), first);
  await publish(client, 't', 1);
  await until('the stream still lives', () => feed.events.length === 1);

  const other = certificate(folder(t));
  assert.notDeepEqual(fs.readFileSync(other.cert), good);
  fs.copyFileSync(other.cert, herald.cert);
  fs.copyFileSync(other.key, herald.cert.replace(/\.crt$/, '.key'));
  herald.signal('SIGHUP');
  await until('new handshakes get the new certificate', async () => (await fingerprint(herald.port)) !== first, { every: 50 });
  await publish(client, 't', 2);
  await until('the stream of before still lives', () => feed.events.length === 2);
  assert.equal(feed.ended, false);
  assert.equal(await herald.stop(), 0);
});

test('SIGHUP takes new limits and timeouts, for open connections too, and names what needs a restart', { skip, timeout: 60000 }, async (t) => {
  const file = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(file, '[limits]\ntarget_bytes = 200\n');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--config', file);
  const client = await session(t, herald);
  const long = `/${'a'.repeat(300)}`;
  assert.equal((await fetchOn(client, long)).status, 414);

  fs.writeFileSync(file, '[serve]\nworkers = 3\n[limits]\ntarget_bytes = 2000\n');
  herald.signal('SIGHUP');
  await until('the new limit holds on the connection of before', async () => (await fetchOn(client, long)).status === 404, { every: 50 });
  await until('what cannot change is named', () => /workers changed: that needs a restart/.test(herald.stderr));

  fs.writeFileSync(file, '[limits]\ntarget_bytes = "many"\n');
  herald.signal('SIGHUP');
  await until('the bad one is refused', () => /reload refused.*target_bytes/.test(herald.stderr));
  assert.equal((await fetchOn(client, long)).status, 404);
});

test('SIGHUP takes new URLs of events, and metrics count what is asked there as what it is', { skip, timeout: 60000 }, async (t) => {
  const file = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(file, '');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--config', file, '--dev', '--workers', '1', '--metrics', '127.0.0.1:0');
  const metrics = await until('it says where the metrics are', () => /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(herald.stderr)?.[0]);
  const client = await session(t, herald);
  fs.writeFileSync(file, '[events]\npoll_url = "/later"\nevents_url = "/live"\n');
  herald.signal('SIGHUP');
  await until('the new URL answers', async () => (await fetchOn(client, '/later?topic=t&timeout=0')).status === 200);
  assert.match((await fetchOn(client, '/state?topic=t')).headers.link, /<\/live\?topic=t/);
  await until('it is counted as a poll', async () => /^herald_requests_total\{(?=[^}]*part="poll")[^}]*code="200"[^}]*\} [1-9]/m.test(await (await fetch(metrics, { headers: { connection: 'close' } })).text()));
});

test('SIGHUP takes new tokens and origins, a file without a token is refused, and live streams go on', { skip, timeout: 60000 }, async (t) => {
  const [old, fresh] = ['the-token-of-yesterday', 'the-token-of-today'];
  const tokens = path.join(folder(t), 'tokens');
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(tokens, `${old}\n`);
  fs.writeFileSync(config, `[events]\ntoken_file = "${tokens}"\n`);
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--config', config);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const publishWith = async (token) => (await fetchOn(client, '/send', {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: '{"topic":"t","message":"x"}',
  })).status;
  const allowed = async () => (await fetchOn(client, '/poll?topic=t&timeout=0', { headers: { origin: 'https://app.test' } })).headers['access-control-allow-origin'];
  assert.equal(await publishWith(old), 200);
  assert.equal(await publishWith(fresh), 401);
  assert.equal(await allowed(), undefined);

  fs.writeFileSync(tokens, `${fresh}\n`);
  fs.writeFileSync(config, `[events]\ntoken_file = "${tokens}"\norigins = ["https://app.test"]\n`);
  herald.signal('SIGHUP');
  await until('the new token is taken', async () => (await publishWith(fresh)) === 200, { every: 50 });
  assert.equal(await publishWith(old), 401);
  assert.equal(await allowed(), 'https://app.test');

  fs.writeFileSync(config, `[events]\ntoken_file = "${tokens}.none"\n`);
  herald.signal('SIGHUP');
  await until('the bad one is refused', () => /reload refused.*tokens\.none/.test(herald.stderr));
  assert.equal(await publishWith(fresh), 200);
  await until('the stream of before has all three', () => feed.events.length === 3);
  assert.equal(feed.ended, false);
});

// A JSON Web Token of Mercure 0.x that publishes anything.
function tokenOf(alg, signature) {
  const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
  const text = `${part({ alg, typ: 'JWT' })}.${part({ mercure: { publish: ['*'] } })}`;
  return `${text}.${signature(text).toString('base64url')}`;
}

test('SIGHUP keeps the keys of JSON Web Tokens, and takes a JWK Set that has changed', { skip, timeout: 60000 }, async (t) => {
  const home = folder(t, { secret: '0123456789abcdef0123456789abcdef' });
  const [old, fresh] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const offer = (pair) => fs.writeFileSync(path.join(home, 'keys.json'), JSON.stringify({ keys: [pair.publicKey.export({ format: 'jwk' })] }));
  offer(old);
  fs.writeFileSync(path.join(home, 'herald.toml'), '[events]\nkey_file = "secret"\njwks_file = "keys.json"\n');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--config', path.join(home, 'herald.toml'));
  const client = await session(t, herald);
  const publishWith = async (token) => (await fetchOn(client, '/send', {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: '{"topic":"t","message":"x"}',
  })).status;
  const shared = tokenOf('HS256', (text) => createHmac('sha256', '0123456789abcdef0123456789abcdef').update(text).digest());
  const [byOld, byFresh] = [old, fresh].map((pair) => tokenOf('EdDSA', (text) => sign(null, Buffer.from(text), pair.privateKey)));
  assert.deepEqual([await publishWith(shared), await publishWith(byOld), await publishWith(byFresh)], [200, 200, 401]);

  offer(fresh);
  herald.signal('SIGHUP');
  await until('the new key is taken', async () => (await publishWith(byFresh)) === 200, { every: 50 });
  assert.deepEqual([await publishWith(shared), await publishWith(byOld)], [200, 401]);
});
