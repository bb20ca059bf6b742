// A React app with code splitting as Vite makes it, served as a single-page app: it loads, deep links work, its hashed files are
// kept for good, and what each page needs is planned from the build without any configuration, held against what Chromium fetches.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { browse, browserNeeds, freshPage, loadWithHints } from '../support/browser.mjs';
import { accessLog, asked, fetchOn, folder, lacks, proxy, serve, session } from '../support/herald.mjs';
import { viteApp } from '../support/vite.mjs';

const skip = lacks({ ...browserNeeds, packages: ['playwright-core', 'create-vite'] });
const timeout = 240000;

const reactApp = () => viteApp('react-app', 'react', {
  build: ['--manifest'],
  files: {
    'vite.config.js': `import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
export default defineConfig({ plugins: [react()], build: { rollupOptions: { output: { manualChunks: (id) => (id.includes('node_modules') ? 'vendor' : undefined) } } } })
`,
    'src/App.jsx': `import { lazy, Suspense, useState } from 'react'
import './App.css'
const Orders = lazy(() => import('./Orders.jsx'))
export default function App() {
  const [count, setCount] = useState(0)
  return <main><button onClick={() => setCount(count + 1)}>count is {count}</button>{location.pathname.startsWith('/orders') && <Suspense><Orders /></Suspense>}</main>
}
`,
    'src/Orders.jsx': `import './orders.css'
export default function Orders() { return <p id="orders">Orders</p> }
`,
    'src/orders.css': '#orders { color: teal }\n',
  },
});

test('a Vite React app is served with its build planned', { skip, timeout }, async (t) => {
  const dist = reactApp();
  const log = path.join(folder(t), 'access.log');
  const herald = await serve(t, dist, '--workers', '1', '--spa', '--think', '300', '--access-log', log);
  const name = (pattern) => `/assets/${fs.readdirSync(path.join(dist, 'assets')).find((one) => pattern.test(one))}`;
  const [script, style, vendor] = [name(/^index.*\.js$/), name(/^index.*\.css$/), name(/^vendor.*\.js$/)];
  const lazy = [name(/^Orders.*\.js$/), name(/^Orders.*\.css$/)];
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
        for (const module of [script, vendor]) assert.match(String(fields.link), new RegExp(`<${module}>; rel=modulepreload; as=script`));
        for (const later of lazy) assert.ok(!String(fields.link).includes(later), `${later} is imported when it is needed`);
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

  await t.test('each page fetches what its plan says and what it imports later, nothing else and nothing twice', async () => {
    for (const [target, later, shown] of [['/', [], '#root button'], ['/orders/17?tab=2', lazy, '#orders']]) {
      const before = accessLog(log).length;
      await fetchOn(client, '/robots.txt');
      await asked(log, before, ['/robots.txt']); // the log is written a moment later, in order
      const from = accessLog(log).length;
      const { page, complaints, context } = await freshPage(browser);
      const warnings = [];
      page.on('console', (message) => warnings.push(message.text()));
      const answer = await page.goto(`${line.origin}${target}`, { waitUntil: 'load' });
      assert.equal(answer.status(), 200);
      await page.waitForSelector(shown);
      const needed = [script, style, vendor, ...later].sort();
      const counts = await asked(log, from, needed);
      assert.deepEqual(Object.keys(counts).filter((one) => one.startsWith('/assets/')).sort(), needed, target);
      for (const one of needed) assert.equal(counts[one], 1, `${target}: ${one} is fetched once`);
      assert.deepEqual(warnings.filter((one) => /preload/.test(one)), [], target);
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
});
