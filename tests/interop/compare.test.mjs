// `herald compare` over the whole program: what is known of push and 103 comes out on the demo, on a page of many small assets
// and on a Vite app; what is done is kept when it is interrupted; what cannot be compared is said in a sentence.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { manyAssets } from '../../bench/many-assets.mjs';
import { demo, folder, lacks, program, soon, until } from '../support/herald.mjs';
import { viteApp } from '../support/vite.mjs';

const skip = lacks();
const timeout = 240000;

// Where reports go that nobody has asked for.
const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-report-'));
after(() => fs.rmSync(elsewhere, { recursive: true, force: true }));

function compare(...args) {
  return new Promise((resolve) => {
    execFile(program, ['compare', ...args], { maxBuffer: 64 << 20, cwd: elsewhere }, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
}

// The cells of the first page, with the arms of each by name.
async function cells(t, root, ...args) {
  const file = path.join(folder(t), 'all.json');
  const seed = args.includes('--seed') ? [] : ['--seed', '7'];
  const { code, stderr } = await compare(root, ...seed, '--json', file, ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(fs.readFileSync(file, 'utf8')).pages[0].cells
    .map((cell) => ({ ...cell, arms: Object.fromEntries(cell.arms.map((arm) => [arm.arm, arm])) }));
}
const gain = (cell, arm) => cell.arms[arm].render_gain.median;
const place = (cell) => `${cell.round_trip} ms, think ${cell.think} ms, ${cell.cache}`;

// Without think time push leads by a round trip, if what it pushes fits the first window.
function assertLeadOfPush(all) {
  for (const cell of all.filter(({ think, cache }) => think === 0 && cache === 'cold')) {
    const lead = gain(cell, 'push') - gain(cell, 'early-hints');
    assert.ok(Math.abs(lead - cell.round_trip) < 5 + 0.15 * cell.round_trip, `push leads by a round trip, not ${lead} ms: ${place(cell)}`);
  }
}

// What holds for every page whose head names what blocks it. Times within the model's own tolerance.
function assertWhatIsKnown(all, foreseen = ['link', 'early-hints', 'push']) {
  for (const cell of all) {
    const { round_trip: roundTrip, think, cache } = cell;
    const slack = 5 + 0.15 * roundTrip;
    assert.equal(cell.arms['early-hints'].wasted.median, 0, `103 wastes nothing: ${place(cell)}`);
    if (cache === 'warm') {
      assert.ok(cell.arms.push.wasted.median > 1000, `push wastes on a warm cache: ${place(cell)}`);
      assert.ok(Math.abs(gain(cell, 'early-hints')) < slack, `103 does no harm: ${place(cell)}`);
      continue;
    }
    for (const arm of foreseen) {
      assert.equal(cell.arms[arm].departs_from_model, false, `${arm} is as the model foresees: ${place(cell)}`);
    }
    assert.ok(gain(cell, 'early-hints') > Math.min(think, roundTrip) - slack, `103 hides the think time: ${place(cell)}`);
    assert.ok(gain(cell, 'early-hints') < think + slack, `103 hides no more than that: ${place(cell)}`);
  }
}

test('on the demo, 103 hides think time, push saves a round trip more without it, and wastes on a warm cache', { skip, timeout }, async (t) => {
  const all = await cells(t, demo, '--quick');
  assert.equal(all.length, 8);
  assertWhatIsKnown(all);
  assertLeadOfPush(all);
  const at = (roundTrip) => all.find((cell) => cell.round_trip === roundTrip && cell.think === 0 && cell.cache === 'cold');
  assert.ok(gain(at(100), 'push') > gain(at(20), 'push') + 50, 'the gain of push grows with the round trip');
});

test('on a fast link there is next to nothing to gain', { skip, timeout }, async (t) => {
  const [cell] = await cells(t, demo, '--rtt', '1', '--bandwidth', '1000', '--think', '0', '--cache', 'cold', '--runs', '5');
  for (const arm of ['link', 'early-hints', 'push', 'push+early-hints']) assert.ok(Math.abs(gain(cell, arm)) < 5, arm);
});

test('on a page of 40 small assets it is the same', { skip, timeout }, async (t) => {
  const root = folder(t);
  manyAssets(root);
  // What push sends here is about the first window, so that a few bytes decide over a round trip.
  assertWhatIsKnown(await cells(t, root, '--quick'), ['link', 'early-hints']);
});

test('on a Vite React app it is the same', { skip: lacks({ packages: ['create-vite'] }), timeout }, async (t) => {
  const all = await cells(t, viteApp('vite-app', 'react'), '--quick', '--spa');
  assertWhatIsKnown(all);
});

test('results do not depend on the seed of the run, beyond chance', { skip, timeout }, async (t) => {
  const [one] = await cells(t, demo, '--rtt', '100', '--think', '200', '--cache', 'cold');
  const [other] = await cells(t, demo, '--rtt', '100', '--think', '200', '--cache', 'cold', '--seed', '8');
  assert.ok(Math.abs(gain(one, 'push') - gain(other, 'push')) < 10);
});

test('Ctrl-C keeps what is done and says so', { skip, timeout }, async (t) => {
  const out = path.join(folder(t), 'report');
  const child = spawn(program, ['compare', demo, '--quick', '--runs', '2000', '--out', out], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (bytes) => { text += bytes; });
  const ended = new Promise((resolve) => { child.on('close', (code) => resolve(code)); });
  // A round of all cells takes a small part of a second of processor time.
  await until('some rounds are done', () => {
    const fields = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]) > 150;
  }, { within: 120000 });
  child.kill('SIGINT');
  assert.equal(await soon('it ends', ended, 60000), 130);
  assert.match(text, /Interrupted: this is of the rounds that were done\./);
  const report = JSON.parse(fs.readFileSync(path.join(out, 'comparison.json'), 'utf8'));
  assert.equal(report.setup.interrupted, true);
  assert.ok(report.pages[0].cells[0].arms[0].loads.length < 2000);
});

test('what cannot be compared is said in a sentence, and nothing is written', { skip, timeout }, async (t) => {
  const root = folder(t, { 'index.html': '<!doctype html><p>nothing here' });
  const out = path.join(root, 'report');
  for (const [args, code, sentence] of [
    [[root, '--out', out], 1, /^herald: the page \/ names no style, script or font of its own, so there is nothing to compare\n$/],
    [[demo, '--page', '/nowhere', '--out', out], 1, /^herald: there is no page at \/nowhere in .*\n$/],
    [['https://127.0.0.1:1/', '--out', out], 1, /^herald: the connection to 127\.0\.0\.1:1 failed: .*\n$/],
    [['ftp://127.0.0.1/', '--out', out], 1, /^herald: .*\n$/],
    [[demo, '--think', 'long'], 2, /^herald: --think must be milliseconds between 0 and 60000/],
  ]) {
    const result = await compare(...args);
    assert.match(result.stderr, sentence);
    assert.equal(result.code, code);
    assert.equal(result.stdout, '');
    assert.equal(fs.existsSync(out), false);
  }
});

test('without a word of where, the report is written into a folder beside', { skip, timeout }, async () => {
  const { code, stdout, stderr } = await compare(demo, '--quick', '--runs', '3');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /report: herald-report\/index\.html/);
  const report = fs.readFileSync(path.join(elsewhere, 'herald-report', 'index.html'), 'utf8');
  assert.match(report, /<svg/);
  assert.doesNotMatch(report, /(src|href)="(https?:)?\/\//);
});
