// Bytes of Herald's memory for an idle event stream on a shared connection, and for a connection:
// node bench/idle-streams.mjs [CONNECTIONS] [STREAMS]. Opens CONNECTIONS x STREAMS subscriptions, then
// reads the server's resident set from /proc.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import os from 'node:os';
import path from 'node:path';

const connections = Number(process.argv[2] ?? 100);
const streams = Number(process.argv[3] ?? 100);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-idle-'));
const herald = process.env.HERALD ?? 'build/herald';
fs.mkdirSync(path.join(work, 'root'));
const [key, cert] = [path.join(work, 'key'), path.join(work, 'cert')];
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });

const server = spawn(herald, ['serve', path.join(work, 'root'), '--listen', '127.0.0.1:0', '--workers', '1',
  '--cert', cert, '--key', key], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const line = await new Promise((resolve) => server.stdout.once('data', (d) => resolve(String(d))));
  const origin = line.match(/https:\/\/[^/]+/)[0];
  const resident = () =>
    Number(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;

  const sessions = [];
  const open = (session) => new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/events?topic=idle' });
    stream.once('data', resolve);
    stream.once('error', reject);
  });
  const grow = async (count) => {
    for (let i = 0; i < count; ++i) {
      const session = http2.connect(origin, { rejectUnauthorized: false });
      sessions.push(session);
      await open(session);
    }
  };
  await grow(10);  // what the allocator and OpenSSL take once
  const empty = resident();
  await grow(connections);
  const connected = resident();
  for (const session of sessions.slice(10)) {
    for (let i = 1; i < streams; ++i) open(session).catch(() => {});
    await open(session);
  }
  const full = resident();
  console.log(`${connections} connections with one idle event stream: ` +
    `${Math.round((connected - empty) / connections)} bytes each`);
  console.log(`${connections * streams} further idle event streams on them: ` +
    `${Math.round((full - connected) / (connections * streams))} bytes each`);
  for (const session of sessions) session.destroy();
} finally {
  server.kill();
  fs.rmSync(work, { recursive: true, force: true });
}
