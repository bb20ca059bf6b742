// Redis for tests: a server of a test's own, on a socket in a folder of its own, which can be killed and started again.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { folder, until } from './herald.mjs';

// An inline command over the socket; the answer's first part, or nothing.
export function say(socket, ...commands) {
  return new Promise((resolve) => {
    const line = net.connect(socket);
    line.on('error', () => resolve(''));
    line.on('data', (bytes) => { line.destroy(); resolve(bytes.toString()); });
    line.on('connect', () => line.write(commands.map((command) => `${command}\r\n`).join('')));
  });
}

// A Redis of this test's own.
export async function redis(t, ...args) {
  const home = folder(t);
  const socket = path.join(home, 'redis.sock');
  const store = { socket };
  store.start = async () => {
    store.child = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', home, '--save', '', '--appendonly', 'yes', ...args], { stdio: 'ignore' });
    await until('Redis answers', async () => /^[+-]/.test(await say(socket, 'PING')));
  };
  store.kill = async () => {
    const ended = new Promise((resolve) => { store.child.once('exit', resolve); });
    store.child.kill('SIGKILL');
    await ended;
  };
  t.after(() => store.child.kill('SIGKILL'));
  await store.start();
  return store;
}
