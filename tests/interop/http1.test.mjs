// HTTP/1.1 against the whole program: files, streams, polls and publishing through the same handlers; plain HTTP that is sent to https;
// the fields that protect a site.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { accessLog, fetchOn, folder, lacks, listen, serve, session, soon, until } from '../support/herald.mjs';
import path from 'node:path';

const skip = lacks({ programs: ['openssl'] });
const site = (t) => folder(t, { 'index.html': '<!doctype html><link rel=stylesheet href=/a.css><p>home', 'a.css': 'p{}', 'long.txt': 'x'.repeat(300000) });

// One exchange over HTTP/1.1: { status, version, headers, text }.
function ask(herald, target, { method = 'GET', headers = {}, body, agent } = {}) {
  const done = new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', port: herald.port, path: target, method, headers, agent, ca: fs.readFileSync(herald.cert), servername: 'localhost' }, (response) => {
      const chunks = [];
      response.on('data', (bytes) => chunks.push(bytes));
      response.on('end', () => resolve({ status: response.statusCode, version: response.httpVersion, headers: response.headers, text: Buffer.concat(chunks).toString(), socket: response.socket }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
  return soon(`${method} ${target} over HTTP/1.1`, done);
}
const json = { 'content-type': 'application/json' };

// What comes back for raw bytes, until the server closes.
function raw(herald, bytes, options = {}) {
  return soon('the server closes', new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: herald.port, rejectUnauthorized: false, ...options }, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (more) => { text += more; });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  }));
}

test('a client of HTTP/1.1 gets pages, ranges and 304 on one connection, without a 103', { skip }, async (t) => {
  const herald = await serve(t, site(t), '--hints', 'early-hints');
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const page = await ask(herald, '/', { agent, headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } });
  assert.equal(page.status, 200);
  assert.equal(page.version, '1.1');
  assert.match(page.headers.link, /a\.css/);
  const range = await ask(herald, '/long.txt', { agent, headers: { range: 'bytes=299990-' } });
  assert.deepEqual([range.status, range.text], [206, 'x'.repeat(10)]);
  const whole = await ask(herald, '/long.txt', { agent });
  assert.equal(whole.text.length, 300000);
  const unchanged = await ask(herald, '/', { agent, headers: { 'if-none-match': page.headers.etag } });
  assert.deepEqual([unchanged.status, unchanged.text], [304, '']);
  const head = await ask(herald, '/long.txt', { agent, method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '300000', '']);
  assert.equal(head.socket, page.socket);
});

test('an event published over HTTP/1.1 reaches streams of both versions, and a poll', { skip }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const feed = await soon('the stream opens', listen(await session(t, herald), '/events?topic=t').open);
  let text = '';
  const stream = https.get({ host: '127.0.0.1', port: herald.port, path: '/events?topic=t', ca: fs.readFileSync(herald.cert), servername: 'localhost' }, (response) => {
    response.setEncoding('utf8');
    response.on('data', (more) => { text += more; });
    response.on('error', () => {});
  });
  stream.on('error', () => {});
  t.after(() => stream.destroy());
  await until('the stream has begun', () => text.includes(':ok'));
  const sent = await ask(herald, '/send', { method: 'POST', headers: json, body: JSON.stringify({ topic: 't', message: 'hello' }) });
  assert.equal(sent.status, 200, sent.text);
  await until('HTTP/1.1 has it', () => text.includes('data: hello\n'));
  await until('HTTP/2 has it', () => feed.events.some((event) => event.data === 'hello'));
  const { id } = JSON.parse(sent.text);
  const polled = ask(herald, `/poll?topic=t&after=${id}`);
  await ask(herald, '/send', { method: 'POST', headers: { ...json, 'transfer-encoding': 'chunked', expect: '100-continue' }, body: JSON.stringify({ topic: 't', message: 'again' }) });
  assert.deepEqual(JSON.parse((await polled).text).messages, ['again']);
});

test('publishing over HTTP/1.1 works as over HTTP/2: by Mercure, and from a page of this site', { skip }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const update = await ask(herald, '/.well-known/mercure', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'topic=t&data=hello' });
  assert.equal(update.status, 200, update.text);
  const from = (origin) => ask(herald, '/send', { method: 'POST', headers: { ...json, origin }, body: JSON.stringify({ topic: 't', message: 'hello' }) });
  assert.equal((await from(herald.origin)).status, 200);
  assert.equal((await from(herald.origin.replace('https', 'http'))).status, 403);
});

// An app server that answers by `answer`, and Herald in front of it.
async function before(t, answer, ...flags) {
  const app = http.createServer(answer);
  t.after(() => { app.closeAllConnections(); app.close(); });
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  return serve(t, site(t), '--upstream', `http://127.0.0.1:${app.address().port}`, ...flags);
}

test('an app is told that a request of HTTP/1.1 came over https', { skip }, async (t) => {
  const herald = await before(t, (request, response) => response.end(JSON.stringify(request.headers)));
  const heard = JSON.parse((await ask(herald, '/app')).text);
  assert.equal(heard['x-forwarded-proto'], 'https');
  assert.match(heard.forwarded, /;proto=https$/);
});

test('OPTIONS * says what the server can do, with an app and without', { skip }, async (t) => {
  const alone = await serve(t, site(t));
  const asked = await raw(alone, 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(asked, /^HTTP\/1\.1 204 [^]*allow: GET, HEAD, QUERY, POST, OPTIONS\r\n/);
  const herald = await before(t, (request, response) => response.end(request.url));
  const { status, headers } = await fetchOn(await session(t, herald), '*', { method: 'OPTIONS' });
  assert.deepEqual([status, headers.allow], [204, 'GET, HEAD, QUERY, POST, PUT, PATCH, DELETE, OPTIONS']);
});

test('a client of HTTP/1.0 can tell an answer that breaks off from one that is whole', { skip }, async (t) => {
  const herald = await before(t, (request, response) => {
    response.write('half');
    if (request.url === '/whole') return response.end();
    return setTimeout(() => response.destroy(), 50);
  });
  assert.match(await raw(herald, 'GET /whole HTTP/1.0\r\n\r\n'), /half$/);
  await assert.rejects(raw(herald, 'GET /broken HTTP/1.0\r\n\r\n'), { code: 'ECONNRESET' });
});

test('a client of HTTP/1.0 can tell that its answer was cut because the server ends', { skip }, async (t) => {
  let asked = 0;
  const herald = await before(t, (request, response) => { response.write('half'); asked += 1; }, '--drain', '500ms');
  const answer = raw(herald, 'GET /endless HTTP/1.0\r\n\r\n');
  answer.catch(() => {});
  await until('the app is asked', () => asked > 0);
  herald.signal('SIGTERM');
  await assert.rejects(answer, { code: 'ECONNRESET' });
  await soon('the server ends', herald.exit);
});

test('a client without ALPN, one of HTTP/1.0 and one that closes its side first are answered', { skip }, async (t) => {
  const herald = await serve(t, site(t));
  assert.match(await raw(herald, 'GET /a.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\np\{\}$/);
  assert.match(await raw(herald, 'GET /a.css HTTP/1.0\r\n\r\n', { ALPNProtocols: ['http/1.1'] }), /^HTTP\/1\.1 200 [^]*connection: close[^]*p\{\}$/);
  const half = soon('the answer comes', new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: herald.port, rejectUnauthorized: false, allowHalfOpen: true }, () => socket.end('GET /a.css HTTP/1.1\r\nHost: a\r\n\r\n'));
    let text = '';
    socket.on('data', (more) => { text += more; });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  }));
  assert.match(await half, /p\{\}$/);
});

test('what could be read in two ways is refused, and what stands behind it is not served', { skip }, async (t) => {
  const log = path.join(folder(t), 'access.log');
  const herald = await serve(t, site(t), '--access-log', log);
  const smuggled = await raw(herald, 'POST /send HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /a.css HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(smuggled, /^HTTP\/1\.1 400 /);
  assert.equal(smuggled.split('HTTP/1.1 ').length, 2);
  assert.match(await raw(herald, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), /^HTTP\/1\.1 505 /);
  assert.match(await raw(herald, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  await until('the log has them', () => accessLog(log).length === 3);
  assert.deepEqual(accessLog(log).map(({ status, protocol }) => [status, protocol]), [[400, 'http/1.1'], [505, 'http/1.1'], [431, 'http/1.1']]);
});

test('SIGTERM answers a held poll of HTTP/1.1, ends its streams and exits 0', { skip }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const poll = ask(herald, '/poll?topic=t&timeout=50&envelope=true');
  const stream = ask(herald, '/events?topic=t');
  const client = await session(t, herald);
  await until('both are there', async () => JSON.parse((await fetchOn(client, '/.herald/status')).text).streams >= 3);
  client.close();
  herald.signal('SIGTERM');
  assert.deepEqual(JSON.parse((await poll).text).messages, []);
  assert.match((await stream).text, /retry: \d+/);
  assert.deepEqual(await soon('the server ends', herald.exit), { code: 0, signal: null });
});

test('--redirect sends plain HTTP to https, path and query and all', { skip }, async (t) => {
  const herald = await serve(t, site(t), '--redirect', '127.0.0.1:0');
  const port = Number(await until('it says where', () => /http:\/\/127\.0\.0\.1:(\d+)\/ is redirected/.exec(herald.stderr)?.[1]));
  const plain = (method, headers, target = '/a?b=c') => soon('the answer', new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: target, method, headers }, (response) => { response.resume(); resolve([response.statusCode, response.headers.location]); });
    request.on('error', reject);
    request.end();
  }));
  assert.deepEqual(await plain('GET', { host: 'app.test' }), [301, `https://app.test:${herald.port}/a?b=c`]);
  assert.deepEqual(await plain('POST', { host: `app.test:${port}` }), [308, `https://app.test:${herald.port}/a?b=c`]);
  assert.deepEqual(await plain('GET', { host: '[::1]:80' }), [301, `https://[::1]:${herald.port}/a?b=c`]);
  const bytes = await soon('it closes', new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    let text = '';
    socket.on('data', (more) => { text += more; });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  }));
  assert.match(bytes, /^HTTP\/1\.1 400 /);
});

test('[hsts] and security_headers are on every answer, and a page keeps what it says itself', { skip }, async (t) => {
  const root = folder(t, { 'index.html': 'x', 'embed.html': 'x', _headers: '/embed.html\n  X-Frame-Options: SAMEORIGIN\n' });
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, '[serve]\nsecurity_headers = "strict"\n[hsts]\nmax_age = "365d"\ninclude_subdomains = true\n');
  const herald = await serve(t, root, '--config', config);
  const client = await session(t, herald);
  for (const target of ['/', '/missing', '/poll?topic=']) {
    const { headers } = await fetchOn(client, target);
    assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains', target);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.match(headers['content-security-policy'], /object-src 'none'/);
  }
  assert.equal((await fetchOn(client, '/embed.html')).headers['x-frame-options'], 'SAMEORIGIN');
});
