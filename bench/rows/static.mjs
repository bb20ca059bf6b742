// One file again and again, over warm connections.
import { execFileSync } from 'node:child_process';

import { addBare } from '../compare.mjs';
import { bareSend, h2load } from '../load.mjs';
import { fileOf, sizes } from '../place.mjs';
import { serverCore } from '../server.mjs';

export const peers = ['h2o', 'nginx', 'nghttpd', 'caddy', 'apache', 'node'];
export const usual = ['h2o', 'nginx'];

const requests = { '1 KiB': 200_000, '10 KiB': 100_000, '100 KiB': 20_000, '10 MiB': 300 };
const targets = {
  '1 KiB': { h2o: 1.15, nginx: 3 },
  '10 KiB': { h2o: 1.15, nginx: 1.2 },
  '100 KiB': { h2o: 1.15, nginx: 1.2 },
  '10 MiB': { h2o: 1, 'cipher and send alone': 0.9 },
};

// Bytes of a file that a second of CPU encrypts and sends, with nothing around it: what no server can be above.
function cipherAndSend(bytes, seconds) {
  const speed = execFileSync('taskset', ['-c', serverCore, 'openssl', 'speed', '-seconds', String(Math.ceil(seconds)), '-bytes', '16384', '-evp', 'aes-128-gcm'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const encrypted = Number(speed.match(/AES-128-GCM\s+([\d.]+)k/)[1]) * 1000;
  const piece = 64 * 1024;
  const sent = piece * 1e6 / bareSend({ connections: 4, bytes: piece, rate: 300, seconds });
  const together = 1 / (1 / encrypted + 1 / sent);
  return { rate: together / bytes, gigabytes: together / 1e9 };
}

export async function* rows(bench) {
  const servers = await bench.servers(peers);
  for (const size of Object.keys(sizes)) {
    const count = Math.round(requests[size] * bench.share);
    // A large file is read by few at a time: the client, not the server, would hold all of them.
    const shape = size === '10 MiB' ? { connections: 4, streams: 2 } : { connections: 16, streams: 32 };
    const result = await bench.compare(servers, async (server) => {
      const run = await h2load(server, fileOf(size), { requests: count, ...shape });
      return { ...run, rate: run.done / run.cpu, gigabytes: (run.done * sizes[size]) / run.cpu / 1e9 };
    });
    if (size === '10 MiB') addBare(result, 'cipher and send alone', () => cipherAndSend(sizes[size], bench.seconds(2)));
    yield { title: `static ${size}`, key: 'rate', unit: 'requests per CPU-second', more: 'better', targets: targets[size], result,
      also: size === '10 MiB' ? { key: 'gigabytes', unit: 'GB per CPU-second' } : undefined };
  }
}
