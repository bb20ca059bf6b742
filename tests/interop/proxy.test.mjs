// Herald in front of a real app server (Express): what passes, what is learned, and what happens when the app dies.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, fetchOn, folder, lacks, listen, onPath, program, run, serve, session, soon, until } from '../support/herald.mjs';
import { links, navigation, proxied, shop, visit } from '../support/proxied.mjs';

const skip = lacks({ packages: ['express'], programs: ['openssl'] });
test('files come first, then the app, and it is told who asks', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  assert.equal((await fetchOn(client, '/file.txt')).text, 'a file');
  assert.match((await fetchOn(client, '/about/', { headers: navigation })).text, /about/);
  assert.match((await fetchOn(client, '/shop', { headers: navigation })).text, /shop/);
  assert.equal((await fetchOn(client, '/nothing')).status, 404);
  const echo = await fetchOn(client, '/echo?a=b', { method: 'PUT', body: 'hello', headers: { cookie: 'a=1; b=2', te: 'trailers', 'x-forwarded-for': '6.6.6.6' } });
  assert.equal(echo.text, 'hello');
  assert.equal(echo.headers['x-method'], 'PUT');
  const fields = JSON.parse(echo.headers['x-fields']);
  assert.equal(fields.cookie, 'a=1; b=2');
  assert.equal(fields['x-forwarded-for'], '127.0.0.1');
  assert.equal(fields['x-forwarded-proto'], 'https');
  assert.match(fields.forwarded, /^for=127\.0\.0\.1;host="localhost:\d+";proto=https$/);
  assert.match(fields.via, /herald/);
  assert.equal(fields.te, 'trailers');
  assert.equal(echo.headers['keep-alive'], undefined);
});

test('the first visit learns, and the second is told while the app still makes the page', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  const first = await visit(client, '/shop');
  assert.equal(first.interim.length, 0);
  const asked = performance.now();
  const stream = client.request({ ':path': '/shop', ...navigation });
  const interim = await soon('the 103 comes', new Promise((resolve) => { stream.once('headers', resolve); }));
  const told = performance.now() - asked;
  await soon('the page comes', new Promise((resolve) => { stream.once('response', resolve); }));
  t.diagnostic(`103 after ${told.toFixed(0)} ms, the page after ${(performance.now() - asked).toFixed(0)} ms`);
  stream.resume();
  assert.match(links(interim), /<\/assets\/shop-a1b2c3d4\.css>; rel=preload; as=style/);
  assert.match(links(interim), /<\/assets\/shop-a1b2c3d4\.js>; rel=modulepreload; as=script; crossorigin/);

  // The same without a clock: the 103 is here before the app has been allowed to answer.
  const learning = fetchOn(client, '/held', { headers: navigation });
  await until('the app holds the page', async () => { await fetchOn(client, '/go', { method: 'POST', body: '' }); return Promise.race([learning, false]); }, { every: 50 });
  const held = client.request({ ':path': '/held', ...navigation });
  let answered = false;
  held.once('response', () => { answered = true; });
  await soon('the 103 comes', new Promise((resolve) => { held.once('headers', resolve); }));
  assert.equal(answered, false);
  // The 103 did not wait for the app, which may have yet to hear of the page.
  await until('the page comes', async () => { await fetchOn(client, '/go', { method: 'POST', body: '' }); return answered; }, { every: 50 });
  held.resume();
});

test('Link fields of the app are learned where its pages name nothing', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  await fetchOn(client, '/assets/shop-a1b2c3d4.css');
  const go = (page) => until('the app answers', async () => { await fetchOn(client, '/go', { method: 'POST', body: '' }); return Promise.race([page, false]); }, { every: 50 });
  const first = await go(fetchOn(client, '/held-link', { headers: navigation }));
  assert.equal(first.interim.length, 0);
  const second = await go(fetchOn(client, '/held-link', { headers: navigation }));
  assert.equal(second.interim.length, 1);
  assert.match(links(second.interim[0]), /shop-a1b2c3d4\.css/);
  assert.equal(links(second.headers).split('shop-a1b2c3d4.css').length, 2, 'the link is on the page once');
});

test('a client that takes pushes has the assets of the app before its page', { skip }, async (t) => {
  const app = await shop(t);
  const { herald, client } = await proxied(t, app);
  const letGo = () => fetch(`${app.url}/go`, { method: 'POST' });
  const learning = fetchOn(client, '/held', { headers: navigation });
  await until('the app holds the page', async () => { await letGo(); return Promise.race([learning, false]); }, { every: 50 });
  for (const name of ['css', 'js']) await fetchOn(client, `/assets/shop-a1b2c3d4.${name}`);
  const other = await session(t, herald);
  const pushed = {};
  other.on('stream', (stream, request) => {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { pushed[request[':path']] = (pushed[request[':path']] ?? '') + text; });
  });
  const held = other.request({ ':path': '/held', ...navigation });
  let answered = false;
  held.once('response', () => { answered = true; });
  await until('the assets are pushed', () => Object.keys(pushed).length === 2);
  assert.equal(answered, false);
  assert.match(pushed['/assets/shop-a1b2c3d4.css'], /teal/);
  await letGo();
  await until('the page comes', () => answered);
  held.resume();
});

test('a server told to stop between the 103 and the page still brings the page', { skip }, async (t) => {
  const app = await shop(t);
  const { herald, client } = await proxied(t, app);
  const early = client.request({ ':path': '/early/page' });
  await soon('the 103 comes', new Promise((resolve) => { early.once('headers', resolve); }));
  herald.signal('SIGTERM');
  let text = '';
  early.on('data', (bytes) => { text += bytes; });
  await soon('the page ends', new Promise((resolve, reject) => { early.on('end', resolve); early.on('error', reject); }));
  assert.match(text, /early/);
  client.close();
  assert.equal((await herald.exit).code, 0);
});

test('a reload leaves the event streams of the app alone', { skip }, async (t) => {
  const { herald, client } = await proxied(t, await shop(t), '--log', 'info');
  const feed = await soon('the stream opens', listen(client, '/events-of-the-app').open);
  herald.signal('SIGHUP');
  await until('the reload is over', () => herald.stderr.includes('reloaded'));
  const before = feed.events.length;
  await until('events go on', () => feed.events.length > before + 3);
  assert.match((await fetchOn(client, '/shop')).text, /shop/);
  assert.equal(feed.ended, false);
});

test('a client that says no gets no 103 of what was learned', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  await visit(client, '/shop');
  assert.equal((await fetchOn(client, '/shop', { headers: navigation })).interim.length, 1);
  for (const [what, method, headers] of [
    ['no browser', 'GET', {}],
    ['an iframe', 'GET', { ...navigation, 'sec-fetch-dest': 'iframe' }],
    ['a fetch', 'GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['opted out', 'GET', { ...navigation, 'no-early-hints': '1' }],
    ['a prefetch', 'GET', { ...navigation, 'sec-purpose': 'prefetch' }],
    ['HEAD', 'HEAD', navigation],
    ['conditional', 'GET', { ...navigation, 'if-none-match': '"x"' }],
  ]) {
    assert.equal((await fetchOn(client, '/shop', { method, headers })).interim.length, 0, what);
  }
});

test('the 103s of an app are passed on, whatever follows', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  for (const [then, status] of [['page', 200], ['missing', 404], ['away', 302], ['reset', 502]]) {
    const answer = await fetchOn(client, `/early/${then}`, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, status, then);
    assert.equal(answer.interim.length, 2, then);
    assert.match(links(answer.interim[0]), /<\/a\.css>.*<\/b\.js>/);
    assert.equal(answer.interim[0]['x-trace'], 'one');
    assert.match(links(answer.interim[1]), /<\/c\.css>/);
  }
});

test('a new build of the app: its pages never name assets of the old, nor do their later 103', { skip }, async (t) => {
  const app = await shop(t);
  const { client } = await proxied(t, app);
  await visit(client, '/shop');
  assert.match(links((await visit(client, '/shop')).interim[0]), /a1b2c3d4/);
  await app.kill();
  assert.equal((await fetchOn(client, '/shop', { headers: navigation })).status, 502);
  await app.start('e5f6a7b8');
  const first = await visit(client, '/shop');
  assert.equal(first.interim.length, 0);
  assert.doesNotMatch(links(first.headers), /a1b2c3d4/);
  const second = await visit(client, '/shop');
  assert.match(links(second.interim[0]), /e5f6a7b8/);
  assert.doesNotMatch(links(second.interim[0]), /a1b2c3d4/);
  // A deployment that nobody has noticed.
  await visit(client, '/early/page');
  await app.kill();
  await app.start('0c9d8e7f');
  const unnoticed = await visit(client, '/shop');
  assert.doesNotMatch(links(unnoticed.headers), /e5f6a7b8/);
  assert.match(links((await visit(client, '/shop')).interim[0]), /0c9d8e7f/);
  assert.equal((await visit(client, '/early/page')).interim.length, 2, 'other pages have to be seen again');
});

test('a deployment is noticed by whatever shows it, on every worker', { skip }, async (t) => {
  const app = await shop(t);
  const config = folder(t, { 'herald.toml': '[proxy]\nbuild = "x-build"\n' });
  const root = folder(t, { 'file.txt': 'a file' });
  const herald = await serve(t, root, '--workers', '2', '--upstream', app.url, '--config', path.join(config, 'herald.toml'));
  const clients = await Promise.all(Array.from({ length: 8 }, () => session(t, herald, { settings: { enablePush: false } })));
  const told = async (one) => links((await fetchOn(one, '/shop', { headers: navigation })).interim[0]);
  for (const one of clients) await visit(one, '/shop');
  for (const one of clients) assert.match(await told(one), /a1b2c3d4/);
  await app.kill();
  await app.start('e5f6a7b8');
  await fetchOn(clients[0], '/who'); // not a page, and nothing has failed
  for (const one of clients) assert.doesNotMatch(await told(one), /a1b2c3d4/);
  for (const one of clients) await visit(one, '/shop');
  for (const one of clients) assert.match(await told(one), /e5f6a7b8/);
});

test('an asset that is gone takes the plans with it that name it', { skip }, async (t) => {
  const app = await shop(t);
  const { client } = await proxied(t, app);
  await visit(client, '/shop');
  assert.match(links((await visit(client, '/shop')).interim[0]), /a1b2c3d4/);
  await app.kill();
  await app.start('e5f6a7b8');
  // Whoever still has the old page asks for it.
  assert.equal((await fetchOn(client, '/assets/shop-a1b2c3d4.js')).status, 404);
  assert.equal((await visit(client, '/shop')).interim.length, 0);
  assert.match(links((await visit(client, '/shop')).interim[0]), /e5f6a7b8/);
});

test('what an app server was asked, and how it answered, is on the status page and among the metrics', { skip }, async (t) => {
  const app = await shop(t);
  const { herald, client } = await proxied(t, app, '--metrics', '127.0.0.1:0', '--log', 'info');
  const metrics = await until('the metrics are told of', () => /metrics are at (\S+)/.exec(herald.stderr)?.[1]);
  const shown = async () => JSON.parse((await fetchOn(client, '/.herald/status')).text).upstreams?.[0];
  for (let i = 0; i < 5; i += 1) await fetchOn(client, '/who');
  await until('they are counted', async () => (await shown())?.answers === 5);
  const works = await shown();
  assert.equal(works.upstream, app.url);
  assert.equal(works.failing_for_workers, 0);
  assert.equal(works.requests, 5);
  assert.ok(works.half_within_ms > 0 && works.half_within_ms <= works.most_within_ms);
  await app.kill();
  assert.equal((await fetchOn(client, '/who')).status, 502);
  await until('it is seen to fail', async () => (await shown()).failing_for_workers === 1);
  assert.deepEqual((await shown()).failures, { unreachable: 1, late: 0, lost: 0, malformed: 0 });
  const text = await (await fetch(metrics)).text();
  const value = (name) => Number(new RegExp(`^${name.replace(/[{}"./+]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
  assert.equal(value(`herald_upstream_requests_total{upstream="${app.url}"}`), 6);
  assert.equal(value(`herald_upstream_failures_total{upstream="${app.url}",reason="unreachable"}`), 1);
  assert.equal(value(`herald_upstream_failing_workers{upstream="${app.url}"}`), 1);
  assert.equal(value(`herald_upstream_first_byte_seconds_count{upstream="${app.url}"}`), 5);
  assert.equal(value(`herald_upstream_first_byte_seconds_bucket{upstream="${app.url}",le="+Inf"}`), 5);
  if (!onPath('promtool')) return;
  const file = path.join(folder(t, { 'metrics.txt': text }), 'metrics.txt');
  const { code, stdout, stderr } = await run('sh', ['-c', 'promtool check metrics < "$0"', file]);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});

test('an event stream of the app is live, and ends there when the client goes', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  const feed = await soon('the stream opens', listen(client, '/events-of-the-app').open);
  assert.equal(feed.status, 200);
  // A download beside it does not hold up its events.
  const download = client.request({ ':path': `/download/${64 * 1024 * 1024}` });
  download.on('data', () => {});
  download.on('error', () => {}); // is cut off by the end of the test
  await until('events come', () => feed.events.length >= 3);
  feed.stream.close();
  await until('the app sees it', async () => JSON.parse((await fetchOn(client, '/open')).text).open === 0);
});

test('an app that is killed and started again under load costs only its own requests', { skip, timeout: 120000 }, async (t) => {
  const app = await shop(t);
  const { herald, client } = await proxied(t, app, '--dev');
  const clients = [client, ...await Promise.all(Array.from({ length: 3 }, () => session(t, herald)))];
  const feeds = await Promise.all(clients.map((one) => soon('Herald\'s own stream opens', listen(one, '/events').open)));
  const seen = { who: {}, count: {}, download: {}, files: {} };
  let stop = false;
  const ask = async (one, what, target, options) => {
    while (!stop) {
      // What had begun when the app died is reset, so that no client takes a half for the whole.
      const outcome = await fetchOn(one, target, options).then((answer) => answer.status, (error) => error.code ?? error.message);
      seen[what][outcome] = (seen[what][outcome] ?? 0) + 1;
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
  };
  const load = clients.flatMap((one) => [
    ...Array.from({ length: 6 }, () => ask(one, 'who', '/who')),
    ask(one, 'count', '/count', { method: 'POST', body: Buffer.alloc(100_000) }),
    ask(one, 'download', '/download/1000000'),
    ask(one, 'files', '/file.txt'),
  ]);
  const served = (status, more) => { const from = seen.who[status] ?? 0; return until(`${status} under load`, () => (seen.who[status] ?? 0) > from + more); };
  for (let round = 0; round < 3; round += 1) {
    await served(200, 50);
    await app.kill();
    await served(502, 20);
    await app.start();
  }
  await served(200, 50);
  stop = true;
  await Promise.all(load);
  t.diagnostic(JSON.stringify(seen));
  assert.deepEqual(Object.keys(seen.files), ['200']);
  assert.deepEqual(Object.keys(seen.who).sort(), ['200', '502']);
  for (const what of ['count', 'download']) {
    for (const outcome of Object.keys(seen[what])) assert.match(outcome, /^(200|502|ERR_HTTP2_STREAM_ERROR)$/, what);
  }
  for (const feed of feeds) assert.equal(feed.ended, false);
  for (const one of clients) assert.equal(one.closed, false);
});

test('an answer that breaks off resets its stream, one that never comes is 504', { skip }, async (t) => {
  const config = folder(t, { 'herald.toml': '[proxy]\nfirst_byte = "2s"\n' });
  const { client } = await proxied(t, await shop(t), '--config', path.join(config, 'herald.toml'));
  await assert.rejects(fetchOn(client, '/halfway'), /INTERNAL_ERROR/);
  const late = await fetchOn(client, '/silent', { headers: { accept: 'application/json' } });
  assert.equal(late.status, 504);
  assert.match(late.headers['content-type'], /problem\+json/);
  assert.match(JSON.parse(late.text).detail, /no answer within/);
  assert.equal((await fetchOn(client, '/who')).status, 200);
});

test('of several app servers one may die unnoticed, and a socket file is an address too', { skip }, async (t) => {
  const one = await shop(t);
  const two = await shop(t, path.join(folder(t), 'shop.sock'));
  const { client, herald } = await proxied(t, one, '--upstream', two.url);
  const who = async () => JSON.parse((await fetchOn(client, '/who')).text).pid;
  const seen = new Set();
  await until('both are asked', async () => { seen.add(await who()); return seen.size === 2; });
  await one.kill();
  for (let i = 0; i < 20; i += 1) assert.equal((await fetchOn(client, '/who')).status, 200);
  assert.match(herald.stderr, /app server http:.* fails: /);
});

test('an https app server is asked once its certificate is known', { skip }, async (t) => {
  const { key, cert } = certificate(folder(t), 'app');
  const app = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => response.end('over TLS'));
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  t.after(() => { app.closeAllConnections(); app.close(); });
  const upstream = { url: `https://127.0.0.1:${app.address().port}` };
  const unknown = await proxied(t, upstream);
  assert.equal((await fetchOn(unknown.client, '/')).status, 502);
  assert.match(unknown.herald.stderr, /app server https:.* fails: .*certificate/);
  const config = folder(t, { 'herald.toml': `[proxy]\nca = "${cert}"\n` });
  const { client } = await proxied(t, upstream, '--config', path.join(config, 'herald.toml'));
  assert.equal((await fetchOn(client, '/')).text, 'over TLS');
});

test('what is wrong with an upstream is said in a sentence', { skip }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const wrong = await run(program, ['check', root, '--upstream', 'localhost:3000']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--upstream must be http:\/\/HOST:PORT, https:\/\/HOST:PORT or unix:\/path\/to\/socket, not "localhost:3000"/);
  const nowhere = await run(program, ['check', '--upstream', 'http://127.0.0.1:9']);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /name the folder whose files/);
});
