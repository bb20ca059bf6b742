// User-space memory of idle connections with an event stream each, and of further streams on them; then all of them hear a broadcast.
import { execFileSync } from 'node:child_process';

import { load } from '../load.mjs';
import { startServer } from '../server.mjs';

export const peers = ['nchan', 'node'];
export const usual = peers;

// As many as the limit of descriptors lets one process have; the issue of more is the machine's.
const descriptors = Number(execFileSync('sh', ['-c', 'ulimit -n'])) || 1_000_000;

async function fresh(bench, peer, options) {
  const server = await startServer(peer, bench.place);
  try {
    // What a server takes once is taken before the count.
    const { path, publish } = peer.events;
    const flags = { path, publish: publish.path, type: publish.type, before: publish.before, after: publish.after, rate: 1, 'warm-up': 0.1, seconds: 2 };
    await load(server, 'events', { ...flags, connections: 50, streams: 1, settle: 0.1, seconds: 0.5 });
    return await load(server, 'events', { ...flags, settle: 2, ...options });
  } finally {
    await server.stop();
  }
}

export async function* rows(bench) {
  const all = await bench.peers(peers);
  const idle = Math.min(20_000, descriptors - 200, bench.quick ? 2_000 : Infinity);
  const measure = (options) => bench.compare(all, async (peer) => {
    const facts = await fresh(bench, peer, options);
    if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
    const count = options.connections * options.streams;
    return { noise: 0, bytes: (facts.memory - facts.memoryBefore) / options.connections, each: (facts.memory - facts.memoryBefore) / count,
      opened: facts.opened, last: facts.latency_us.max / 1000 };
  }, 1);

  const single = await measure({ connections: idle, streams: 1 });
  yield { title: `idle connection with one event stream (${idle} of them)`, key: 'bytes', unit: 'bytes of RSS each', more: 'worse', limit: 12 * 1024,
    targets: { nchan: 1 / 3 }, result: single, also: { key: 'opened', unit: 's to open all' } };

  const connections = Math.min(idle, 1000);
  const many = await measure({ connections, streams: 100 });
  const one = await measure({ connections, streams: 1 });
  for (const name of Object.keys(many.values)) {
    const further = (many.values[name].bytes - one.values[name].bytes) / 99;
    many.values[name].further = further;
    many.rounds[name].forEach((round) => round.further = further);
  }
  yield { title: `each further event stream on a connection (${connections} x 100)`, key: 'further', unit: 'bytes of RSS each', more: 'worse', limit: 1024,
    targets: {}, result: many };

  const herald = all.filter((peer) => peer.name === 'herald');
  const wide = bench.quick ? 1_000 : 10_000;
  const million = await bench.compare(herald, async (peer) => {
    const facts = await fresh(bench, peer, { connections: wide, streams: 100, rate: 0.5, seconds: 4 });
    if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
    return { noise: 0, opened: facts.opened, last: facts.latency_us.max / 1000, gigabytes: facts.memory / 1e9, cost: facts.cpu * 1e6 / facts.deliveries };
  }, 1);
  yield { title: `${wide * 100} streams on ${wide} connections: a broadcast to all`, key: 'last', unit: 'ms until the last has it', more: 'worse', targets: {},
    result: million, also: { key: 'opened', unit: 's to open all' } };
}
