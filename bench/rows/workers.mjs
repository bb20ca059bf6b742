// Two workers against one: what they share costs nothing. Both servers may use both cores, and so may the client: only CPU is compared.
import { h2load, load } from '../load.mjs';
import { fileOf } from '../place.mjs';

export const peers = [];
export const usual = [];

const two = 'two workers';
// Two do at least 0.9 times the work of one for each second of CPU.
const targets = { [two]: 1 / 0.9 };

export async function* rows(bench) {
  const servers = [await bench.herald({ workers: 1, cores: '0,1', name: 'herald' }), await bench.herald({ workers: 2, cores: '0,1', name: two })];
  const files = await bench.compare(servers, async (server) => {
    const run = await h2load(server, fileOf('1 KiB'), { requests: Math.round(200_000 * bench.share) });
    return { noise: run.noise, rate: run.done / run.cpu };
  });
  yield { title: 'one worker and two: static 1 KiB', key: 'rate', unit: 'requests per CPU-second', more: 'worse', targets, result: files };

  const events = await bench.compare(servers, async (server) => {
    const { path, publish } = server.peer.events;
    const facts = await load(server, 'events', { path, publish: publish.path, type: publish.type, before: publish.before, after: publish.after,
      connections: 100, streams: 100, rate: 50, seconds: bench.seconds(3), settle: 0.2 });
    if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
    return { noise: facts.noise, rate: facts.deliveries / facts.cpu };
  });
  yield { title: 'one worker and two: SSE, 100 connections x 100 streams', key: 'rate', unit: 'deliveries per CPU-second', more: 'worse', targets, result: events };
}
