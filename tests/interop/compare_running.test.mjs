// `herald compare` against a running server that is not Herald: Node's, with `link`, 103 and push, as far as it is told to.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, folder, lacks, program, run, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
const timeout = 120000;

const link = '</site.css>; rel=preload; as=style';
const files = {
  '/': ['text/html', '<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><p>page</p>'],
  '/site.css': ['text/css', `/*${' '.repeat(20000)}*/ body { color: #123 }`],
};

// A page that takes 80 ms, with all ways of telling of its style that are in `tells`.
async function nodeServer(t, tells, { answer } = {}) {
  const { key, cert } = certificate(folder(t));
  const server = http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
  const sessions = new Set();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  const respond = (stream, target, extra = {}) => {
    const [type, content] = files[target];
    stream.respond({ ':status': 200, 'content-type': type, 'cache-control': 'max-age=60', server: 'node/test', ...extra });
    stream.end(content);
  };
  server.on('stream', (stream, fields) => {
    stream.on('error', () => {});
    const target = fields[':path'];
    if (answer?.(stream, target)) return;
    if (!files[target]) { stream.respond({ ':status': 404 }, { endStream: true }); return; }
    if (target !== '/') { respond(stream, target); return; }
    if (tells.includes('push') && stream.pushAllowed) {
      stream.pushStream({ ':path': '/site.css' }, (error, push) => {
        if (error) return;
        push.on('error', () => {});
        respond(push, '/site.css');
      });
    }
    if (tells.includes('103') && fields['no-early-hints'] !== '1') stream.additionalHeaders({ ':status': 103, link });
    setTimeout(() => { if (!stream.closed) respond(stream, '/', tells.includes('link') ? { link } : {}); }, 80);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { for (const session of sessions) session.destroy(); server.close(); });
  return { url: `https://127.0.0.1:${server.address().port}/`, cert };
}

// A free port and a promise of H2O listening there; H2O cannot be asked which port it got.
async function h2o(t, home, config) {
  const probe = net.createServer();
  await new Promise((resolve) => { probe.listen(0, '127.0.0.1', resolve); });
  const { port } = probe.address();
  await new Promise((resolve) => { probe.close(resolve); });
  const file = path.join(home, 'h2o.conf');
  fs.writeFileSync(file, config.replace('PORT', port));
  const child = spawn('h2o', ['-c', file], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const start = until('H2O listens', () => new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  }));
  return { port, start };
}

const compare = (url, cert, ...args) => run(program, ['compare', url, ...(cert ? ['--ca', cert] : []), '--rtt', '40', '--runs', '5', ...args], { within: 90000 });

test('a running server is named with what it offers, and every way it has of telling is measured', { skip, timeout }, async (t) => {
  const { url, cert } = await nodeServer(t, ['link', '103', 'push']);
  const json = path.join(folder(t), 'c.json');
  const { code, stdout, stderr } = await compare(url, cert, '--cache', 'cold,warm', '--json', json);
  assert.equal(code, 0, stderr);
  const { setup, pages } = JSON.parse(fs.readFileSync(json));
  assert.match(setup.server, /node\/test/);
  assert.deepEqual(setup.offered, ['link', '103 Early Hints', 'push']);
  assert.match(stdout, /early-hints/);
  const [cold, warm] = ['cold', 'warm'].map((cache) => pages[0].cells.find((cell) => cell.cache === cache));
  const loads = (cell, arm) => cell.arms.find((one) => one.arm === arm).loads;
  const style = (load) => load.resources.find((one) => one.target === '/site.css');
  for (const load of loads(cold, 'push')) assert.equal(style(load).from, 'push');
  // The server thinks for 80 ms between the two.
  for (const load of loads(cold, 'early-hints')) assert.ok(style(load).hinted != null && style(load).requested < load.final_headers, JSON.stringify(load));
  for (const load of loads(cold, 'none')) {
    assert.equal(load.early_hints ?? null, null);
    assert.ok(load.resources.every((one) => one.promised == null && one.hinted == null));
    assert.ok(style(load).requested >= load.final_headers, JSON.stringify(load));
  }
  // With a warm cache a push is cancelled, and what came of it wasted; a hint costs nothing.
  assert.ok(loads(warm, 'push').every((load) => load.wasted > 0));
  assert.ok(loads(warm, 'early-hints').every((load) => load.wasted === 0));
});

test('of a server that only sends link, only that is measured', { skip, timeout }, async (t) => {
  const { url, cert } = await nodeServer(t, ['link']);
  const json = path.join(folder(t), 'c.json');
  const { code, stderr } = await compare(url, cert, '--json', json);
  assert.equal(code, 0, stderr);
  const { setup, pages } = JSON.parse(fs.readFileSync(json));
  assert.deepEqual(setup.offered, ['link']);
  assert.deepEqual(pages[0].cells[0].arms.map((one) => one.arm), ['none', 'link']);
});

// H2O pushes what its own `link` fields name, to whoever takes pushes.
test('H2O is named, and its pushes and links are measured', { skip: skip || lacks({ programs: ['h2o'] }), timeout }, async (t) => {
  const root = folder(t, { 'index.html': files['/'][1], 'site.css': files['/site.css'][1] });
  const home = folder(t);
  const { key, cert } = certificate(home);
  const { port, start } = await h2o(t, home, `listen: { host: 127.0.0.1, port: PORT, ssl: { key-file: ${key}, certificate-file: ${cert} } }
num-threads: 1
hosts:
  default:
    paths:
      "/":
        mruby.handler: |
          Proc.new {|env| [399, env["PATH_INFO"] == "/" ? {"link" => "${link}"} : {}, []]}
        file.dir: ${root}
${process.getuid() === 0 ? 'user: root' : ''}
`);
  await start;
  const json = path.join(folder(t), 'c.json');
  const { code, stderr } = await compare(`https://127.0.0.1:${port}/`, cert, '--json', json);
  assert.equal(code, 0, stderr);
  const { setup, pages } = JSON.parse(fs.readFileSync(json));
  assert.match(setup.server, /h2o\/\d/);
  assert.deepEqual(setup.offered, ['link', 'push']);
  const ways = (arm) => pages[0].cells[0].arms.find((one) => one.arm === arm).loads.map((load) => load.resources.find((one) => one.target === '/site.css').from);
  assert.deepEqual(new Set(ways('push')), new Set(['push']));
  assert.ok(!ways('none').includes('push'));
});

const sentences = [
  ['a certificate that is not trusted', {}, false, /is not trusted .*give its CA with --ca FILE, or --insecure/],
  ['a page that is not there', { target: 'none' }, true, /there is no page \/none \(404\)/],
  ['a server that resets the stream', { answer: (stream) => { stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR); return true; } }, true,
    /the server reset the stream of \/ \(INTERNAL_ERROR\)/],
  ['a server that ends the connection', { answer: (stream) => { stream.session.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM); return true; } }, true,
    /the server ended the connection \(GOAWAY, ENHANCE_YOUR_CALM\) before the page had loaded/],
  ['what is no page', { answer: (stream) => { stream.respond({ ':status': 200, 'content-type': 'application/json' }); stream.end('{}'); return true; } }, true,
    /\/ is no page: it is application\/json/],
  ['an endless page', { answer: (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    const more = () => { while (!stream.destroyed && stream.write('x'.repeat(65536))); };
    stream.on('drain', more);
    more();
    return true;
  } }, true, /\/ is longer than any page: given up/],
];
for (const [name, { target = '', answer }, trusted, sentence] of sentences) {
  test(`${name} is told in a sentence, and nothing is written`, { skip, timeout }, async (t) => {
    const { url, cert } = await nodeServer(t, ['link'], { answer });
    const json = path.join(folder(t), 'c.json');
    const { code, stderr, stdout } = await compare(url + target, trusted && cert, '--json', json);
    assert.equal(code, 1, stdout);
    assert.match(stderr, sentence);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.ok(!fs.existsSync(json) || fs.readFileSync(json).length === 0);
  });
}

test('a port where nobody listens, and one that speaks no TLS, are told in a sentence', { skip, timeout }, async (t) => {
  const mute = net.createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')); });
  await new Promise((resolve) => { mute.listen(0, '127.0.0.1', resolve); });
  const url = `https://127.0.0.1:${mute.address().port}/`;
  const plain = await compare(url, null);
  await new Promise((resolve) => { mute.close(resolve); });
  assert.equal(plain.code, 1);
  assert.match(plain.stderr, /what answers there does not speak TLS/);
  const nobody = await compare(url, null);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /the connection to 127\.0\.0\.1:\d+ failed: Connection refused/);
});
