#!/usr/bin/env node
// The soak: everything at once against one Herald, for long, while things break; see docs/soak.md. Options: --minutes M (20),
// --out FOLDER (build/soak), --load X (1: times as much traffic), --help.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Account } from './account.mjs';
import { lender, PollReader, Publisher, StreamReader } from './events.mjs';
import { Mishaps } from './mishaps.mjs';
import { picture } from './picture.mjs';
import { descriptorsOf, processNow, Samples } from './samples.mjs';
import { Stage, sleep, until } from './stage.mjs';
import { flatness } from './verdict.mjs';
import { every, visitApp, visitAsStranger, visitOverHttp1, visitPage } from './visitors.mjs';

const tree = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const usage = 'usage: ./scripts/soak [--minutes M] [--out FOLDER] [--load X]';
let options;
try {
  options = parseArgs({ options: { minutes: { type: 'string', default: '20' }, out: { type: 'string', default: path.join(tree, 'build/soak') },
    load: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h', default: false } } }).values;
} catch (error) {
  console.error(`scripts/soak: ${error.message}\n${usage}`);
  process.exit(2);
}
if (options.help) {
  console.log(`${usage}\n\nMixed traffic, churn, reloads and kills for M minutes (20); pictures, samples.json and report.txt in FOLDER (build/soak).`);
  process.exit(0);
}
const seconds = Number(options.minutes) * 60;
const load = Number(options.load);
if (!(seconds >= 60) || !(load > 0)) {
  console.error(`scripts/soak: --minutes takes a number from 1, --load one above 0\n${usage}`);
  process.exit(2);
}

const stage = new Stage();
const account = new Account();
stage.lost = (sentence) => account.fault(sentence);
let interrupted = false;
process.on('SIGINT', () => { interrupted = true; });
process.on('SIGTERM', () => { interrupted = true; });
let failed = true;
try {
  await stage.start(path.resolve(tree, process.env.HERALD ?? 'build/herald'));
  const began = { ...processNow(stage.pid), kinds: descriptorsOf(stage.pid) };
  console.log(`process ${stage.pid} at ${stage.origin}: ${seconds / 60} minutes`);

  const topics = ['a', 'b', 'c', 'd', 'e'];
  const publishers = topics.map((topic, i) => new Publisher(stage, account, topic, (100 + 100 * i) / load));
  const lend = lender(stage);
  const readers = Array.from({ length: Math.round(150 * load) }, (_, i) => new StreamReader(stage, account, topics[i % topics.length], lend));
  const pollers = Array.from({ length: Math.round(20 * load) }, (_, i) => new PollReader(stage, account, topics[i % topics.length]));
  const visits = [every(6 * load, stage, account, visitPage), every(3 * load, stage, account, visitOverHttp1),
    every(4 * load, stage, account, visitApp), every(3 * load, stage, account, visitAsStranger)];
  const samples = new Samples(stage, account);
  const mishaps = new Mishaps(stage, account, seconds);
  for (const end = performance.now() + seconds * 1000; performance.now() < end && !interrupted;) {
    await sleep(Math.min(10_000, Math.max(0, end - performance.now())));
    const row = samples.rows.at(-1);
    const late = samples.latencies.at(-1)?.files;
    console.log(`${String(Math.round(row.at)).padStart(5)} s  process ${row.pid}: ${row.descriptors} descriptors, ${row.pss.toFixed(1)} MiB PSS, `
      + `file p50 ${late?.p50.toFixed(1)} p99 ${late?.p99.toFixed(1)} ms, ${account.counts.published ?? 0} events, ${account.wrong.size} kinds of fault`);
  }

  // Everybody stops; readers may have what is still on its way.
  await mishaps.stop();
  await Promise.all(visits.map((stop) => stop()));
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  const behind = () => [...readers, ...pollers].filter(({ sequence }) => sequence.last !== publishers.find(({ topic }) => topic === sequence.topic).published);
  await until('every reader has the last event', () => behind().length === 0, 30000)
    .catch(() => account.fault(`${behind().length} readers never had the last event of their topic`));
  await Promise.all([...readers, ...pollers].map((reader) => reader.stop()));
  samples.stop();
  // Idle connections are closed by Herald itself, after the 20 s of the configuration.
  const left = {};
  await until('nothing is left', async () => {
    const metrics = await stage.metrics();
    for (const name of ['herald_subscribers', 'herald_polls']) left[name] = metrics[name];
    for (const name of ['herald_connections', 'herald_streams']) left[name] = metrics[name] - 1;  // without the one that asks
    return Object.values(left).every((value) => value === 0);
  }, 40000).catch(() => account.fault(`left over when everybody had gone: ${JSON.stringify(left)}`));
  // The client of the app server looks for connections that the app server has closed when it next needs one.
  for (let i = 0; i < 16; ++i) await visitApp(stage, account);
  await sleep(1500);
  const ended = processNow(stage.pid);
  if (ended.descriptors > began.descriptors + 10) account.fault(`${ended.descriptors} descriptors when everybody had gone; ${began.descriptors} at the start: `
    + `${JSON.stringify(descriptorsOf(stage.pid))}, ${JSON.stringify(began.kinds)}`);

  const results = flatness(samples, seconds);
  const report = [
    `${(samples.rows.at(-1).at / 60).toFixed(1)} minutes, ${stage.pids.length} processes one after the other`,
    `descriptors at the start ${began.descriptors}, after the end ${ended.descriptors}; PSS ${began.pss.toFixed(1)} and ${ended.pss.toFixed(1)} MiB`,
    '', ...Object.entries(account.counts).sort().map(([kind, count]) => `${String(count).padStart(9)}  ${kind}`), '',
    'measure        from to (s)      median   gain  bound',
    ...results.map((row) => `${row.measure.padEnd(12)} ${row.from.toFixed(0).padStart(5)} ${row.to.toFixed(0).padStart(5)}  `
      + `${row.median.toFixed(1).padStart(10)} ${row.gain.toFixed(1).padStart(6)} ${row.bound.toFixed(1).padStart(6)} ${row.unit.padEnd(4)} ${row.flat ? 'flat' : 'NOT FLAT'}`),
    '', ...account.faults.map((fault) => `FAULT  ${fault}`),
  ];
  fs.mkdirSync(options.out, { recursive: true });
  const write = (name, text) => fs.writeFileSync(path.join(options.out, name), text);
  const marks = mishaps.noted.filter(({ what }) => what.includes('killed') || what === 'restart');
  const of = (name, key) => ({ name, points: samples.rows.map((row) => ({ x: row.at, y: row[key] })) });
  const late = (kind, part) => ({ name: `${kind} ${part}`, points: samples.latencies.filter((row) => row[kind]).map((row) => ({ x: row.at, y: row[kind][part] })) });
  write('descriptors.svg', picture('Open descriptors', [of('descriptors', 'descriptors')], marks, seconds));
  write('memory.svg', picture('Memory, MiB', [of('RSS', 'rss'), of('PSS', 'pss'), of('anonymous', 'anonymous')], marks, seconds));
  write('latency-p50.svg', picture('Latency, median, ms', ['files', 'proxy', 'events'].map((kind) => late(kind, 'p50')), marks, seconds));
  write('latency-p99.svg', picture('Latency, p99, ms', ['files', 'proxy', 'events'].map((kind) => late(kind, 'p99')), marks, seconds));
  write('samples.json', JSON.stringify({ rows: samples.rows, latencies: samples.latencies, mishaps: mishaps.noted, counts: account.counts }));
  write('log.txt', stage.errors);
  write('report.txt', `${report.join('\n')}\n`);
  console.log(report.join('\n'));
  failed = account.wrong.size > 0 || results.length === 0 || results.some(({ flat }) => !flat);
} finally {
  await stage.end();
}
console.log(failed ? 'NOT FLAT or at fault, see above' : 'flat, and nothing lost');
process.exit(failed ? 1 : 0);
