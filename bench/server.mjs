// One server under measurement, on core 0 (the client has core 1), from its start to its end.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { familyOf } from './machine.mjs';
import { freePort } from './place.mjs';

export const serverCore = '0';
export const clientCore = '1';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true) || socket.destroy());
    socket.once('error', () => resolve(false));
  });
}

// `peer` is a module of peers/. `options`: workers (1), cores (where it may run), root (of its files), name (in the table), port (of one that is gone).
export async function startServer(peer, place, options = {}) {
  const port = options.port ?? await freePort();
  const workers = options.workers ?? 1;
  const [command, ...args] = peer.command({ ...place, root: options.root ?? place.root }, port, workers);
  const log = fs.openSync(path.join(place.folder, `${peer.name}.log`), 'a');
  const child = spawn('taskset', ['-c', options.cores ?? serverCore, command, ...args],
    { stdio: ['ignore', log, log], env: { ...process.env, ...peer.env }, cwd: place.folder });
  let over = false;
  const ended = new Promise((resolve) => child.once('exit', () => resolve(over = true)));
  for (let i = 0; !(await answers(port)); ++i) {
    if (over || i > 200) {
      throw new Error(`${peer.name} does not start: ${fs.readFileSync(path.join(place.folder, `${peer.name}.log`), 'utf8').slice(-500)}`);
    }
    await sleep(50);
  }
  await sleep(300);  // some make their workers after the socket
  return {
    name: options.name ?? peer.name, peer, port,
    family: () => familyOf(child.pid),
    kill: () => child.kill('SIGKILL') && ended,
    stop: async () => {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(3000)]);
      if (!over) for (const pid of familyOf(child.pid).reverse()) process.kill(pid, 'SIGKILL');
      await ended;
      fs.closeSync(log);
    },
  };
}
