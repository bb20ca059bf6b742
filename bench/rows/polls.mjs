// One client that polls in a loop; a message is published when it has had the last one.
import { addBare } from '../compare.mjs';
import { bareExchange, load } from '../load.mjs';

export const peers = ['nchan', 'node'];
export const usual = peers;
const size = 100;

export async function* rows(bench) {
  const servers = await bench.servers(peers);
  const result = await bench.compare(servers, async (server) => {
    const { path, cursor, prefer, publish } = server.peer.polls;
    const facts = await load(server, 'polls', { path, cursor, ...(prefer && { prefer }), publish: publish.path, type: publish.type, before: publish.before,
      after: publish.after, size, seconds: bench.seconds(3) });
    if (facts.lost + facts.duplicates + facts.refused > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
    return { noise: facts.noise, cost: (facts.cpu * 1e6) / facts.deliveries, overhead: facts.wire_bytes_per_delivery - size,
      p50: facts.latency_us.p50 / 1000 };
  });
  const bytes = structuredClone(result);
  // No server can be below that is asked by a poll and told by a publication on two connections.
  addBare(result, 'bare exchanges', () => ({ cost: bareExchange({ seconds: bench.seconds(3) }) }));
  yield { title: 'long polls, one client in a loop, 100 B', key: 'cost', unit: 'us of CPU per message, publishing included', more: 'worse',
    targets: { nchan: 1 / 3 }, result };
  yield { title: 'long polls, bytes besides the data', key: 'overhead', unit: 'bytes of TLS, both directions', more: 'worse', limit: 90, result: bytes };
}
