// `herald compare --browser`: a real Chromium behind the same link, beside Herald's own loader: where the loader sees a difference
// between two ways of telling, Chromium must see one of the same sign.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { browserNeeds, chromium } from '../support/browser.mjs';
import { folder, lacks, program, run } from '../support/herald.mjs';

const skip = lacks({ programs: browserNeeds.programs });
const timeout = 300000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const arms = ['none', 'link', 'early-hints'];

// A style that imports another and asks for a font: the deeper, the more there is to tell.
const files = {
  'index.html': '<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><script src="/site.js"></script><h1>page</h1>',
  'site.css': '@import "/sub.css"; @font-face { font-family: F; src: url(/f.woff2) } h1 { font-family: F }',
  'sub.css': `/*${'x'.repeat(8000)}*/ h1 { color: #123 }`,
  'site.js': `/*${'x'.repeat(8000)}*/`,
  'f.woff2': 'no font at all, but it is fetched as one',
};

async function measure(t, root, ...args) {
  const json = path.join(folder(t), 'c.json');
  const { code, stderr } = await run(program, ['compare', root, '--rtt', '60,120', '--think', '0,200', '--arms', arms.join(), '--seed', '1', '--json', json, ...args],
    { within: 240000 });
  assert.equal(code, 0, stderr);
  return JSON.parse(fs.readFileSync(json));
}

test('Chromium and the loader agree on the sign of every difference between arms', { skip, timeout }, async (t) => {
  const root = folder(t, files);
  const loader = await measure(t, root, '--runs', '5', '--cache', 'cold');
  const real = await measure(t, root, '--runs', '5', '--browser', chromium);
  assert.match(real.setup.loader, /Chrome/);
  const seen = [];
  for (const cell of loader.pages[0].cells) {
    const { round_trip: rtt, think } = cell;
    const other = real.pages[0].cells.find((one) => one.round_trip === rtt && one.think === think);
    const ready = (from, arm) => median(from.arms.find((one) => one.arm === arm).loads.map((load) => load.render_ready));
    for (const [a, b] of [['none', 'link'], ['none', 'early-hints'], ['link', 'early-hints']]) {
      const foreseen = ready(cell, a) - ready(cell, b);
      // Half a round trip and more is a difference in kind; less is what Chromium's own work hides.
      if (Math.abs(foreseen) < rtt / 2) continue;
      const measured = ready(other, a) - ready(other, b);
      seen.push(`${rtt} ms, think ${think} ms, ${b} before ${a}: ${foreseen.toFixed()} ms by the loader, ${measured.toFixed()} ms by Chromium`);
      assert.equal(Math.sign(measured), Math.sign(foreseen), seen.at(-1));
    }
  }
  assert.ok(seen.length >= 6, `there is something to agree on:\n${seen.join('\n')}`);
  t.diagnostic(seen.join('\n'));
});

test('Chromium says what it fetched because of a 103, and when it was rendered', { skip, timeout }, async (t) => {
  const json = path.join(folder(t), 'c.json');
  const site = folder(t, files);
  // Once in a while Chromium is too busy with the navigation to act on a 103, whatever the server does.
  let acted = [];
  for (let attempt = 0; attempt < 3 && acted.length === 0; ++attempt) {
    const { code, stderr } = await run(program, ['compare', site, '--rtt', '60', '--think', '200', '--runs', '3', '--browser', chromium, '--json', json], { within: 120000 });
    assert.equal(code, 0, stderr);
    const { pages } = JSON.parse(fs.readFileSync(json));
    assert.deepEqual(pages[0].cells[0].arms.map((one) => one.arm), arms);
    const hinted = pages[0].cells[0].arms.find((one) => one.arm === 'early-hints').loads;
    acted = hinted.filter((load) => load.resources.some((one) => one.hinted != null));
  }
  assert.ok(acted.length > 0);
  for (const load of acted) {
    assert.ok(load.early_hints < load.final_headers);
    const style = load.resources.find((one) => one.target === '/site.css');
    assert.equal(style.kind, 'style');
    assert.equal(style.blocking, true);
    assert.ok(load.render_ready >= style.complete);
    assert.ok(load.first_contentful_paint >= load.final_headers);
    assert.ok(load.received > load.resources.reduce((sum, one) => sum + one.content, 0));
  }
});

test('a browser that is not there is told in a sentence', { skip, timeout }, async (t) => {
  const { code, stderr } = await run(program, ['compare', folder(t, files), '--browser', '/no/such/browser']);
  assert.equal(code, 1);
  assert.match(stderr, /there is no browser at \/no\/such\/browser: name Chromium's program with --browser FILE/);
});
