// The stage of a soak: a folder with a site, a certificate and two configurations; a store and an app server that can be killed
// and come back; and Herald, whose process may be followed by others.
import { execFileSync, fork, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export async function until(what, condition, within = 15000) {
  for (const end = performance.now() + within; ;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await sleep(50);
  }
}

// Every line of a file names its version, so that an answer made of two versions can be told.
export const versions = { 'style.css': 4, 'app.js': 40, 'photo.bin': 100 };  // KiB
export function writeVersion(root, name, version) {
  const line = `${name} version ${String(version).padStart(8, '0')}`.padEnd(127, '.');
  const fresh = path.join(root, `.${name}.fresh`);
  fs.writeFileSync(fresh, `${line}\n`.repeat(versions[name] * 8));
  fs.renameSync(fresh, path.join(root, name));
}

function configuration(place, streams) {
  return `[events]
store = "unix://${place.socket}"
history = 200
bytes = "8MiB"
store_events = 2000
store_timeout = "1s"
[limits]
connections_per_address = 0
new_connections_per_address = 0
concurrent_streams = ${streams}
[timeouts]
idle = "20s"
[proxy]
upstream = ["http://127.0.0.1:${place.upstreamPort}"]
`;
}

export class Stage {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-soak-'));
  root = path.join(this.folder, 'site');
  socket = path.join(this.folder, 'redis.sock');
  config = path.join(this.folder, 'herald.toml');
  errors = '';
  pids = [];  // of Herald, the one that serves last
  outages = { upstream: 0, store: 0 };  // until when each may still be felt
  lost = () => {};  // is told of a connection that ended for no reason that is known

  async start(program) {
    fs.mkdirSync(this.root);
    fs.writeFileSync(path.join(this.root, 'index.html'),
      '<!doctype html><link rel=stylesheet href=/style.css><script src=/app.js></script><img src=/photo.bin>');
    for (const name of Object.keys(versions)) writeVersion(this.root, name, 0);
    [this.key, this.cert] = [path.join(this.folder, 'key.pem'), path.join(this.folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', this.key, '-out', this.cert], { stdio: 'ignore' });
    this.ca = fs.readFileSync(this.cert);
    await this.startStore();
    await this.startUpstream();
    this.configure(0);
    await this.#serve(program);
    return this;
  }

  get origin() { return `https://127.0.0.1:${this.port}`; }
  get pid() { return this.pids.at(-1); }

  // One of two configurations that differ in what a reload takes.
  configure(which) { fs.writeFileSync(this.config, configuration(this, which % 2 === 0 ? 128 : 100)); }

  async startStore() {
    this.store = spawn('redis-server', ['--port', '0', '--unixsocket', this.socket, '--dir', this.folder, '--save', '', '--appendonly', 'yes',
      '--appendfsync', 'always'], { stdio: 'ignore' });
    await until('Redis answers', () => new Promise((resolve) => {
      const line = net.connect(this.socket);
      line.on('error', () => resolve(false));
      line.on('data', (bytes) => { line.destroy(); resolve(bytes.toString().startsWith('+')); });
      line.on('connect', () => line.write('PING\r\n'));
    }));
  }
  async startUpstream() {
    this.upstream = fork(path.join(here, 'upstream.mjs'), [String(this.upstreamPort ?? 0)], { execArgv: [] });
    this.upstreamPort = await new Promise((resolve, reject) => { this.upstream.once('message', resolve); this.upstream.once('error', reject); });
  }

  // SIGKILL, away for a while, and back. `grace`: how long after that it may still be felt.
  async kill(which, away, grace) {
    this.outages[which] = Infinity;
    const ended = new Promise((resolve) => { this[which].once('exit', resolve); });
    this[which].kill('SIGKILL');
    await ended;
    await sleep(away);
    await (which === 'store' ? this.startStore() : this.startUpstream());
    this.outages[which] = performance.now() + grace;
  }
  // Whether what went wrong now may come of an outage.
  excused(which) { return performance.now() < this.outages[which]; }

  async #serve(program) {
    this.herald = spawn(program, ['serve', this.root, '--config', this.config, '--dev', '--listen', '127.0.0.1:0', '--workers', '2',
      '--cert', this.cert, '--key', this.key, '--metrics', '127.0.0.1:0', '--access-log', path.join(this.folder, 'access.log')],
    { stdio: ['ignore', 'pipe', 'pipe'] });
    this.herald.stdout.on('data', () => {});
    let out = '';
    this.herald.stdout.on('data', (bytes) => { out = (out + bytes).slice(-4000); });
    this.herald.stderr.on('data', (bytes) => {
      this.errors += bytes;
      for (const [, pid] of String(bytes).matchAll(/process (\d+) has taken over/g)) this.pids.push(Number(pid));
    });
    this.port = Number(await until('Herald serves', () => {
      if (this.herald.exitCode !== null) throw new Error(`Herald ended: ${this.errors}`);
      return /on https:\/\/[^\s]*:(\d+)\//.exec(out)?.[1];
    }));
    this.metricsPort = Number(await until('it says where metrics are', () => /metrics are at http:\/\/[^\s]*:(\d+)/.exec(this.errors)?.[1]));
    this.pids.push(this.herald.pid);
  }

  signal(name) { process.kill(this.pid, name); }
  async takeOver() {
    const before = this.pids.length;
    this.signal('SIGUSR2');
    await until('a new process has taken over', () => this.pids.length > before, 30000);
  }

  // The metrics that have no labels.
  async metrics() {
    const response = await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`, { headers: { connection: 'close' } });
    return Object.fromEntries([...(await response.text()).matchAll(/^(\w+) ([\d.e+-]+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  }

  // Ends everything; an error if Herald does not end by itself.
  async end() {
    try {
      if (this.pid) {
        this.signal('SIGTERM');
        await until('Herald ends after SIGTERM', () => this.pids.every((pid) => !alive(pid)), 40000);
      }
    } finally {
      for (const pid of this.pids) if (alive(pid)) process.kill(pid, 'SIGKILL');
      this.store?.kill('SIGKILL');
      this.upstream?.kill('SIGKILL');
      fs.rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

export function alive(pid) {
  try { return !fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '); } catch { return false; }
}
