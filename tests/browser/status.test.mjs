// The status page in Chromium, with the strictest headers there are.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { browse, browserNeeds, freshPage } from '../support/browser.mjs';
import { fetchOn, folder, lacks, serve, session } from '../support/herald.mjs';

const skip = lacks(browserNeeds);
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };

test('the status page is live and has its style, with strict security headers and after a visit to a path that is not UTF-8', { skip, timeout: 60000 }, async (t) => {
  const site = folder(t, { 'index.html': '<!doctype html><title>Shop</title><link rel=stylesheet href=/a.css>', 'a.css': 'p { color: red }' });
  const settings = path.join(folder(t, { 'herald.toml': '[serve]\nspa = true\nsecurity_headers = "strict"\n' }), 'herald.toml');
  const herald = await serve(t, site, '--config', settings);
  const client = await session(t, herald);
  assert.equal((await fetchOn(client, '/caf\xe9', { headers: navigation })).status, 200);

  const { page, complaints } = await freshPage(await browse(t, herald.cert));
  const answer = await page.goto(`${herald.origin}/.herald/`);
  assert.match(answer.headers()['content-security-policy'], /^default-src 'none'/);
  await page.waitForFunction(() => /, live$/.test(document.querySelector('#state').textContent));
  const number = (name) => page.evaluate((words) => [...document.querySelectorAll('#numbers div')].find((box) => box.querySelector('dt').textContent === words)?.querySelector('dd').textContent, name);
  const before = Number(await number('requests'));
  for (let i = 0; i < 5; ++i) await fetchOn(client, '/a.css');
  await page.waitForFunction((least) => [...document.querySelectorAll('#numbers div')].some((box) => box.querySelector('dt').textContent === 'requests' && Number(box.querySelector('dd').textContent) >= least), before + 5, { polling: 50 });
  assert.equal(await page.textContent('#routes th'), '/caf\ufffd');
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('#numbers')).display), 'grid');
  assert.deepEqual(complaints, []);
  if (process.env.HERALD_SHOTS) await page.screenshot({ path: path.join(process.env.HERALD_SHOTS, 'status.png'), fullPage: true });
});
