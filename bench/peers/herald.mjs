// Herald itself.
import path from 'node:path';

export const name = 'herald';
export const program = path.resolve(process.env.HERALD ?? 'build/herald');

export const command = (place, port, workers) => [program, 'serve', '--config', place.file('herald.toml', `
[serve]
root = "${place.root}"
listen = ["127.0.0.1:${port}"]
cert = "${place.cert}"
key = "${place.key}"
workers = ${workers}
dev = true
[events]
subscribers = 2000000
arrivals = 10000000
[limits]
connections_per_address = 0
new_connections_per_address = 0
`)];

const publish = { path: '/send', type: 'application/json', before: '{"topic":"bench","message":"', after: '"}' };
export const events = { path: '/events?topic=bench', publish };
// Each run is a client of its own: the last one's may not have said yet that it had its last message.
let clients = 0;
export const polls = {
  path: '/poll', cursor: 'none', get prefer() { return `return=minimal; client=c${++clients}`; }, publish: { ...publish, before: '{"message":"' },
};
