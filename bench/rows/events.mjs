// Server-Sent Events: what a delivery costs at a steady rate, how many fit into a second of CPU, and how late they are.
import { addBare } from '../compare.mjs';
import { bareSend, load } from '../load.mjs';

export const peers = ['nchan', 'node'];
export const usual = peers;

const shapes = [
  { name: '1,000 connections x 1 stream', connections: 1000, streams: 1, microseconds: 5, targets: { nchan: 1 / 4, node: 1 / 6 } },
  { name: '100 connections x 100 streams', connections: 100, streams: 100, microseconds: 0.8, targets: { nchan: 1 / 16, node: 1 / 6 } },
];

const flagsOf = (server) => {
  const { path, publish } = server.peer.events;
  return { path, publish: publish.path, type: publish.type, before: publish.before, after: publish.after };
};

function checked(server, facts) {
  if (facts.lost > 0 || facts.duplicates > 0 || facts.refused > 0) {
    throw new Error(`${facts.lost} lost, ${facts.duplicates} twice, ${facts.refused} refused`);
  }
  return { noise: facts.noise, client: facts.client / facts.elapsed, cost: (facts.cpu * 1e6) / facts.deliveries, throughput: facts.deliveries / facts.cpu,
    rate: facts.deliveries / facts.seconds, p50: facts.latency_us.p50 / 1000, p99: facts.latency_us.p99 / 1000,
    p999: facts.latency_us.p999 / 1000, max: facts.latency_us.max / 1000, wire: facts.wire_bytes_per_delivery };
}

// As many messages under way as keep p99 below a second and lose nothing (on their way are so many on the average: one reader may be
// further behind, and fall out of the history): what was found in one round is tried first in the next.
async function saturate(server, shape, seconds) {
  const found = (server.windows ??= {});
  for (let window = found[shape.name] ?? 100; ; window = Math.ceil(window / 3)) {
    found[shape.name] = window;
    const facts = await load(server, 'events', { ...flagsOf(server), connections: shape.connections, streams: shape.streams,
      window, seconds, settle: 0.2, 'warm-up': 0.5 });
    if ((facts.latency_us.p99 < 1e6 && facts.lost === 0) || window === 1) return checked(server, facts);
  }
}

export async function* rows(bench) {
  const servers = await bench.servers(peers);
  for (const shape of shapes) {
    const steady = await bench.compare(servers, async (server) => checked(server, await load(server, 'events', {
      ...flagsOf(server), connections: shape.connections, streams: shape.streams, rate: 10,
      seconds: bench.seconds(3), settle: 0.2, 'warm-up': 0.5 })));
    // No server can be below that where each delivery is a send of its own.
    if (shape.streams === 1) {
      addBare(steady, 'a bare send', () => ({ cost: bareSend({ connections: shape.connections, bytes: Math.round(steady.values.herald.wire), rate: 10,
        seconds: bench.seconds(3) }) }));
    }
    yield { title: `SSE, ${shape.name}, 100 B, 10 publishes/s`, key: 'cost', unit: 'us of CPU per delivery', more: 'worse',
      limit: shape.microseconds, targets: shape.targets, result: steady, also: { key: 'wire', unit: 'bytes on the wire per delivery' } };

    const most = await bench.compare(servers, (server) => saturate(server, shape, bench.seconds(3)));
    yield { title: `SSE, ${shape.name}, saturated (p99 < 1 s, nothing lost)`, key: 'throughput', unit: 'deliveries per CPU-second',
      more: 'better', targets: { nchan: 2, node: 2 }, result: most, also: { key: 'rate', unit: 'deliveries per second' } };

    const half = most.values.nchan && most.values.nchan.rate / 2 / (shape.connections * shape.streams);
    if (!half) continue;
    const late = await bench.compare(servers, async (server) => checked(server, await load(server, 'events', {
      ...flagsOf(server), connections: shape.connections, streams: shape.streams, rate: half.toFixed(2),
      seconds: bench.seconds(3), settle: 0.2, 'warm-up': 0.5 })), Math.min(bench.rounds, 3));
    yield { title: `SSE, ${shape.name}, latency at half of Nchan's most`, key: 'p99', unit: 'ms, p99', more: 'worse',
      targets: { nchan: 1 / 2 }, result: late, also: { key: 'p50', unit: 'ms, p50' } };
  }
}
