// What goes wrong around a running server: files that change while they are sent, disks that are full, descriptors that run out, clients
// that go at every point, reloads in a storm. The server goes on, and whoever is not concerned notices nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { data, flag, headers, preface, request, rst, settings, windowUpdate } from '../conformance/wire.mjs';
import { certificate, fetchOn, folder, lacks, listen, program, publish, serve, serveUnder, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl', 'prlimit'] });
const size = 4_000_000;
const letters = Buffer.alloc(1 << 16, 'a');
const open = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;

// A download that stands still after its first bytes: { rest(): Promise<{ received, error }> }.
async function halted(client, target) {
  const stream = client.request({ ':path': target });
  const seen = { received: 0, wrong: false, error: undefined, status: 0 };
  let halt = true;
  stream.on('response', (fields) => { seen.status = fields[':status']; });
  stream.on('data', (bytes) => { seen.received += bytes.length; if (!letters.subarray(0, bytes.length).equals(bytes)) seen.wrong = true; if (halt && seen.received > 100_000) stream.pause(); });
  const over = new Promise((resolve) => { stream.on('close', resolve); stream.on('error', (error) => { seen.error = error; }); });
  await until('the download is under way', () => seen.received > 100_000);
  return { async rest() { halt = false; stream.resume(); await soon('the download ends', over); return seen; } };
}

// What is done to a file, and how it is answered from then on; but for a moment, in which it may still be as it was.
const old = 'a'.repeat(size);
const changes = {
  'replaced by another': [(file) => { fs.writeFileSync(`${file}.new`, 'b'.repeat(size)); fs.renameSync(`${file}.new`, file); }, 200, 'b'.repeat(size)],
  'deleted': [(file) => fs.rmSync(file), 404],
  'made unreadable': [(file) => fs.chmodSync(file, 0), ...(process.getuid() === 0 ? [200, old] : [404])],
  'turned into a directory': [(file) => { fs.rmSync(file); fs.mkdirSync(file); }, 308],
  'turned into a FIFO': [(file) => { fs.rmSync(file); execFileSync('mkfifo', [file]); }, 404],
  'grown': [(file) => fs.appendFileSync(file, 'b'.repeat(1000)), 200, old + 'b'.repeat(1000)],
};
for (const [what, [change, status, content]] of Object.entries(changes)) {
  test(`a file that is ${what} while it is sent arrives as it was`, { skip, timeout: 30000 }, async (t) => {
    const root = folder(t, { 'index.html': 'x', 'large.bin': old });
    const herald = await serve(t, root);
    const client = await session(t, herald);
    const download = await halted(client, '/large.bin');
    change(path.join(root, 'large.bin'));
    const other = await session(t, herald);
    assert.equal((await fetchOn(other, '/')).status, 200);
    const seen = await download.rest();
    assert.deepEqual([seen.status, seen.received, seen.wrong, seen.error], [200, size, false, undefined]);
    await until('what has become of it is known', async () => {
      const after = await fetchOn(other, '/large.bin');
      if (after.status === status && (content === undefined || after.text === content)) return true;
      assert.ok(after.status === 200 && after.text === old, `asked again: ${after.status}, ${after.text.slice(0, 100)}`);
      return false;
    }, { every: 100 });
  });
}

test('a file that is truncated while it is sent resets that stream, after a true beginning, and no other', { skip, timeout: 30000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x', 'large.bin': 'a'.repeat(size) });
  const herald = await serve(t, root, '--dev');
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const download = await halted(client, '/large.bin');
  fs.truncateSync(path.join(root, 'large.bin'), 1000);
  const seen = await download.rest();
  assert.ok(seen.received < size && !seen.wrong);
  assert.match(seen.error.message, /NGHTTP2_INTERNAL_ERROR/);
  await publish(client, 't', 'x');
  await until('the same connection\'s stream goes on', () => feed.events.length === 1);
});

test('a full disk for the access log is told once, and every request is still served', { skip }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--access-log', '/dev/full');
  const client = await session(t, herald);
  for (let i = 0; i < 50; ++i) assert.equal((await fetchOn(client, '/')).status, 200);
  await until('the log says so', () => /No space left/.test(herald.stderr));
  assert.equal((await fetchOn(client, '/')).status, 200);
  assert.ok(herald.stderr.split('\n').length < 20, herald.stderr);
});

test('out of descriptors, new clients are turned away at once, those who are there are served, and later all are', { skip, timeout: 30000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x', 'a.css': 'p{}' }), '--dev', '--workers', '1');
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  assert.equal((await fetchOn(client, '/a.css')).status, 200);
  await publish(client, 't', 'before');
  execFileSync('prlimit', ['--pid', String(herald.pid), `--nofile=${open(herald.pid) + 20}:4096`]);
  const crowd = Array.from({ length: 100 }, () => {
    const socket = tls.connect({ host: '127.0.0.1', port: herald.port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    socket.gone = false;
    for (const event of ['error', 'close']) socket.on(event, () => { socket.gone = true; });
    return socket;
  });
  t.after(() => crowd.forEach((socket) => socket.destroy()));
  await until('some are turned away', () => crowd.filter((socket) => socket.gone).length >= 5);
  await publish(client, 't', 'x');
  await until('the stream lives', () => feed.events.length === 2);
  crowd.forEach((socket) => socket.destroy());
  await until('a new client is served', async () => {
    try { return (await fetchOn(await session(t, herald), '/a.css', { within: 2000 })).status === 200; } catch { return false; }
  });
});

test('all descriptors that the hard limit allows are taken, and room for them is made before clients come', { skip }, async (t) => {
  const own = folder(t, { 'herald.toml': '[limits]\nconnections = 3000\nconnections_per_address = 0\n' });
  const herald = await serveUnder(t, ['prlimit', '--nofile=100:2000'], folder(t, { 'index.html': 'x' }), '--config', path.join(own, 'herald.toml'));
  assert.match(fs.readFileSync(`/proc/${herald.pid}/limits`, 'utf8'), /^Max open files +2000 +2000 /m);
  assert.ok(Number(/^FDSize:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/${herald.pid}/status`, 'utf8'))[1]) >= 2000);
  await until('the log says that 3000 connections cannot be had', () => /connections is 3000, but this process may have 2000 descriptors.*LimitNOFILE/.test(herald.stderr));
  const sockets = await Promise.all(Array.from({ length: 300 }, () => new Promise((resolve, reject) => {
    const socket = net.connect(herald.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  })));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await until('more clients than the soft limit allowed are there', () => open(herald.pid) > 300);
});

test('a client may go after any byte that it has sent', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const before = open(herald.pid);
  const talk = Buffer.from('POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"mes\r\n8\r\nsage":1}\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (let end = 0; end <= talk.length; end += 3) {
    await soon('the cut', new Promise((resolve) => {
      const socket = tls.connect({ host: '127.0.0.1', port: herald.port, rejectUnauthorized: false }, () => {
        socket.write(talk.subarray(0, end), () => { socket.destroy(); resolve(); });
      });
      socket.on('error', resolve);
    }));
  }
  assert.equal((await fetchOn(await session(t, herald), '/')).status, 200);
  await until('their descriptors are given back', () => open(herald.pid) <= before + 3);
});

// A client that says what `talk` gives for it, on a TCP connection of its own, and then resets that (RST, not FIN).
function reset(herald, talk) {
  return soon('the reset', new Promise((resolve) => {
    const raw = net.connect(herald.port, '127.0.0.1', () => talk(raw, () => { raw.resetAndDestroy(); resolve(); }));
    raw.on('error', resolve);
  }));
}
async function each(items, act, width = 8) {
  const left = [...items];
  await Promise.all(Array.from({ length: width }, async () => { while (left.length) await act(left.shift()); }));
}

test('a connection may be reset at every point: in the handshake, in every frame, in an answer', { skip, timeout: 120000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x', 'large.bin': 'a'.repeat(size) }), '--dev');
  const there = await session(t, herald);
  const feed = await soon('the stream opens', listen(there, '/events?topic=t').open);
  const before = open(herald.pid);

  const hello = await new Promise((resolve) => {
    const listening = net.createServer((socket) => { socket.once('data', (bytes) => { socket.destroy(); listening.close(); resolve(bytes); }); });
    listening.listen(0, '127.0.0.1', () => tls.connect({ port: listening.address().port, host: '127.0.0.1', ALPNProtocols: ['h2'] }).on('error', () => {}));
  });
  await each(Array.from({ length: Math.ceil(hello.length / 7) }, (_, i) => i * 7), (end) => reset(herald, (raw, cut) => raw.write(hello.subarray(0, end), cut)));

  const target = { path: '/' };
  const talk = Buffer.concat([preface, settings(), headers(1, request(target, { path: '/events?topic=t' })),
    headers(3, request(target, { method: 'POST', path: '/send', extra: [['content-type', 'application/json'], ['content-length', '27']] }), flag.END_HEADERS), data(3, '{"topic":"t","'), data(3, 'message":"x"}', flag.END_STREAM),
    headers(5, request(target, { path: '/large.bin' })), windowUpdate(0, 1 << 20), windowUpdate(5, 1 << 20), headers(7, request(target, { path: '/poll?topic=t' })), rst(1, 8)]);
  const over_tls = (raw, then) => {
    const socket = tls.connect({ socket: raw, ALPNProtocols: ['h2'], rejectUnauthorized: false }, () => then(socket));
    socket.on('error', () => {});
  };
  await each(Array.from({ length: Math.ceil(talk.length / 3) }, (_, i) => i * 3), (end) => reset(herald, (raw, cut) => over_tls(raw, (socket) => socket.write(talk.subarray(0, end), cut))));

  // In the middle of what the server says.
  await each([1, 100, 1000, 20_000, 100_000, 500_000], (most) => reset(herald, (raw, cut) => over_tls(raw, (socket) => {
    let got = 0;
    socket.on('data', (bytes) => { got += bytes.length; if (got >= most) cut(); });
    socket.write(talk);
  })));

  await publish(there, 't', 'last');
  await until('whoever stayed has every event', () => feed.events.at(-1)?.data === 'last');
  const seqs = feed.events.map((event) => Number(event.id.split('-')[1]));
  assert.ok(seqs.length > 1);
  assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i));
  await until('their descriptors are given back', () => open(herald.pid) <= before + 3);
  assert.ok(herald.running);
});

test('a storm of SIGHUP loses no request, no stream and no descriptor, and what was written meanwhile holds after few reloads', { skip, timeout: 60000 }, async (t) => {
  const config = path.join(folder(t, { 'herald.toml': '[limits]\ntarget_bytes = 200\n' }), 'herald.toml');
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--config', config);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  let asking = true;
  let served = 0;
  const load = (async () => { while (asking) { assert.equal((await fetchOn(client, '/')).status, 200); served += 1; } })();
  const before = open(herald.pid);
  const long = async () => (await fetchOn(client, `/${'a'.repeat(300)}`)).status;
  const storm = async (ms) => {
    for (const end = performance.now() + ms; performance.now() < end;) {
      herald.signal('SIGHUP');
      const so_far = served;
      await until('requests are served between', () => served > so_far, { every: 1 });
    }
  };
  await storm(500);
  assert.equal(await long(), 414);
  fs.writeFileSync(config, '[limits]\ntarget_bytes = 2000\n');
  await storm(4000);
  await until('the new limit holds', async () => await long() === 404);
  const reloads = herald.stderr.match(/reloaded:/g).length;
  assert.ok(reloads >= 2 && reloads <= 4, `${reloads} reloads`);  // one every 2 s
  asking = false;
  await load;
  await publish(client, 't', 'x');
  await until('the stream lives', () => feed.events.length === 1);
  assert.ok(herald.running);
  await until('what was replaced is given back, whatever came after it', () => open(herald.pid) <= before + 3);
});

test('a start with a taken port or a missing root ends with one sentence', { skip, timeout: 30000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const { cert, key } = certificate(folder(t));
  const herald = await serve(t, root);
  const run = (shell) => soon('it ends', new Promise((resolve) => {
    const child = spawn('sh', ['-c', shell], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (more) => { err += more; });
    child.on('close', (code) => resolve({ code, err }));
  }));
  const taken = await run(`exec ${program} serve ${root} --cert ${cert} --key ${key} --listen 127.0.0.1:${herald.port}`);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /^herald: cannot listen on [^\n]*another program has that port[^\n]*\n$/);
  const nowhere = await run(`exec ${program} serve ${root}/missing --cert ${cert} --key ${key} --listen 127.0.0.1:0`);
  assert.equal(nowhere.code, 1);
  assert.equal(nowhere.err.trim().split('\n').length, 1, nowhere.err);
});

// Ports on which a process listens.
function ports(pid) {
  const sockets = new Set(fs.readdirSync(`/proc/${pid}/fd`).map((fd) => { try { return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]; } catch { return undefined; } }));
  const lines = fs.readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/));
  return lines.filter((line) => line[3] === '0A' && sockets.has(line[9])).map((line) => Number.parseInt(line[1].split(':')[1], 16));
}

test('standard streams that are closed do no harm: nothing else is opened in their place and written to', { skip, timeout: 30000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const root = folder(t, { 'index.html': 'x' });
  const child = spawn('sh', ['-c', `exec ${program} serve ${root} --dev --store ${folder(t)}/events.db --cert ${cert} --key ${key} --listen 127.0.0.1:0 0<&- 1>&- 2>&-`], { stdio: 'ignore' });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  t.after(() => child.kill('SIGKILL'));
  const port = await until('it listens', () => { try { return ports(child.pid)[0]; } catch { return 0; } });
  const client = await session(t, { cert }, { origin: `https://127.0.0.1:${port}` });
  assert.equal((await publish(client, 't', 'x')).status, 200);
  assert.equal((await fetchOn(client, '/')).text, 'x');
  for (const fd of [0, 1, 2]) assert.match(fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`), /\/dev\/null/);
  child.kill('SIGTERM');
  await soon('it ends', ended);
});

test('whoever reads the logs may go: pages are served, and a reload is done', { skip, timeout: 30000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const config = path.join(folder(t, { 'herald.toml': '[limits]\ntarget_bytes = 200\n' }), 'herald.toml');
  const child = spawn(program, ['serve', folder(t, { 'index.html': 'x' }), '--config', config, '--access-log', '-', '--cert', cert, '--key', key, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => { child.once('exit', (code, signal) => resolve(signal ?? code)); });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (bytes) => { out += bytes; });
  const port = await until('it serves', () => /:(\d+)\/$/m.exec(out)?.[1]);
  child.stdout.destroy();
  child.stderr.destroy();
  const client = await session(t, { cert }, { origin: `https://127.0.0.1:${port}` });
  for (let i = 0; i < 20; ++i) assert.equal((await fetchOn(client, '/')).text, 'x');
  fs.writeFileSync(config, '[limits]\ntarget_bytes = 2000\n');
  child.kill('SIGHUP');  // which is logged
  await until('the reload is done', async () => (await fetchOn(client, `/${'a'.repeat(300)}`)).status === 404);
  assert.equal((await fetchOn(client, '/')).text, 'x');
  child.kill('SIGTERM');
  assert.equal(await soon('it ends', ended), 0);
});
