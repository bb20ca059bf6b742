// A thousand event streams that nobody reads, on the connections of those that are read: what they cost in memory, and what the others notice.
import { load } from '../load.mjs';
import { startServer } from '../server.mjs';

export const peers = [];
export const usual = [];

export async function* rows(bench) {
  const [herald] = await bench.peers(peers);
  const run = async (stalled) => {
    const server = await startServer(herald, bench.place);
    try {
      const { path, publish } = server.peer.events;
      // The warm-up fills the history, so that it has its full size when memory is looked at. Streams that take nothing for 30 s are ended
      // (`stall`): all is over before that.
      return await load(server, 'events', { path, publish: publish.path, type: publish.type, before: publish.before, after: publish.after,
        connections: 100, streams: 10, stalled, rate: 100, size: 1000, settle: 1, 'warm-up': 12, seconds: 12 });
    } finally {
      await server.stop();
    }
  };
  const servers = [['without', 0], ['herald', 10]].map(([name, stalled]) => ({ name, stalled }));
  const result = await bench.compare(servers, async ({ stalled }) => {
    const facts = await run(stalled);
    if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
    return { noise: facts.noise, p99: facts.latency_us.p99 / 1000, growth: (facts.memoryMeasured - facts.memoryMeasuring) / 1024, taken: facts.stalled_bytes / (stalled * 100 || 1) };
  }, Math.min(bench.rounds, 3));
  yield { title: '1,000 streams that are not read beside 1,000 that are, on 100 connections, 100 kB/s each', key: 'p99', unit: 'ms, p99 of those that are', more: 'worse',
    targets: { without: 1.1 }, result, also: { key: 'growth', unit: 'KiB that the server grows by in that time' } };
}
