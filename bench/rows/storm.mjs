// Fifty thousand EventSources that come at once, lose their server (kill -9), and come back at once to the next one: whether all are there again,
// how long it takes, and how late events are meanwhile. The server has its defaults: so many are let in each second, the others put off.
import path from 'node:path';

import { load } from '../load.mjs';
import { startServer } from '../server.mjs';

export const peers = [];
export const usual = [];

const peer = {
  name: 'herald',
  command: (place, port) => [path.resolve(process.env.HERALD ?? 'build/herald'), 'serve', '--config', place.file('storm.toml', `
[serve]
root = "${place.root}"
listen = ["127.0.0.1:${port}"]
cert = "${place.cert}"
key = "${place.key}"
workers = 1
dev = true
[events]
store = "storm.db"
`)],
};

export async function* rows(bench) {
  const [herald] = await bench.peers([]);
  const { path: url, publish } = herald.events;
  const streams = bench.quick ? 4 : 20;
  const result = await bench.compare([{ name: 'herald' }], async () => {
    let server = await startServer(peer, bench.place);
    const said = {};
    try {
      const facts = await load(server, 'storm', { path: url, publish: publish.path, type: publish.type, before: publish.before, after: publish.after,
        connections: 2500, streams, rate: 1, seconds: 3 }, async (phase) => {
        said[phase.phase] = phase;
        if (phase.phase !== 'calm') return;
        await server.kill();
        server = await startServer(peer, bench.place, { port: server.port });
      });
      if (facts.dead > 0) throw new Error(`${facts.dead} died`);
      console.error(JSON.stringify({ opened: said.opened, back: said.back, done: said.done, memory: facts.memory }));
      return { noise: 0, opened: said.opened.seconds, back: said.back.seconds, putOff: said.back.put_off, calm: facts.latency_ms_calm.p99, storm: facts.latency_ms_storm.p99 };
    } finally {
      await server.stop();
    }
  }, 1);
  yield { title: `${2500 * streams} EventSources on 2,500 connections lose their server`, key: 'back', unit: 's until the last is back', more: 'worse', targets: {}, result,
    also: { key: 'storm', unit: 'ms, p99 of an event to those who are there' } };
}
