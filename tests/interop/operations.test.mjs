// What machines ask of a running server: metrics that Prometheus's own checker takes, with rules and a dashboard that ask for nothing which is
// not there; health; the live status page; traces in the log.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { execFileSync, spawn } from 'node:child_process';
import { test } from 'node:test';
import { accessLog, fetchOn, folder, lacks, listen, program, publish, run, serve, session, soon, tree, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl', 'promtool', 'prlimit'] });

function plain(port, target, method = 'GET') {
  return soon(`${target} on the port for machines`, new Promise((resolve, reject) => {
    http.request({ host: '127.0.0.1', port, path: target, method }, (response) => {
      let text = '';
      response.on('data', (more) => { text += more; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    }).on('error', reject).end();
  }));
}
async function watched(t, ...args) {
  const herald = await serve(t, folder(t, { 'index.html': '<!doctype html><link rel=stylesheet href=/a.css>', 'a.css': 'p{}' }), '--dev', '--metrics', '127.0.0.1:0', ...args);
  herald.metrics = Number(await until('it says where the metrics are', () => /metrics are at http:\/\/127\.0\.0\.1:(\d+)/.exec(herald.stderr)?.[1]));
  return herald;
}
// name{labels} -> value
const values = (text) => new Map(text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));

test('plain HTTP on the TLS port is answered 400, and told of with its reason, as an old version of TLS is', { skip }, async (t) => {
  const herald = await watched(t, '--log', 'debug');
  const answer = await new Promise((resolve, reject) => {
    let text = '';
    net.connect(herald.port, '127.0.0.1', function connected() { this.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'); })
      .on('data', (bytes) => { text += bytes; }).on('close', () => resolve(text)).on('error', reject);
  });
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n[^]*https:\/\//);
  await run('openssl', ['s_client', '-connect', `127.0.0.1:${herald.port}`, '-tls1_1', '-cipher', 'ALL@SECLEVEL=0']);
  await until('the log says why', () => /from 127\.0\.0\.1: no TLS handshake, plain_http: http request/.test(herald.stderr) && /no TLS handshake, version: /.test(herald.stderr));
  const seen = await until('both are counted', async () => {
    const now = values((await plain(herald.metrics, '/metrics')).text);
    return now.get('herald_tls_handshakes_failed_total{reason="version"}') === 1 && now;
  });
  assert.equal(seen.get('herald_tls_handshakes_failed_total{reason="plain_http"}'), 1);
  assert.equal(seen.get('herald_tls_handshakes_failed_total{reason="certificate"}'), 0);
});

test('metrics count what happened, and promtool finds nothing wrong with them', { skip }, async (t) => {
  const herald = await watched(t);
  const client = await session(t, herald, { settings: { enablePush: false } });
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  await fetchOn(client, '/');
  await fetchOn(client, '/a.css');
  await fetchOn(client, '/missing');
  await publish(client, 't', 'x');
  await fetchOn(client, '/state?topic=t');
  await fetchOn(client, '/.well-known/mercure/subscriptions');
  await until('the event has come', () => feed.events.length === 1);
  const seen = await until('the counters are there', async () => {
    const now = values((await plain(herald.metrics, '/metrics')).text);
    return now.get('herald_events_total') === 1 && now.get('herald_subscribers') === 1 && now;
  });
  assert.equal(seen.get('herald_requests_total{code="200",part="files"}') ?? seen.get('herald_requests_total{part="files",code="200"}'), 2);
  assert.equal(seen.get('herald_requests_total{code="404",part="files"}') ?? seen.get('herald_requests_total{part="files",code="404"}'), 1);
  assert.equal(seen.get('herald_sessions_total{version="2"}'), 1);
  assert.equal(seen.get('herald_deliveries_total'), 1);
  for (const part of ['send', 'state', 'mercure']) {
    assert.equal(seen.get(`herald_first_byte_seconds_count{part="${part}"}`), 1, part);
  }
  assert.ok(seen.get('herald_sent_bytes_total') > 100);
  assert.ok(seen.get('process_resident_memory_bytes') > 1e6);
  assert.ok(seen.get('herald_certificate_expires_timestamp_seconds') > Date.now() / 1000);

  const answer = await plain(herald.metrics, '/metrics');
  assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const checker = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  for (const stream of [checker.stdout, checker.stderr]) stream.on('data', (more) => { complaints += more; });
  checker.stdin.end(answer.text);
  const code = await soon('promtool ends', new Promise((resolve) => { checker.on('close', resolve); }));
  assert.deepEqual([code, complaints], [0, '']);

  // Rules and dashboard name only what is there.
  const names = new Set([...answer.text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const file of ['ops/alerts.yml', 'ops/grafana-dashboard.json']) {
    const text = fs.readFileSync(path.join(tree, file), 'utf8');
    for (const [name] of text.matchAll(/\b(herald|process)_[a-z_]+\b/g)) {
      const family = name.replace(/_(bucket|sum|count)$/, '');
      assert.ok(names.has(family) || names.has(name), `${file} asks for ${name}`);
    }
  }
});

// The value that a metric has, once `wanted` holds for it.
async function value(herald, name, wanted = (now) => now > 0) {
  let now;
  await until(`${name} is as it should be`, async () => {
    now = await plain(herald.metrics, '/metrics').then(({ text }) => values(text).get(name), () => undefined);  // no room, perhaps
    return now !== undefined && wanted(now);
  });
  return now;
}

test('metrics tell how long the store takes, and when it takes nothing', { skip }, async (t) => {
  const state = folder(t, { 'store/x': '' });
  const herald = await watched(t, '--store', path.join(state, 'store/events.db'));
  const client = await session(t, herald);
  for (let i = 0; i < 3; ++i) assert.equal((await publish(client, 't', i)).status, 200);
  assert.equal(await value(herald, 'herald_store_commit_seconds_count'), 3);
  assert.equal(await value(herald, 'herald_store_commit_seconds_bucket{le="+Inf"}'), 3);
  execFileSync('prlimit', ['--pid', String(herald.pid), '--fsize=1000:']);
  assert.equal((await publish(client, 't', 'x'.repeat(20_000))).status, 503);
  await value(herald, 'herald_store_errors_total');
  execFileSync('prlimit', ['--pid', String(herald.pid), '--fsize=unlimited:']);
  await until('publishing works again', async () => (await publish(client, 't', 1)).status === 200);
});

test('metrics tell of a subscriber that lags, until it has caught up', { skip }, async (t) => {
  const herald = await watched(t, '--workers', '1');
  const client = await session(t, herald, { settings: { initialWindowSize: 1000 } });
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  feed.stream.pause();
  const publisher = await session(t, herald);
  for (let i = 0; i < 30; ++i) assert.equal((await publish(publisher, 't', 'x'.repeat(2000))).status, 200);
  assert.ok(await value(herald, 'herald_subscriber_lag_events', (now) => now > 10) < 30);
  assert.equal(await value(herald, 'herald_subscribers_behind'), 1);
  feed.stream.resume();
  await until('all have come', () => feed.events.length === 30);
  await value(herald, 'herald_subscribers_behind', (now) => now === 0);
});

test('metrics tell which limit was reached', { skip }, async (t) => {
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, '[events]\nsubscribers = 1\n[limits]\nconnections_per_address = 6\n[timeouts]\nhandshake = "2s"\n');
  const herald = await watched(t, '--workers', '1', '--config', config);
  const hits = (limit) => value(herald, `herald_limits_hit_total{limit="${limit}"}`);
  const client = await session(t, herald);
  await soon('the stream opens', listen(client, '/events?topic=t').open);
  const second = listen(client, '/events?topic=t');
  await until('a second one is sent away', () => second.ended);
  await hits('subscribers');
  const silent = net.connect(herald.port, '127.0.0.1');
  silent.on('error', () => {});
  t.after(() => silent.destroy());
  await hits('handshake');
  const several = Array.from({ length: 8 }, () => net.connect(herald.port, '127.0.0.1').on('error', () => {}));
  t.after(() => several.forEach((socket) => socket.destroy()));
  await hits('connections_per_address');  // once those have been closed for saying nothing
});

test('metrics and health are answered when there is no room for clients, and whoever holds that port takes none from them', { skip }, async (t) => {
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, '[limits]\nconnections = 2\nconnections_per_address = 2\n');
  const herald = await watched(t, '--workers', '1', '--config', config);
  const hold = (port) => { const socket = net.connect(port, '127.0.0.1').on('error', () => {}); t.after(() => socket.destroy()); return socket; };
  const client = await session(t, herald);
  const other = await session(t, herald);
  assert.equal((await plain(herald.metrics, '/healthz')).text, 'ok\n');
  assert.equal(values((await plain(herald.metrics, '/metrics')).text).get('herald_limits_hit_total{limit="connections"}'), 1);

  const many = Array.from({ length: 200 }, () => hold(herald.metrics));
  await until('they have all come', () => many.every((socket) => !socket.connecting));
  assert.equal((await fetchOn(client, '/a.css')).status, 200);
  other.destroy();
  assert.equal((await fetchOn(await session(t, herald), '/a.css')).status, 200, 'a new client is let in');
  many.forEach((socket) => socket.destroy());
  assert.equal((await plain(herald.metrics, '/readyz')).text, 'ready\n');
});

test('metrics tell which app server answers', { skip }, async (t) => {
  const app = http.createServer((request, response) => response.end('app'));
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${app.address().port}`;
  const herald = await watched(t, '--workers', '1', '--upstream', url);
  const client = await session(t, herald);
  assert.equal((await fetchOn(client, '/page')).text, 'app');
  await value(herald, `herald_upstream_failing_workers{upstream="${url}"}`, (now) => now === 0);
  app.closeAllConnections();
  await new Promise((resolve) => { app.close(resolve); });
  assert.equal((await fetchOn(client, '/page')).status, 502);
  await value(herald, `herald_upstream_failing_workers{upstream="${url}"}`, (now) => now === 1);
});

test('the alert rules pass promtool\'s checks and its own tests', { skip }, async () => {
  for (const args of [['check', 'rules', 'alerts.yml'], ['test', 'rules', 'alerts_test.yml']]) {
    const { code, stdout, stderr } = await run('promtool', args, { cwd: path.join(tree, 'ops') });
    assert.equal(code, 0, stdout + stderr);
  }
});

test('/healthz and /readyz answer, and nothing else does on that port', { skip }, async (t) => {
  const herald = await watched(t);
  assert.deepEqual([(await plain(herald.metrics, '/healthz')).text, (await plain(herald.metrics, '/readyz')).text], ['ok\n', 'ready\n']);
  assert.equal((await plain(herald.metrics, '/')).status, 404);
  assert.equal((await plain(herald.metrics, '/metrics', 'POST')).status, 405);
  assert.equal((await fetchOn(await session(t, herald), '/metrics')).status, 404, 'the public does not see them');
});

test('the status page follows a stream of its own, which ends with the server', { skip }, async (t) => {
  const herald = await watched(t);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/.herald/live').open);
  await until('counters have come twice', () => feed.events.length >= 2);
  const [first, second] = feed.events.map((event) => JSON.parse(event.data));
  assert.ok(first.version && second.uptime_s >= first.uptime_s && second.streams === 1);
  herald.signal('SIGTERM');
  await until('it ends in good order', () => feed.ended);
  assert.deepEqual(await soon('the server ends', herald.exit), { code: 0, signal: null });
});

test('a traceparent is in the log, and one that is none is not', { skip }, async (t) => {
  const log = path.join(folder(t), 'access.log');
  const herald = await watched(t, '--access-log', log);
  const client = await session(t, herald);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await fetchOn(client, '/a.css', { headers: { traceparent } });
  await fetchOn(client, '/a.css', { headers: { traceparent: 'rubbish' } });
  await until('the log has both', () => accessLog(log).length === 2);
  assert.deepEqual(accessLog(log).map((line) => line.traceparent), [traceparent, undefined]);
});

test('--version names the build', { skip }, async () => {
  const { stdout } = await run(program, ['--version']);
  assert.match(stdout, /^herald \d[^]*\nbuild [0-9a-f]{40}\n/);
  if (lacks({ programs: ['readelf'] })) return;
  const notes = (await run('readelf', ['-n', program])).stdout;
  assert.equal(/^build ([0-9a-f]{40})$/m.exec(stdout)[1], /Build ID: ([0-9a-f]{40})/.exec(notes)[1], 'by which debuggers find its symbols');
});
