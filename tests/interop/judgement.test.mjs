// What the server learns from visits, on the wire: what a client has is not pushed to its next connection, a page can be interleaved
// with its pushes, the status page shows routes, and an experiment is measured by Chromium itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { browse, browserNeeds, freshPage } from '../support/browser.mjs';
import { fetchOn, folder, lacks, proxy, serve, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
const skipBrowser = skip || lacks(browserNeeds);
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const filler = (length) => 'lorem ipsum '.repeat(Math.ceil(length / 12)).slice(0, length);
const site = {
  'index.html': `<!doctype html><title>t</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/site.css"><script defer src="/site.js"></script></head><body>${filler(200_000)}`,
  'site.css': `body { color: #123 } /* ${filler(20_000)} */\n`,
  'site.js': 'globalThis.ready = true;\n',
};

function configured(t, hints, files = site) {
  const root = folder(t, files);
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, `[hints]\n${hints}\n`);
  return (...args) => serve(t, root, '--config', config, '--workers', '1', ...args);
}

// The session ends when all that was pushed has come: Node 20 damages its own heap now and then if it is destroyed under a push.
async function leave(client, pushes) {
  await soon('the pushes end', Promise.all(pushes.map((stream) => stream.readableEnded || new Promise((resolve) => { stream.once('end', resolve); }))));
  client.destroy();
}

// Frames with content in the order in which they come: the path of each.
function order(client, page) {
  const seen = [];
  const note = (stream, name) => stream.on('data', (bytes) => { seen.push([name, bytes.length]); });
  client.on('stream', (stream, request) => note(stream, request[':path']));
  note(page, '/');
  return seen;
}

test('what a client was pushed is not pushed to its next connection', { skip }, async (t) => {
  const herald = await serve(t, folder(t, site));
  const visit = async (cookie) => {
    const client = await session(t, herald);
    const [pushed, pushes] = [[], []];
    client.on('stream', (stream, request) => { pushed.push(request[':path']); pushes.push(stream.resume()); });
    const answer = await fetchOn(client, '/', { headers: { ...navigation, ...(cookie ? { cookie } : {}) } });
    await leave(client, pushes);
    return { pushed: pushed.sort(), answer };
  };
  const first = await visit();
  assert.deepEqual(first.pushed, ['/site.css', '/site.js']);
  const [field] = [first.answer.headers['set-cookie']].flat();
  assert.match(field, /^__Host-herald-visit=[\w.-]+; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax$/);
  const cookie = field.split(';')[0];
  const second = await visit(`theme=dark; ${cookie}`);
  assert.deepEqual(second.pushed, []);
  assert.equal(second.answer.headers['set-cookie'], undefined);
  assert.match(String(second.answer.headers.link), /site\.css/);
  const forged = await visit(`${cookie.slice(0, -3)}AAA`);
  assert.deepEqual(forged.pushed, ['/site.css', '/site.js']);
});

test('clients that take no pushes get no cookie', { skip }, async (t) => {
  const herald = await serve(t, folder(t, site));
  const client = await session(t, herald, { settings: { enablePush: false } });
  const answer = await fetchOn(client, '/', { headers: navigation });
  assert.equal(answer.headers['set-cookie'], undefined);
});

test('an interleaved page: its head, the pushes, the rest', { skip }, async (t) => {
  const start = configured(t, 'interleave = true');
  const herald = await start();
  for (const encoding of ['identity', 'gzip']) {
    const client = await session(t, herald);
    const page = client.request({ ':path': '/', ...navigation, 'accept-encoding': encoding });
    const seen = order(client, page);
    const pushes = [];
    client.on('stream', (stream) => pushes.push(stream));
    await new Promise((resolve, reject) => { page.on('end', resolve); page.on('error', reject); });
    const names = seen.map(([name]) => name);
    if (encoding === 'identity') {
      assert.equal(names[0], '/', 'the head goes first');
      const css = names.lastIndexOf('/site.css');
      const before = seen.slice(0, css).filter(([name]) => name === '/').reduce((sum, [, bytes]) => sum + bytes, 0);
      assert.ok(before < 4000, `${before} bytes of the page before the end of the style`);
    }
    const whole = seen.filter(([name]) => name === '/').reduce((sum, [, bytes]) => sum + bytes, 0);
    assert.ok(encoding === 'gzip' ? whole > 100 : whole === site['index.html'].length, `${whole} bytes`);
    await leave(client, pushes);
  }
});

test('the status shows each route: think time, hints, hit rate', { skip }, async (t) => {
  const herald = await serve(t, folder(t, site), '--think', '60', '--workers', '1');
  for (let i = 0; i < 5; i++) {
    const client = await session(t, herald, { settings: { enablePush: false } });
    const answer = await fetchOn(client, '/', { headers: navigation });
    assert.equal(answer.interim.length, 1);
    for (const name of ['/site.css', '/site.js']) await fetchOn(client, name);
    await fetchOn(client, '/', { headers: navigation }); // ends the visit before
    client.destroy();
  }
  const client = await session(t, herald);
  const route = await until('the route is shown', async () => {
    const status = JSON.parse((await fetchOn(client, '/.herald/status')).text);
    const found = status.routes?.find((one) => one.route === '/');
    return found?.visits === 10 && found;
  });
  assert.ok(route.think_ms >= 55, `${route.think_ms}`);
  assert.equal(route.hints, 10);
  assert.equal(route.hit_rate, 1);
  assert.equal(route.bytes_wasted, 0);
  assert.deepEqual(route.assets.map((asset) => asset.target).sort(), ['/site.css', '/site.js']);
});

test('an experiment puts visits into arms, and Chromium reports how they went', { skip: skipBrowser, timeout: 90000 }, async (t) => {
  const files = { ...site, 'index.html': site['index.html'].replace('</head>', '<script src="/.herald/rum.js" async></script></head>') };
  const herald = await configured(t, 'experiment = "early-hints vs link"', files)('--think', '80');
  const line = await proxy(t, herald.port, { delay: 10 });
  const browser = await browse(t, herald.cert);
  const arms = new Map();
  const visits = 6;
  for (let i = 0; i < visits; i++) {
    const { page, context, complaints } = await freshPage(browser);
    await page.goto(`${line.origin}/`, { waitUntil: 'load' });
    const seen = await page.evaluate(() => {
      const [nav] = performance.getEntriesByType('navigation');
      return { arm: nav.serverTiming.find(({ name }) => name === 'arm')?.description, interim: nav.firstInterimResponseStart };
    });
    arms.set(seen.arm, (arms.get(seen.arm) ?? 0) + 1);
    assert.equal(seen.arm === 'link' ? seen.interim > 0 : false, false, 'no 103 in the arm without');
    await page.goto('about:blank'); // the visit is over
    assert.deepEqual(complaints, []);
    await context.close();
  }
  for (const arm of arms.keys()) assert.ok(['early-hints', 'link'].includes(arm), String(arm));
  const client = await session(t, herald);
  const experiment = await until('all visits have been reported', async () => {
    const status = JSON.parse((await fetchOn(client, '/.herald/status')).text);
    return status.experiment.arms.reduce((sum, arm) => sum + arm.visits, 0) === visits && status.experiment;
  });
  for (const { arm, visits: count } of experiment.arms) assert.equal(count, arms.get(arm) ?? 0, arm);
  const headers = experiment.metrics.find((one) => one.metric === 'final-response-headers');
  headers.ms.forEach((ms, i) => assert.ok(headers.visits[i] === 0 || ms > 80, `${ms}`));
  assert.match(headers.conclusion, /^too few visits to tell/);
});

test('without an experiment there is nothing to report to', { skip }, async (t) => {
  const herald = await serve(t, folder(t, site));
  const client = await session(t, herald);
  for (const url of ['/.herald/rum.js', '/.herald/rum']) assert.equal((await fetchOn(client, url)).status, 404, url);
});
