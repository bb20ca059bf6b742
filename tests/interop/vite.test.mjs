// A React app as Vite makes it, served as a single-page app: it loads, deep links work, its hashed files are kept for good, and
// what it needs is planned from the build without any configuration.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { browse, browserNeeds, freshPage, loadWithHints } from '../support/browser.mjs';
import { fetchOn, lacks, proxy, serve, session } from '../support/herald.mjs';
import { viteApp } from '../support/vite.mjs';

const skip = lacks({ ...browserNeeds, packages: ['playwright-core', 'create-vite'] });
const timeout = 240000;

test('a Vite React app is served with its build planned', { skip, timeout }, async (t) => {
  const dist = viteApp('vite-app', 'react');
  const herald = await serve(t, dist, '--spa', '--think', '300');
  const assets = fs.readdirSync(path.join(dist, 'assets'));
  const script = `/assets/${assets.find((name) => name.endsWith('.js'))}`;
  const style = `/assets/${assets.find((name) => name.endsWith('.css'))}`;
  const client = await session(t, herald);

  await t.test('hashed files are immutable, the page is not', async () => {
    for (const name of [script, style]) {
      const { headers, status } = await fetchOn(client, name);
      assert.equal(status, 200);
      assert.match(headers['cache-control'], /immutable/);
    }
    const page = await fetchOn(client, '/', { headers: { accept: 'text/html' } });
    assert.doesNotMatch(page.headers['cache-control'] ?? '', /immutable/);
  });

  await t.test('a missing asset is 404 and not the page', async () => {
    assert.equal((await fetchOn(client, '/assets/missing-0a1b2c3d.js')).status, 404);
  });

  await t.test('a navigation hears of module and style, by 103 and again by Link', async () => {
    const other = await session(t, herald, { settings: { enablePush: false } });
    const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const target of ['/', '/orders/17']) {
      const answer = await fetchOn(other, target, { headers: navigation });
      assert.equal(answer.status, 200, target);
      assert.match(answer.headers['content-type'], /^text\/html/);
      assert.match(answer.text, /id="root"/);
      assert.equal(answer.interim.length, 1, 'one 103');
      for (const fields of [answer.interim[0], answer.headers]) {
        assert.match(String(fields.link), new RegExp(`<${style}>; rel=preload; as=style[^,]*crossorigin`), target);
        assert.match(String(fields.link), new RegExp(`<${script}>; rel=modulepreload; as=script`));
      }
      assert.match(answer.headers['server-timing'], /hinted;desc="[^"]*\.css/);
    }
  });

  const line = await proxy(t, herald.port, { delay: 10 });
  const browser = await browse(t, herald.cert);

  await t.test('it loads in Chromium with its hints acted on', async () => {
    const { page, seen, complaints, context } = await loadWithHints(browser, `${line.origin}/`);
    await page.waitForSelector('#root button');
    assert.equal(seen.resources[style].initiatorType, 'early-hints');
    assert.equal(seen.resources[script].initiatorType, 'early-hints');
    await page.click('#root button');
    assert.match(await page.textContent('#root button'), /1/);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  await t.test('a deep link loads the app', async () => {
    const { page, complaints } = await freshPage(browser);
    const answer = await page.goto(`${line.origin}/orders/17?tab=2`);
    assert.equal(answer.status(), 200);
    await page.waitForSelector('#root button');
    assert.deepEqual(complaints, []);
  });
});
