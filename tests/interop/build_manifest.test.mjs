// Real builds, planned from their manifests: a Vue app with code splitting, and a site of several pages with fonts and
// `_headers`. The plan of each page is held against what Chromium really fetches: nothing told in vain, nothing fetched twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { browse, browserNeeds, freshPage, loadWithHints } from '../support/browser.mjs';
import { accessLog, asked, demo, fetchOn, folder, lacks, program, proxy, run, serve, session, until } from '../support/herald.mjs';
import { viteApp } from '../support/vite.mjs';

const skip = lacks({ ...browserNeeds, packages: ['playwright-core', 'create-vite'] });
const timeout = 300000;
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

// A PNG of one colour, too large to be inlined.
function picture(side = 128) {
  const crc = (bytes) => {
    let c = ~0;
    for (const byte of bytes) { c ^= byte; for (let i = 0; i < 8; i++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0); }
    return ~c >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8 + body.length);
    frame.writeUInt32BE(data.length); body.copy(frame, 4); frame.writeUInt32BE(crc(body), 4 + body.length);
    return frame;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0); head.writeUInt32BE(side, 4); head.set([8, 2, 0, 0, 0], 8);
  let seed = 7;
  const rows = Buffer.alloc(side * (1 + side * 3), 0).map((_, i) => (i % (1 + side * 3) ? (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8 & 255 : 0));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

const font = fs.readFileSync(path.join(demo, 'assets/pennant.woff2'));

function vueApp() {
  return viteApp('vue-app', 'vue', {
    build: ['--manifest', '--ssrManifest'],
    files: {
      'vite.config.js': `import { defineConfig } from 'vite'
import vue from '@vitejs/plugin-vue'
export default defineConfig({ plugins: [vue()], build: { assetsInlineLimit: 0, rollupOptions: { output: { manualChunks: (id) => (id.includes('node_modules') ? 'vendor' : undefined) } } } })
`,
      'src/App.vue': `<script setup>
import { defineAsyncComponent, ref } from 'vue'
import logo from './assets/picture.png'
const Later = defineAsyncComponent(() => import('./Later.vue'))
const open = ref(false)
</script>
<template><h1>Shown</h1><img :src="logo" alt="a picture"><button @click="open = true">more</button><Later v-if="open" /></template>
<style>
@font-face { font-family: Used; src: url(./assets/used.woff2) format('woff2'); }
@font-face { font-family: Unused; src: url(./assets/unused.woff2) format('woff2'); }
h1 { font-family: Used, serif; }
</style>
`,
      'src/Later.vue': `<template><p id="later">Later</p></template>
<style>#later { color: green }</style>
`,
      'src/assets/picture.png': picture(),
      'src/assets/used.woff2': font,
      'src/assets/unused.woff2': Buffer.concat([font, Buffer.alloc(64)]),
    },
  });
}

const targetsOf = (links) => [...String(links ?? '').matchAll(/<([^>]*)>/g)].map((match) => match[1]);

test('a Vue app with code splitting is planned from its build', { skip, timeout }, async (t) => {
  const dist = vueApp();
  const log = path.join(folder(t), 'access.log');
  const herald = await serve(t, dist, '--spa', '--think', '300', '--access-log', log);
  const name = (pattern) => `/assets/${fs.readdirSync(path.join(dist, 'assets')).find((one) => pattern.test(one))}`;
  const needed = [name(/^index.*\.js$/), name(/^index.*\.css$/), name(/^vendor.*\.js$/), name(/^used.*\.woff2$/), name(/^picture.*\.png$/)].sort();

  await t.test('the plan is what the page needs, and no more', async () => {
    const client = await session(t, herald, { settings: { enablePush: false } });
    const answer = await fetchOn(client, '/', { headers: navigation });
    assert.deepEqual(targetsOf(answer.interim[0]?.link).sort(), needed);
    assert.deepEqual(targetsOf(answer.headers.link).sort(), needed);
    assert.match(answer.headers['server-timing'], /unused.*: unused font/);
  });

  await t.test('explain says where each comes from', async () => {
    const { stdout, code } = await run(program, ['explain', dist, '/', '--json']);
    assert.equal(code, 0);
    const plan = JSON.parse(stdout);
    assert.deepEqual(plan.items.map((item) => item.target).sort(), needed);
    for (const item of plan.items) {
      assert.equal(item.source, 'manifest', item.target);
      assert.equal(item.file, '/.vite/manifest.json');
      assert.ok(item.line > 1, item.target);
      const text = fs.readFileSync(path.join(dist, item.file), 'utf8').split('\n')[item.line - 1];
      assert.ok(text.includes(item.target.slice(1)), `${item.line}: ${text}`);
    }
    assert.ok(plan.items.find((item) => item.target === needed[0]).also.length >= 1);
  });

  await t.test('check finds nothing wrong with the build', async () => {
    const { code, stderr } = await run(program, ['check', dist]);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  await t.test('the manifests are not served', async () => {
    const client = await session(t, herald);
    for (const file of ['/.vite/manifest.json', '/.vite/ssr-manifest.json', '/%2Evite/manifest.json']) {
      assert.equal((await fetchOn(client, file)).status, 404, file);
    }
  });

  await t.test('a page of a new build never has the hints of the old one, whatever comes first', async (inner) => {
    const root = folder(inner);
    fs.cpSync(dist, root, { recursive: true });
    const other = await serve(inner, root, '--hints', 'early-hints');
    const client = await session(inner, other, { settings: { enablePush: false } });
    const [before] = needed.filter((one) => /index.*\.js$/.test(one));
    const after = before.replace(/-[^-]*\.js$/, '-N3wBu1ld.js');
    const answer = async () => {
      const { text, headers, interim } = await fetchOn(client, '/', { headers: navigation });
      const fresh = text.includes(after);
      for (const fields of [interim[0], headers]) assert.ok(!targetsOf(fields?.link).includes(fresh ? before : after), `${fresh}: ${fields?.link}`);
      return { fresh, told: targetsOf(headers.link) };
    };
    assert.ok((await answer()).told.includes(before));
    const change = (file) => fs.writeFileSync(path.join(root, file), fs.readFileSync(path.join(root, file), 'utf8').replaceAll(before.slice(1), after.slice(1)));
    fs.copyFileSync(path.join(root, before), path.join(root, after)); // the old file stays, as deployments do it
    change('index.html');
    await until('the new page is served', async () => (await answer()).fresh);
    change('.vite/manifest.json');
    const vendor = needed.find((one) => /vendor/.test(one));
    await until('its manifest is read', async () => { const { told } = await answer(); return told.includes(after) && told.includes(vendor); });
  });

  const line = await proxy(t, herald.port, { delay: 10 });
  const browser = await browse(t, herald.cert);
  await t.test('Chromium uses all of it and fetches nothing twice', async () => {
    const began = accessLog(log).length;
    const { page, seen, tries, complaints, context } = await loadWithHints(browser, `${line.origin}/`);
    await page.waitForSelector('img');
    await page.evaluate(() => document.fonts.ready);
    await asked(log, began, [...needed, '/'], tries); // the log is written a moment later
    for (const target of needed) assert.equal(seen.resources[target]?.initiatorType, 'early-hints', target);
    assert.deepEqual(complaints, []);
    await context.close();
    const from = accessLog(log).length;
    const fresh = await freshPage(browser);
    const warnings = [];
    fresh.page.on('console', (message) => warnings.push(message.text()));
    await fresh.page.goto(`${line.origin}/`, { waitUntil: 'load' });
    await fresh.page.waitForSelector('img');
    await fresh.page.evaluate(() => document.fonts.ready);
    const counts = await asked(log, from, [...needed, '/']);
    for (const target of needed) assert.equal(counts[target], 1, `${target} is fetched once`);
    const own = Object.keys(counts).filter((one) => one.startsWith('/assets/')).sort();
    assert.deepEqual(own, needed, 'the plan is all that is fetched');
    await fresh.page.click('button');
    await fresh.page.waitForSelector('#later');
    assert.deepEqual(warnings.filter((one) => /preload/.test(one)), []);
    await fresh.context.close();
  });
});

const site = {
  'index.html': `<!doctype html><meta charset=utf-8><title>Home</title><link rel=icon href=data:,><link rel=stylesheet href=/site.css>
<script type=module src=/js/home.js></script><h1>Home</h1><img src=/img/hero.png alt=hero>`,
  'docs/index.html': `<!doctype html><meta charset=utf-8><title>Docs</title><link rel=icon href=data:,><link rel=stylesheet href=../site.css>
<link rel=stylesheet href=docs.css><h1>Docs</h1><p class=quote>said</p>`,
  'shop/item.html': `<!doctype html><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,><link rel=stylesheet href=/site.css media=all>
<link rel=stylesheet href=/print.css media=print><script src=/js/shop.js defer></script><h1>Shop</h1>`,
  'site.css': `@import "/base.css";
@font-face { font-family: Head; src: url(/fonts/head.woff2) format("woff2"), url(/fonts/head.woff) format("woff") }
@font-face { font-family: Quote; src: url(/fonts/quote.woff2) format("woff2") }
h1 { font-family: Head, serif }`,
  'base.css': 'body { margin: 2rem }',
  'docs/docs.css': '.quote { font-family: Quote, serif }',
  'print.css': 'h1 { color: black }',
  'js/home.js': 'import { say } from "./say.js"; say("home");',
  'js/say.js': 'export const say = (what) => { document.title = what; };',
  'js/shop.js': 'document.title = "shop";',
  'img/hero.png': picture(),
  'fonts/head.woff2': font,
  'fonts/quote.woff2': font,
  'fonts/head.woff': 'old',
  '404.html': '<title>Lost</title>',
  '_headers': `/*
  X-Frame-Options: DENY
  Permissions-Policy: camera=()
/
  Link: </js/say.js>; rel=modulepreload, </img/hero.png>; rel=preload; as=image
  Link: <https://cdn.example>; rel=preconnect
/fonts/*
  Cache-Control: public, max-age=31536000, immutable
`,
  '_redirects': `/home / 301
/item/:name /shop/item.html 200
/old/* /docs/:splat 302
`,
};
const planOf = {
  '/': ['/base.css', '/fonts/head.woff2', '/img/hero.png', '/js/home.js', '/js/say.js', '/site.css'],
  '/docs/': ['/base.css', '/docs/docs.css', '/fonts/head.woff2', '/fonts/quote.woff2', '/site.css'],
  '/shop/item.html': ['/base.css', '/fonts/head.woff2', '/js/shop.js', '/site.css'],
  '/item/lamp': ['/base.css', '/fonts/head.woff2', '/js/shop.js', '/site.css'],
};

test('a site of several pages with fonts, _headers and _redirects', { skip, timeout }, async (t) => {
  const root = folder(t, site);
  const log = path.join(folder(t), 'access.log');
  // This client fetches no asset, and would teach the server that its pages need none.
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, '[hints]\nfeedback = false\n');
  const herald = await serve(t, root, '--think', '300', '--access-log', log, '--dev', '--config', config);
  const client = await session(t, herald, { settings: { enablePush: false } });

  await t.test('each page has the plan that it needs', async () => {
    for (const [page, needed] of Object.entries(planOf)) {
      const answer = await fetchOn(client, page, { headers: navigation });
      assert.equal(answer.status, 200, page);
      assert.deepEqual(targetsOf(answer.interim[0]?.link).sort(), needed, page);
      const told = targetsOf(answer.headers.link).filter((one) => one.startsWith('/'));
      assert.deepEqual(told.sort(), needed, `${page}: each once`);
    }
  });

  await t.test('the fields of _headers are on the answers', async () => {
    const page = await fetchOn(client, '/', { headers: navigation });
    assert.equal(page.headers['x-frame-options'], 'DENY');
    assert.match(String(page.headers.link), /<https:\/\/cdn\.example>; rel=preconnect/);
    const face = await fetchOn(client, '/fonts/head.woff2');
    assert.equal(face.headers['cache-control'], 'public, max-age=31536000, immutable');
    for (const file of ['/_headers', '/_redirects']) assert.equal((await fetchOn(client, file)).status, 404);
  });

  await t.test('redirects are answered, and a page that is sent elsewhere is not hinted', async () => {
    const moved = await fetchOn(client, '/home', { headers: navigation });
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.location, '/');
    assert.equal(moved.interim.length, 0);
    assert.equal((await fetchOn(client, '/old/a/b?x=1')).headers.location, '/docs/a/b?x=1');
  });

  const line = await proxy(t, herald.port, { delay: 10 });
  const browser = await browse(t, herald.cert);
  await t.test('Chromium uses all of each plan and fetches nothing else, and nothing twice', async () => {
    await asked(log, 0, ['/old/a/b?x=1']); // the last request before the browser's: the log is written a moment later
    for (const [page, needed] of Object.entries(planOf)) {
      const from = accessLog(log).length;
      const fresh = await freshPage(browser);
      const warnings = [];
      fresh.page.on('console', (message) => warnings.push(message.text()));
      await fresh.page.goto(`${line.origin}${page}`, { waitUntil: 'load' });
      await fresh.page.evaluate(() => document.fonts.ready);
      const counts = await asked(log, from, [...needed, page]);
      const fetched = Object.keys(counts).filter((one) => one !== page && one !== '/print.css').sort();
      assert.deepEqual(fetched, needed, page);
      for (const target of needed) assert.equal(counts[target], 1, `${page}: ${target} is fetched once`);
      assert.deepEqual(warnings, [], page);
      await fresh.context.close();
    }
  });

  await t.test('the explanation of a page reads well, without a script', async () => {
    const { page, complaints, context } = await freshPage(browser, { colorScheme: 'dark', javaScriptEnabled: false });
    await page.goto(`${herald.origin}/.herald/explain?url=/`);
    assert.match(await page.textContent('h1'), /Hints for \//);
    assert.equal(await page.getByRole('table').count(), 1 + (await page.getByRole('table', { name: 'What is withheld' }).count()));
    assert.match(await page.getByRole('row', { name: /say\.js/ }).textContent(), /\/_headers:5.*103 if the page takes time/s);
    await page.getByLabel('Page').fill('/docs/');
    await page.getByRole('button').click();
    assert.match(await page.textContent('h1'), /\/docs\//);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  await t.test('check is content, until a file is missing, and tells in SARIF what and where', async () => {
    assert.deepEqual(await run(program, ['check', root]).then(({ code, stderr }) => ({ code, stderr })), { code: 0, stderr: '' });
    fs.appendFileSync(path.join(root, '_headers'), '/docs/\n  Link: </gone.css>; rel=preload; as=style\n  Content-Length: 1\n');
    fs.appendFileSync(path.join(root, '_redirects'), '/de/* /en/:splat 302 Country=de\n/a /b 301\n/b /a 301\n/docs/docs.css /site.css 301\n');
    const text = await run(program, ['check', root]);
    assert.equal(text.code, 1);
    const { code, stdout, stderr } = await run(program, ['check', root, '--format', 'sarif']);
    assert.equal(code, 1);
    assert.equal(stderr, '');
    const sarif = validSarif(JSON.parse(stdout));
    const found = sarif.runs[0].results.filter((one) => one.level === 'error').map((one) => {
      const { artifactLocation, region } = one.locations[0].physicalLocation;
      return `${one.ruleId} ${path.basename(artifactLocation.uri)}:${region.startLine}`;
    }).sort();
    assert.deepEqual(found, ['headers _headers:11', 'missing _headers:10', 'redirects _redirects:4', 'redirects _redirects:5', 'redirects _redirects:6',
      'redirects _redirects:7']);
    const json = JSON.parse((await run(program, ['check', root, '--format', 'json'])).stdout);
    assert.equal(json.faults.filter((one) => one.level === 'error').length, found.length);
    for (const fault of json.faults) assert.ok(fault.reason && fault.remedy && fault.text.includes(fault.reason), JSON.stringify(fault));
  });

  await t.test('rules that change hold for the next answers', async () => {
    fs.writeFileSync(path.join(root, '_headers'), '/*\n  X-Frame-Options: SAMEORIGIN\n');
    await until('the new rules hold', async () => (await fetchOn(client, '/', { headers: navigation })).headers['x-frame-options'] === 'SAMEORIGIN');
    const answer = await fetchOn(client, '/', { headers: navigation });
    assert.deepEqual(targetsOf(answer.interim[0]?.link).sort(), ['/base.css', '/fonts/head.woff2', '/js/home.js', '/site.css']);
  });
});

// The essentials of the schema of SARIF 2.1.0: what is required, of which type, and what refers to what.
function validSarif(log) {
  assert.equal(log.version, '2.1.0');
  assert.match(log.$schema, /sarif-2\.1\.0/);
  assert.ok(Array.isArray(log.runs) && log.runs.length === 1);
  const [only] = log.runs;
  const { driver } = only.tool;
  assert.equal(typeof driver.name, 'string');
  const ids = driver.rules.map((rule) => rule.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const result of only.results) {
    assert.ok(['none', 'note', 'warning', 'error'].includes(result.level));
    assert.equal(typeof result.message.text, 'string');
    assert.equal(ids[result.ruleIndex], result.ruleId);
    for (const { physicalLocation } of result.locations ?? []) {
      assert.equal(typeof physicalLocation.artifactLocation.uri, 'string');
      assert.doesNotMatch(physicalLocation.artifactLocation.uri, /[\s<>"]/);
      if (physicalLocation.region) assert.ok(Number.isInteger(physicalLocation.region.startLine) && physicalLocation.region.startLine >= 1);
    }
  }
  return log;
}

test('an admin token shows the explanation from afar, and nothing else does', { skip: lacks({ programs: ['openssl'] }), timeout }, async (t) => {
  const tokens = path.join(folder(t, { tokens: '# of the team\n0123456789abcdef\n' }), 'tokens');
  const config = path.join(folder(t, { 'herald.toml': `[serve]\nadmin_token_file = ${JSON.stringify(tokens)}\n` }), 'herald.toml');
  const herald = await serve(t, folder(t, { 'index.html': '<link rel=stylesheet href=a.css>', 'a.css': '' }), '--config', config);
  const client = await session(t, herald);
  const ask = (authorization) => fetchOn(client, '/.herald/explain?url=/', { headers: authorization ? { authorization } : {} });
  const refused = await ask();
  assert.equal(refused.status, 401);
  assert.match(refused.headers['www-authenticate'], /^Basic /);
  for (const wrong of ['Bearer 0123456789abcdeX', 'Bearer x', 'Bearer', 'Basic !!!', `Basic ${btoa('0123456789abcdef')}`, 'x'.repeat(5000)]) {
    assert.equal((await ask(wrong)).status, 401, wrong);
  }
  for (const right of ['Bearer 0123456789abcdef', `basic ${btoa('anna:0123456789abcdef')}`]) {
    const answer = await ask(right);
    assert.equal(answer.status, 200, right);
    assert.equal(JSON.parse(answer.text).items[0].target, '/a.css');
  }
});
