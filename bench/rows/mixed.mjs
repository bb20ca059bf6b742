// What shares a server, or a connection: an event while a large file comes down, over 20 Mbit/s and 10 ms each way; a request while events go
// to thousands.
import { link, load } from '../load.mjs';
import { fileOf } from '../place.mjs';

export const peers = ['nchan', 'node'];
export const usual = peers;

// What the line itself makes an event wait for: its receive buffer (64 KiB) and its queue (16 KiB), at its rate.
const queueOfLine = ((64 + 16) * 1024) / 2500;  // ms
const allowed = 10;  // ms on top

export async function* rows(bench) {
  const servers = await bench.servers(peers);
  const late = (download) => bench.compare(servers, async (server) => {
    const { path, publish } = server.peer.events;
    const line = await link(server, { megabits: 20, delay: 10 });
    try {
      const facts = await load({ ...server, port: line.port }, 'events', { path, publish: publish.path, type: publish.type, before: publish.before,
        after: publish.after, connections: 1, streams: 1, rate: 20, settle: 0.3, seconds: bench.seconds(4), 'receive-buffer': 32768, ...download });
      if (facts.lost + facts.duplicates > 0) throw new Error(`${facts.lost} lost, ${facts.duplicates} twice`);
      return { noise: facts.noise, p50: facts.latency_us.p50 / 1000, p99: facts.latency_us.p99 / 1000, max: facts.latency_us.max / 1000 };
    } finally {
      line.stop();
    }
  }, Math.min(bench.rounds, 3));
  const idle = await late({});
  yield { title: 'event on an idle line', key: 'p50', unit: 'ms, p50', more: 'worse', targets: {}, result: idle, also: { key: 'p99', unit: 'ms, p99' } };
  const limit = idle.values.herald && idle.values.herald.p50 + queueOfLine + allowed;
  yield { title: 'event during a download on the same connection', key: 'p50', unit: 'ms, p50', more: 'worse', limit, targets: {},
    result: await late({ download: fileOf('10 MiB') }), also: { key: 'p99', unit: 'ms, p99' } };

  const crowd = { connections: 4000, streams: 1, rate: 5 };
  const beside = await bench.compare(servers, async (server) => {
    const { path, publish } = server.peer.events;
    const seconds = bench.seconds(4);
    let asks;
    const events = await load(server, 'events', { path, publish: publish.path, type: publish.type, before: publish.before, after: publish.after,
      ...crowd, settle: 1, 'warm-up': 0.5, seconds }, ({ phase }) => {
      if (phase !== 'measuring') return;
      asks = load(server, 'asks', { path: fileOf('1 KiB'), rate: 200, urgent: true, 'warm-up': 0.2, seconds: seconds - 0.5 });
      asks.catch(() => {});  // told below: it may fail while the events go on
    });
    const { took_us: took, client, asked } = await asks;
    if (asked === 0) throw new Error('no request was answered');
    if (events.lost + events.duplicates > 0) throw new Error(`${events.lost} lost, ${events.duplicates} twice`);
    return { noise: Math.max(0, events.noise - client / events.elapsed), p50: took.p50 / 1000, p99: took.p99 / 1000, max: took.max / 1000 };
  }, Math.min(bench.rounds, 3));
  yield { title: `request while events go to ${crowd.connections.toLocaleString('en')} connections, ${crowd.rate} a second`, key: 'p99', unit: 'ms, p99', more: 'worse',
    targets: {}, result: beside, also: { key: 'p50', unit: 'ms, p50' } };
}
