// What every test of the whole program shares: starting and stopping it, fresh folders and certificates, a TCP proxy in front
// of it, an HTTP/2 client, and waiting for a condition with a deadline. Knows nothing of any one test.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sanitizer } from '../conformance/targets.mjs';

export const tree = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const program = path.resolve(tree, process.env.HERALD ?? 'build/herald');
export const npmFolder = path.resolve(tree, process.env.HERALD_NPM ?? 'build/npm');
export const demo = path.join(tree, 'demo');

// A package from $HERALD_NPM (see tests/npm-install), or null with the reason in `missing`.
export const fromNpm = createRequire(path.join(npmFolder, 'package.json'));
export async function importFromNpm(name) {
  return import(fromNpm.resolve(name));
}
export function lacks({ packages = [], programs = [], node = 18 } = {}) {
  if (Number(process.versions.node.split('.')[0]) < node) return `needs Node ${node}, this is ${process.versions.node}`;
  if (!fs.existsSync(program)) return `no program at ${program}: set HERALD`;
  for (const name of packages) {
    if (!fs.existsSync(path.join(npmFolder, 'node_modules', name))) return `npm package ${name} is missing: run tests/npm-install`;
  }
  for (const name of programs) {
    if (!onPath(name)) return `${name} is not installed`;
  }
  return false;
}
// Made with a sanitizer of addresses or threads, which wants to be the first library of its process, all of its addresses, and more of everything.
export const sanitized = fs.existsSync(program) && ['libasan.so', 'libtsan.so'].some((library) => fs.readFileSync(program).includes(library));
export function onPath(name) {
  return name.startsWith('/') ? fs.existsSync(name) : (process.env.PATH ?? '').split(':').some((each) => fs.existsSync(path.join(each, name)));
}

// A handle that a test forgot would keep its process, and so the whole run, from ending: say what it is, and end.
after(() => {
  setTimeout(() => {
    console.error(`still open after the last test: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit();
  }, 10000).unref();
});

// `condition` until it is truthy; its last value, or an error that names what was awaited.
export async function until(what, condition, { within = 10000, every = 20 } = {}) {
  const end = performance.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, every); });
  }
}

// The promise, or an error after `within`.
export async function soon(what, promise, within = 10000) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not within ${within} ms: ${what}`)), within); });
  try { return await Promise.race([promise, late]); } finally { clearTimeout(timer); }
}

export function folder(t, files = {}) {
  const name = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-test-'));
  t.after(() => fs.rmSync(name, { recursive: true, force: true }));
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(name, file)), { recursive: true });
    fs.writeFileSync(path.join(name, file), content);
  }
  return name;
}

// A certificate for localhost and 127.0.0.1, or other names, signed by itself, which therefore is also the CA a client has to trust.
export function certificate(into, name = 'site', names = 'DNS:localhost,IP:127.0.0.1') {
  const key = path.join(into, `${name}.key`);
  const cert = path.join(into, `${name}.crt`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '7', '-keyout', key, '-out', cert,
    '-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`], { stdio: 'ignore' });
  return { key, cert };
}
// What Chromium's --ignore-certificate-errors-spki-list wants.
export function spki(cert) {
  const { publicKey } = new X509Certificate(fs.readFileSync(cert));
  return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
}

// Ends every process that was started with this key: a server, and whoever took over from it.
export function endAllWith(key) {
  const args = (pid) => { try { return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'); } catch { return []; } };
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && args(name).includes(key))) {
    try { process.kill(Number(pid), 'SIGKILL'); } catch { /* it has ended */ }
  }
}

export class Herald {
  #child;
  #options;
  #closed;            // its standard error, by everybody who has it
  #ready = false;
  #told = new Set();  // signals sent to it that end it
  #complaint = '';    // a sanitizer's
  stderr = '';
  port = 0;

  constructor(options) { this.#options = options; }

  get origin() { return `https://127.0.0.1:${this.port}`; }
  get cert() { return this.#options.cert; }
  get pid() { return this.#child.pid; }
  get running() { return this.#child.exitCode === null && this.#child.signalCode === null; }

  async start() {
    const { root, args = [], cert, key, env = {}, under = [] } = this.#options;
    const [first, ...rest] = [...under, program];
    this.#ready = false;
    this.#told.clear();
    this.#child = spawn(first, [...rest, 'serve', root, '--listen', `127.0.0.1:${this.port}`, '--cert', cert, '--key', key, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.exit = new Promise((resolve) => { this.#child.once('exit', (code, signal) => resolve({ code, signal })); });
    this.#closed = new Promise((resolve) => { this.#child.once('close', resolve); });
    this.#child.once('error', (error) => { this.stderr += error; });
    this.#child.stderr.on('data', (bytes) => {
      this.stderr += bytes;
      this.#complaint ||= sanitizer.exec(this.stderr)?.[0] ?? '';
      this.stderr = this.stderr.slice(-20000);
    });
    let out = '';
    this.#child.stdout.on('data', (bytes) => { out = (out + bytes).slice(-20000); });
    const port = await until('the line that says the server is ready', () => {
      if (!this.running) throw new Error(`the server ended before it was ready: ${this.stderr}`);
      return /^herald: serving .* on https:\/\/[^\s]*:(\d+)\//m.exec(out)?.[1];
    }, { within: 15000, every: 10 });
    this.port = Number(port);
    this.#ready = true;
    return this;
  }

  signal(name) {
    if (['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGUSR2'].includes(name)) this.#told.add(name);
    this.#child.kill(name);
  }

  // SIGTERM, then the exit code; SIGKILL and an error if it does not end.
  async stop(within = 15000) {
    if (!this.running) return (await this.exit).code;
    this.signal('SIGTERM');
    try {
      return (await soon('the server ends after SIGTERM', this.exit, within)).code;
    } catch (error) {
      this.signal('SIGKILL');
      throw new Error(`${error.message}\n${this.stderr}`);
    }
  }

  // For the end of a test: what still runs is ended. An error if the server did not end as it was told to, or if a sanitizer complained.
  async end() {
    if (!this.#child?.pid) return;
    if (this.running) this.signal('SIGKILL');
    endAllWith(this.#options.key);
    const { code, signal } = await this.exit;
    await this.#closed;
    const asTold = signal === null ? this.#told.size > 0 && code === 0 : this.#told.has(signal);
    if (this.#ready && !asTold) throw new Error(`the server ended by itself (${signal ?? code}): ${this.stderr}`);
    if (this.#complaint) throw new Error(this.#complaint);
  }
}

// A running server for this test, ended when the test is over.
export async function serve(t, root, ...args) { return serveIn(t, {}, root, ...args); }
// The same with more variables in its environment.
export async function serveIn(t, env, root, ...args) { return started(t, { env, root, args }); }
// The same started by another program, with its arguments, that becomes it.
export async function serveUnder(t, under, root, ...args) { return started(t, { under, root, args }); }
async function started(t, options) {
  const pair = certificate(folder(t));
  const herald = new Herald({ ...options, ...pair });
  t.after(() => herald.end());
  return herald.start();
}

// A fetch over HTTP/2, for libraries that take one: a new session whenever the last one has died.
export function http2Fetch(t, herald) {
  let client;
  t.after(() => client?.destroy());
  return (address, { method = 'GET', headers = {}, body, signal } = {}) => new Promise((resolve, reject) => {
    const url = new URL(address);
    if (!client || client.closed || client.destroyed) {
      client = http2.connect(url.origin, { ca: fs.readFileSync(herald.cert), servername: 'localhost' });
      client.on('error', reject);
    }
    const stream = client.request({ ':method': method, ':path': url.pathname + url.search, ...Object.fromEntries(new Headers(headers)) }, { signal: signal ?? undefined });
    stream.on('error', reject);
    stream.on('response', (fields) => resolve(new Response(fields[':status'] === 204 ? null : new ReadableStream({
      start(controller) {
        const end = () => { try { controller.close(); } catch { /* closed already */ } };
        stream.on('data', (bytes) => controller.enqueue(new Uint8Array(bytes)));
        stream.on('end', end);
        stream.on('error', (error) => { try { controller.error(error); } catch { /* closed already */ } });
        stream.on('close', end);
      },
      cancel() { stream.close(8); },
    }), { status: fields[':status'], headers: Object.entries(fields).filter(([name]) => !name.startsWith(':')).map(([name, value]) => [name, String(value)]) })));
    stream.on('close', () => reject(new TypeError('the stream was closed before it was answered')));
    stream.end(body);
  });
}

// A raw TCP proxy that holds every byte for `delay` ms each way (Chromium ignores a 103 that comes back too soon), can cut,
// and can hold the server's bytes until they are released.
export async function proxy(t, port, { delay = 10 } = {}) {
  const pairs = new Set();
  let held;
  const pipe = (from, to, mayHold) => {
    from.setNoDelay(true);
    const write = (bytes) => { if (!to.destroyed) to.write(bytes); };
    from.on('data', (bytes) => { setTimeout(() => { if (held && mayHold) held.push(() => write(bytes)); else write(bytes); }, delay); });
    from.on('end', () => { setTimeout(() => to.end(), delay); });
    from.on('error', () => to.destroy());
    from.on('close', () => { setTimeout(() => to.destroy(), delay); });
  };
  const listener = net.createServer((client) => {
    const server = net.connect(port, '127.0.0.1');
    const pair = { client, server };
    pairs.add(pair);
    client.on('close', () => pairs.delete(pair));
    pipe(client, server, false);
    pipe(server, client, true);
  });
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const cut = () => { for (const { client, server } of pairs) { client.resetAndDestroy?.(); server.destroy(); } };
  const hold = () => { held = []; };
  const release = () => { for (const write of held) write(); held = undefined; };
  t.after(() => { cut(); listener.close(); });
  return { port: listener.address().port, origin: `https://127.0.0.1:${listener.address().port}`, cut, hold, release };
}

// An HTTP/2 session with the few calls the tests need.
export async function session(t, herald, options = {}) {
  const client = http2.connect(options.origin ?? herald.origin, { ca: fs.readFileSync(herald.cert), servername: 'localhost', ...options });
  client.on('error', () => {});
  t.after(() => client.destroy());
  await soon('the session opens', new Promise((resolve, reject) => { client.once('connect', resolve); client.once('error', reject); }));
  return client;
}

// One exchange, to its end: { status, headers, body, interim: [headers], pushes }.
export function fetchOn(client, target, { method = 'GET', headers = {}, body, within = 15000 } = {}) {
  const stream = client.request({ ':path': target, ':method': method, ...headers }, { endStream: body === undefined });
  const answer = { interim: [], headers: {}, status: 0, id: 0 };
  const done = new Promise((resolve, reject) => {
    const chunks = [];
    stream.on('ready', () => { answer.id = stream.id; });
    stream.on('headers', (fields) => answer.interim.push(fields));
    stream.on('response', (fields) => { answer.headers = fields; answer.status = fields[':status']; });
    stream.on('data', (bytes) => chunks.push(bytes));
    stream.on('end', () => { answer.body = Buffer.concat(chunks); answer.text = answer.body.toString(); resolve(answer); });
    stream.on('error', reject);
  });
  if (body !== undefined) stream.end(body);
  return soon(`${method} ${target} is answered`, done, within);
}

export function publish(client, topic, message, extra = {}) {
  return fetchOn(client, '/send', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ topic, message, ...extra }) });
}

// An event stream on a session: `events` grows as blocks arrive; `retry` and `ended` tell how it went.
export function listen(client, target, headers = {}) {
  const stream = client.request({ ':path': target, accept: 'text/event-stream', ...headers });
  const feed = { stream, events: [], retry: undefined, lastId: '', ended: false, error: undefined, status: 0, text: '' };
  feed.open = new Promise((resolve, reject) => {
    stream.once('response', (fields) => { feed.headers = fields; feed.status = fields[':status']; resolve(feed); });
    stream.once('error', reject);
  });
  feed.open.catch(() => {});
  stream.setEncoding('utf8');
  let rest = '';
  stream.on('data', (text) => {
    feed.text += text;
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) take(block);
  });
  const take = (block) => {
    const event = { type: 'message', data: [] };
    for (const line of block.split('\n')) {
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (name === 'data') event.data.push(value);
      else if (name === 'event') event.type = value;
      else if (name === 'id') feed.lastId = value;
      else if (name === 'retry') feed.retry = Number(value);
    }
    if (event.data.length) feed.events.push({ type: event.type, id: feed.lastId, data: event.data.join('\n') });
  };
  stream.on('end', () => { feed.ended = true; });
  stream.on('error', (error) => { feed.error = error; });
  return feed;
}

// A program run to its end: { code, stdout, stderr }, never an exception for a bad exit.
export function run(command, args, { within = 30000, ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const out = [];
  const err = [];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => err.push(bytes));
  const end = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, bytes: Buffer.concat(out), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
  });
  return soon(`${command} ends`, end, within).catch((error) => { child.kill('SIGKILL'); throw error; });
}

export function accessLog(file) {
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

// What the access log says was asked for since line `from`, once it has all of `wanted` so many times: { path: times }.
export async function asked(log, from, wanted, times = 1) {
  const counts = () => {
    const all = {};
    for (const line of accessLog(log).slice(from)) { const name = line.path ?? line.target; all[name] = (all[name] ?? 0) + 1; }
    return all;
  };
  await until(`the log has ${wanted}`, () => { const seen = counts(); return wanted.every((one) => seen[one] >= times); });
  return counts();
}
