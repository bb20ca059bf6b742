// What the cases can be run against: Herald itself, nghttpd and nginx as Debian has them, or any address. Each is started on a free
// port of the loopback with the same small site, and stopped by its own id.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const tree = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const heraldProgram = path.resolve(tree, process.env.HERALD ?? 'build/herald');
export const sanitizer = /^.*(runtime error: |\w+Sanitizer).*$/m;  // what one says when it has found something

// The certificate for whoever asks for rsa.localhost, and its key: some suites of TLS 1.2 are for RSA alone. It is made once, which takes its time.
let rsa;
const rsaName = 'rsa.localhost';

export function makeSite() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-conformance-'));
  const site = path.join(folder, 'site');
  fs.mkdirSync(site);
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(path.join(site, 'index.html'), `<!doctype html><title>site</title><p>${'text '.repeat(40)}</p>\n`);
  fs.writeFileSync(path.join(site, 'large.bin'), Buffer.alloc(1 << 20, 'large '));
  fs.writeFileSync(path.join(site, 'page.html'), `<!doctype html>${Array.from({ length: 8 }, (_, i) => `<link rel="stylesheet" href="/${i}.css">`).join('')}`);
  for (let i = 0; i < 8; i += 1) fs.writeFileSync(path.join(site, `${i}.css`), `p { margin: ${i}px }\n`.repeat(50));
  fs.writeFileSync(path.join(site, 'noise.js'), randomBytes(150_000).toString('base64'));
  fs.writeFileSync(path.join(site, 'bomb.json'), `"${' '.repeat(4 << 20)}"`);
  const key = path.join(folder, 'key.pem');
  const cert = path.join(folder, 'cert.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '7', '-keyout', key, '-out', cert,
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  rsa ??= execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', '-keyout', '-', '-out', '-',
    '-subj', `/CN=${rsaName}`, '-addext', `subjectAltName=DNS:${rsaName}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const both = path.join(folder, 'rsa.pem');
  fs.writeFileSync(both, rsa);
  return { folder, site, key, cert, rsa: both, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

const running = new Set();  // what ends each
process.once('exit', () => { for (const leave of running) leave(); });

// The target once it is `ready`; if that fails, and if this program ends, nothing of it is left. Its stop() says what was wrong with it,
// if anything was: "it ended by itself (SIGSEGV)".
async function started(child, files, ready, target) {
  const leave = () => { child.kill('SIGKILL'); files.remove(); };
  running.add(leave);
  const gone = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
    child.once('error', (error) => resolve(error.message));
  });
  const stop = async () => {
    const died = child.exitCode !== null || child.signalCode !== null;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    const how = await gone;
    clearTimeout(timer);
    running.delete(leave);
    files.remove();
    return died || ![0, 'SIGTERM', 'SIGKILL'].includes(how) ? `it ended by itself (${how})` : '';
  };
  try {
    await Promise.race([ready, gone.then((how) => { throw new Error(`${target.name} ended before it was ready (${how}) ${target.log ?? ''}`); })]);
  } catch (error) {
    await stop();
    throw error;
  }
  return Object.assign(target, { host: '127.0.0.1', path: '/', large: '/large.bin', pid: child.pid, stop });
}

async function listening(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await pause(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

// "{folder}" in an argument is a folder of its own, which goes with it.
export async function startHerald({ args = [], config = '' } = {}) {
  const files = makeSite();
  const configFile = path.join(files.folder, 'herald.toml');
  // A tester is no browser: what it leaves unused would soon be pushed no more.
  fs.writeFileSync(configFile, `${config}\n[hints]\nfeedback = false\n[[serve.certificate]]\ncert = "${files.rsa}"\nkey = "${files.rsa}"\n`);
  const child = spawn(heraldProgram, ['serve', files.site, '--listen', '127.0.0.1:0', '--cert', files.cert, '--key', files.key, '--dev', '--config', configFile, ...args.map((arg) => arg.replace('{folder}', files.folder))],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const target = { name: 'Herald', port: 0, post: '/send', pushes: '/page.html', collects: true, rsa: rsaName, log: '', site: files.site };
  let complaint = '';
  child.stderr.on('data', (bytes) => {
    target.log = (target.log + bytes).slice(-200_000);
    complaint ||= sanitizer.exec(target.log)?.[0] ?? '';
  });
  let out = '';
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`herald is not ready after 15 s: ${target.log}`)), 15_000);
    child.once('exit', () => clearTimeout(timer));
    child.stdout.on('data', (bytes) => {
      out += bytes;
      target.port = Number(/:(\d+)\/\s*$/m.exec(out)?.[1] ?? 0);
      if (target.port) { clearTimeout(timer); resolve(); }
    });
  });
  const { stop } = await started(child, files, ready, target);
  return Object.assign(target, { stop: async () => await stop() || complaint });
}

async function startNghttpd() {
  const files = makeSite();
  const port = await freePort();
  const child = spawn('nghttpd', ['-a', '127.0.0.1', '-d', files.site, String(port), files.key, files.cert], { stdio: 'ignore' });
  return started(child, files, listening(port), { name: 'nghttpd', port, post: '/' });
}

async function startNginx() {
  const files = makeSite();
  const port = await freePort();
  const file = path.join(files.folder, 'nginx.conf');
  fs.writeFileSync(file, `daemon off; worker_processes 1; pid ${files.folder}/pid; error_log ${files.folder}/error.log; ${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 2000; }
http { access_log off; types { text/html html; }
  client_body_temp_path ${files.folder}/b; proxy_temp_path ${files.folder}/p; fastcgi_temp_path ${files.folder}/f; uwsgi_temp_path ${files.folder}/u; scgi_temp_path ${files.folder}/s;
  server { listen 127.0.0.1:${port} ssl http2 backlog=1024; ssl_certificate ${files.cert}; ssl_certificate_key ${files.key}; ssl_protocols TLSv1.2 TLSv1.3;
    root ${files.site}; }
  server { listen 127.0.0.1:${port} ssl http2; server_name ${rsaName}; ssl_certificate ${files.rsa}; ssl_certificate_key ${files.rsa}; ssl_protocols TLSv1.2 TLSv1.3;
    root ${files.site}; } }
`);
  const child = spawn('nginx', ['-c', file, '-p', files.folder], { stdio: 'ignore' });
  return started(child, files, listening(port), { name: 'nginx', port, post: '/', rsa: rsaName });
}

async function startH2o() {
  const files = makeSite();
  const port = await freePort();
  const file = path.join(files.folder, 'h2o.conf');
  const host = (key, cert, more = '') => `{ listen: { host: 127.0.0.1, port: ${port}, ssl: { key-file: ${key}, certificate-file: ${cert}${more} } }, paths: { "/": { file.dir: ${files.site} } } }`;
  // Its process for keys cannot decrypt with OpenSSL 3: a handshake with RSA alone would fail after the suite has been chosen.
  fs.writeFileSync(file, `num-threads: 1
hosts: { default: ${host(files.key, files.cert)}, "${rsaName}": ${host(files.rsa, files.rsa, ', neverbleed: OFF')} }
${process.getuid() === 0 ? 'user: root' : ''}
`);
  const child = spawn('h2o', ['-c', file], { stdio: 'ignore' });
  return started(child, files, listening(port), { name: 'H2O', port, post: '/', rsa: rsaName });
}

const known = { herald: startHerald, nghttpd: startNghttpd, nginx: startNginx, h2o: startH2o };

// By name, or HOST:PORT of a server that runs already.
export async function startTarget(name, options) {
  if (Object.hasOwn(known, name)) return known[name](options);
  const found = /^(.+):(\d+)$/.exec(name);
  if (!found) throw new Error(`"${name}" is neither HOST:PORT nor one of ${Object.keys(known).join(', ')}`);
  return { name, host: found[1].replace(/^\[|\]$/g, ''), port: Number(found[2]), path: options?.path ?? '/', post: '/', stop: async () => '' };
}
