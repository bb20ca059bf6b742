// Whether a delivery costs the same with many subscribers as with few, and a request the same with many files.
import fs from 'node:fs';
import path from 'node:path';

import { h2load, load } from '../load.mjs';

export const peers = [];
export const usual = [];

const flat = 1.2;  // times the cost of the smallest

function plant(folder, count) {
  const root = path.join(folder, `files-${count}`);
  const names = Array.from({ length: count }, (_, i) => `/${i % 100}/${i}.css`);
  for (let i = 0; i < Math.min(100, count); ++i) fs.mkdirSync(path.join(root, String(i)), { recursive: true });
  for (const name of names) fs.writeFileSync(path.join(root, name), Buffer.alloc(1024, 'x'));
  const listed = (some) => {
    const file = path.join(folder, `files-${count}-${some.length}.txt`);
    fs.writeFileSync(file, some.join('\n') + '\n');
    return file;
  };
  return { root, all: listed(names), ten: listed(names.slice(0, 10)) };
}

// One table row for all sizes: each is a column, named by its size; the first is the measure of the others.
function together(title, unit, runs) {
  const result = { values: {}, rounds: {}, noisy: 0, failed: {} };
  for (const [name, run] of runs) {
    Object.assign(result, { noisy: result.noisy + run.noisy });
    result.values[name] = run.values[name];
    result.rounds[name] = run.rounds[name];
    if (run.failed[name]) result.failed[name] = run.failed[name];
  }
  const [first, ...others] = runs.map(([name]) => name);
  return { title: `${title} (herald: ${first})`, key: 'cost', unit, more: 'better', targets: Object.fromEntries(others.map((name) => [name, 1 / flat])),
    result: rename(result, first) };
}

function rename(result, first) {
  const swap = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name === first ? 'herald' : name, value]));
  return { ...result, values: swap(result.values), rounds: swap(result.rounds), failed: swap(result.failed) };
}

export async function* rows(bench) {
  const rounds = Math.min(bench.rounds, 3);
  const deliveries = [];
  for (const connections of bench.quick ? [10, 100] : [10, 100, 1000, 10_000]) {
    const name = `${connections * 100} subscribers`;
    const server = { ...(await bench.herald({ name })) };
    const { path: url, publish } = server.peer.events;
    // The same number of deliveries a second, so that what a second costs by itself weighs the same.
    const rate = 2000 / connections;
    deliveries.push([name, await bench.compare([server], async () => {
      const facts = await load(server, 'events', { path: url, publish: publish.path, type: publish.type, before: publish.before, after: publish.after,
        connections, streams: 100, rate, seconds: bench.seconds(Math.max(4, 4 / rate)), settle: 0.5 });
      if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
      return { noise: facts.noise, cost: (facts.cpu * 1e6) / facts.deliveries };
    }, rounds)]);
    await bench.stop();
  }
  yield together('growth of subscribers', 'us of CPU per delivery', deliveries);

  const requests = [];
  for (const count of bench.quick ? [10, 1000] : [10, 1000, 10_000, 100_000]) {
    const name = `${count} files`;
    const { root, all, ten } = plant(bench.place.folder, count);
    const server = await bench.herald({ name, root });
    // Each file is read from the disk once, before the count; then ten of them are asked for: with more, what is measured is how much
    // of them the processor's caches hold.
    await h2load(server, '', { requests: Math.max(count, 1000), list: all });
    requests.push([name, await bench.compare([server], async () => {
      const run = await h2load(server, '', { requests: 200_000 * bench.share, list: ten });
      return { noise: run.noise, cost: (run.cpu * 1e6) / run.done };
    }, rounds)]);
    await bench.stop();
  }
  yield together('growth of files, ten of which are asked for', 'us of CPU per request', requests);
}
