// Runs a client against a server, on the client's core, and measures the server meanwhile.
import { execFile, execFileSync, spawn } from 'node:child_process';
import os from 'node:os';
import readline from 'node:readline';

import { busySeconds, cpuOf, memoryOf } from './machine.mjs';
import { clientCore, serverCore } from './server.mjs';

const program = process.env.HERALD_LOAD ?? 'build/bench/load/herald-load';

// From start() to stop(): CPU of the server, and of everything that has nothing to do with the measurement.
class Window {
  constructor(server, clientFamily) {
    this.families = [server.family(), clientFamily, [process.pid]];
    this.began = { cpu: this.families.map(cpuOf), busy: busySeconds(), time: performance.now() };
  }
  stop() {
    const cpu = this.families.map((family, i) => (cpuOf(family) - this.began.cpu[i]) / 1e9);
    const elapsed = (performance.now() - this.began.time) / 1000;
    const others = busySeconds() - this.began.busy - cpu.reduce((a, b) => a + b, 0);
    // Ticks are coarse: less than a few of them are nobody.
    return { cpu: cpu[0], client: cpu[1], elapsed, noise: Math.max(0, others - 0.05) / elapsed };
  }
}

// The one cipher of all servers, and the key exchange of all that have it (`group` of a peer that has not).
const tls = ['--tls13-ciphers=TLS_AES_128_GCM_SHA256', '--groups=X25519:P-256'];
function checkTls({ name, peer }, text) {
  const of = (what) => text.match(new RegExp(`^${what}: (.*)`, 'm'))?.[1] ?? 'nothing';
  const [cipher, group] = [of('Cipher'), of('Server Temp Key')];
  if (cipher !== 'TLS_AES_128_GCM_SHA256' || !group.includes(peer.group ?? 'X25519')) throw new Error(`${name}: TLS with ${cipher} and ${group}`);
}

// Requests with h2load, of one file or of many in turn: { done, cpu, elapsed, noise }.
export async function h2load(server, path, { requests, connections = 16, streams = 32, list }) {
  // A list (a file of paths) is asked of the server that the URL names.
  const what = list ? ['-B', `https://127.0.0.1:${server.port}`, '-i', list] : [`https://127.0.0.1:${server.port}${path}`];
  const child = spawn('taskset', ['-c', clientCore, 'h2load', '-n', String(requests), '-c', String(connections), '-m', String(streams),
    ...tls, ...what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const window = new Window(server, [child.pid]);
  let text = '';
  // The client's own time is read while it lives: at the end of its output.
  let measured;
  for await (const piece of child.stdout) {
    text += piece;
    measured = window.stop();
  }
  const done = Number(text.match(/(\d+) succeeded/)?.[1] ?? 0);
  if (done < requests) throw new Error(`${server.name}: only ${done} of ${requests} requests of ${path} succeeded`);
  checkTls(server, text);
  return { ...measured, done };
}

const flags = (options) => Object.entries(options).flatMap(([name, value]) =>
  value === true ? [`--${name}`] : Array.isArray(value) ? value.flatMap((one) => [`--${name}`, String(one)]) : [`--${name}`, String(value)]);

// One of the modes of herald-load; an urgent one comes before other clients on their core (if run by root). Gives its figures, with
// { cpu, elapsed, noise } of its measuring phase, and the server's memory when all is open and settled, and when measuring begins and
// ends. `heard` is told every phase.
export async function load(server, mode, { urgent = false, ...options }, heard = () => {}) {
  const child = spawn('taskset', ['-c', clientCore, program, mode, ...flags({ port: server.port, ...options })],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  if (urgent && process.getuid() === 0) os.setPriority(child.pid, os.constants.priority.PRIORITY_HIGHEST);
  const facts = { memoryBefore: memoryOf(server.family()) };
  let window;
  for await (const line of readline.createInterface(child.stdout)) {
    const said = JSON.parse(line);
    if (said.phase === 'opened') facts.opened = said.seconds;
    if (said.phase === 'settled') facts.memory = memoryOf(server.family());
    if (said.phase === 'measuring') {
      window = new Window(server, [child.pid]);
      facts.memoryMeasuring = memoryOf(server.family());
    }
    if (said.phase === 'measured') Object.assign(facts, window.stop(), { memoryMeasured: memoryOf(server.family()) });
    await heard(said);
    if (said.phase === 'failed') throw new Error(`${server.name}: ${said.why}`);
    if (said.phase === 'done') Object.assign(facts, said);
  }
  if (facts.phase !== 'done') throw new Error(`${server.name}: the load ended early`);
  return facts;
}

// A slow line to a server: { port, stop }.
export async function link(server, options) {
  const child = spawn('taskset', ['-c', clientCore, program, 'link', ...flags({ port: server.port, ...options })],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await new Promise((resolve) => readline.createInterface(child.stdout).once('line', (text) => resolve([text])));
  return { ...server, port: JSON.parse(line).port, stop: () => child.kill() };
}

export const hasCommand = (name) => new Promise((resolve) => execFile('which', [name], (error) => resolve(!error)));

// What herald-load measures of the kernel, with no server around it.
function bare(mode, flags) {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return JSON.parse(execFileSync(program, [mode, ...args], { encoding: 'utf8' }).trim().split('\n').at(-1));
}

// Microseconds of CPU that the kernel takes for each send of a broadcast...
export const bareSend = (flags) => bare('bare', { ...flags, 'sender-core': serverCore, 'reader-core': clientCore }).us_per_send;
// ...and for the exchanges of one message that is polled for.
export const bareExchange = (flags) => bare('bare-exchange', { ...flags, 'server-core': serverCore, 'client-core': clientCore }).us_per_message;
