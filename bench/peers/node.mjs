// Node's own http2 with the event stream and the long poll that most tutorials show.
import { fileURLToPath } from 'node:url';

export const name = 'node';
export const version = [process.execPath, '--version'];
export const command = (place, port) => [process.execPath, fileURLToPath(new URL('node-server.mjs', import.meta.url)),
  place.root, place.key, place.cert, String(port)];

const json = { type: 'application/json', before: '{"message":"', after: '"}' };
export const events = { path: '/events', publish: { path: '/broadcast', ...json } };
export const polls = { path: '/poll?clientId=c1', cursor: 'none', publish: { path: '/send', ...json } };
