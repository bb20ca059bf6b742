// What the kernel may refuse a running server: memory, descriptors, disks, or a moment of a thread's time. strace makes it do so.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, fetchOn, folder, lacks, listen, program, publish, run, sanitized, serve, serveIn, session, soon, until } from '../support/herald.mjs';

// Whoever may not trace a process (some containers) cannot run these.
function untraceable() {
  try { execFileSync('strace', ['-e', 'inject=getpid:error=EPERM', '-o', '/dev/null', 'true'], { stdio: 'ignore' }); return false; } catch { return 'strace cannot trace here'; }
}
const skip = lacks({ programs: ['openssl', 'prlimit', 'strace'] }) || untraceable();

// From now on, until over(), these calls of the process (or of the thread) end as strace's `inject` has it, such as "pread64:error=EIO:when=3+".
async function inject(t, id, faults, { threads = ['-f'] } = {}) {
  const child = spawn('strace', [...threads, '-o', '/dev/null', '-e', `trace=${faults.map((each) => each.split(':')[0]).join(',')}`, ...faults.flatMap((each) => ['-e', `inject=${each}`]), '-p', String(id)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (more) => { text += more; });
  const ended = new Promise((resolve) => { child.once('close', resolve); });
  const over = async () => { child.kill('SIGINT'); await soon('strace ends', ended); };
  t.after(() => child.kill('SIGINT'));
  await until(`strace is there: ${text}`, () => /attached/.test(text));
  return { over };
}

test('out of memory, the connection that asks for more pays for it, and the log says so; those who are there are served', { skip: skip || (sanitized && 'a sanitizer has its own memory'), timeout: 90000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--workers', '1');
  const size = () => Number(/^VmSize:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${herald.pid}/status`, 'utf8'))[1]) * 1024;
  const greedy = async (name) => {
    const client = await session(t, herald);
    for (let i = 0; i < 20; ++i) listen(client, `/events?topic=${'n'.repeat(200)}${name}.${i}`);
    return client;
  };
  assert.equal((await fetchOn(await session(t, herald), '/')).status, 200);
  execFileSync('prlimit', ['--pid', String(herald.pid), `--as=${size()}:`]);
  const crowd = [];
  await until('there is no more memory', async () => {
    assert.ok(herald.running, `the server ended: ${herald.stderr}`);
    const more = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => greedy(crowd.length + i)));
    crowd.push(...more.flatMap(({ value }) => value ?? []));
    return /no memory is left/.test(herald.stderr);
  }, { within: 60000, every: 0 });
  for (const client of crowd) client.destroy();
  await until('there is room again for who comes', async () => {
    try { return (await fetchOn(await session(t, herald), '/', { within: 2000 })).status === 200; } catch { return false; }
  });
  assert.ok(herald.running);
});

test('a start that is not given enough memory ends with one sentence', { skip: skip || (sanitized && 'a sanitizer has its own memory'), timeout: 30000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const { cert, key } = certificate(folder(t));
  const herald = await serve(t, root);
  const size = Number(/^VmSize:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${herald.pid}/status`, 'utf8'))[1]) * 1024;
  const { code, stderr } = await run('prlimit', [`--as=${Math.round(size * 0.95)}`, program, 'serve', root, '--cert', cert, '--key', key, '--listen', '127.0.0.1:0']);
  assert.deepEqual([code, stderr], [1, 'herald: no memory is left: allow more (ulimit -v, MemoryMax)\n']);
});

test('calls that are interrupted by a signal are made again: nothing is lost, and no client notices', { skip, timeout: 90000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x', 'large.bin': 'a'.repeat(300_000) }), '--dev', '--store', path.join(folder(t), 'events.db'));
  const { over } = await inject(t, herald.pid, ['accept4', 'recvfrom', 'sendto', 'epoll_wait', 'pread64', 'pwrite64'].map((call) => `${call}:error=EINTR:when=1+3`));
  for (let round = 0; round < 3; ++round) {
    const client = await session(t, herald);
    const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
    assert.equal((await fetchOn(client, '/large.bin')).body.length, 300_000);
    for (let i = 0; i < 5; ++i) assert.equal((await publish(client, 't', i)).status, 200);
    await until('all events have come', () => feed.events.length === 5);
  }
  await over();
  assert.ok(!/ended/.test(herald.stderr), herald.stderr);
});

// Without descriptors a client is turned away; after the others accepting goes on.
for (const error of ['ENFILE', 'EMFILE', 'ENOBUFS', 'ENOMEM', 'ECONNABORTED', 'EPROTO', 'EPERM']) {
  test(`accepting fails with ${error} now and then: whoever is not turned away is served, and so are all afterwards`, { skip, timeout: 60000 }, async (t) => {
    const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--workers', '1');
    const there = await session(t, herald);
    const { over } = await inject(t, herald.pid, [`accept4:error=${error}:when=1+4`]);
    const seen = [];
    for (let i = 0; i < 5; ++i) {
      seen.push(await session(t, herald).then((client) => fetchOn(client, '/')).then((answer) => answer.status, ({ message }) => (/not within/.test(message) ? message : 'turned away')));
      assert.equal((await fetchOn(there, '/')).status, 200);
    }
    const rightly = ['ENFILE', 'EMFILE'].includes(error) ? [200, 'turned away'] : [200];
    assert.ok(seen.every((each) => rightly.includes(each)) && seen.includes(200), seen.join(', '));
    await over();
    assert.equal((await fetchOn(await session(t, herald), '/')).status, 200);
  });
}

test('a disk that cannot be read resets the stream that reads it, and no other', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x', 'large.bin': 'a'.repeat(4_000_000) }), '--dev', '--workers', '1');
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  assert.equal((await fetchOn(client, '/')).status, 200);
  const { over } = await inject(t, herald.pid, ['pread64:error=EIO:when=10+']);
  await assert.rejects(fetchOn(client, '/large.bin'), /NGHTTP2_INTERNAL_ERROR/);
  await publish(client, 't', 'x');
  await until('the stream beside it goes on', () => feed.events.length === 1);
  await over();
  assert.equal((await fetchOn(client, '/large.bin')).body.length, 4_000_000);
});

for (const fault of ['fdatasync:error=EIO', 'pwrite64:error=ENOSPC', 'pwrite64:error=EROFS']) {
  test(`events whose store fails (${fault}) are refused with 503, never half kept, and taken again when it works`, { skip, timeout: 60000 }, async (t) => {
    const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', path.join(folder(t), 'events.db'));
    const client = await session(t, herald);
    const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
    assert.equal((await publish(client, 't', 1)).status, 200);
    const { over } = await inject(t, herald.pid, [fault]);
    const refused = await publish(client, 't', 'lost');
    assert.equal(refused.status, 503);
    assert.match(refused.text, /store cannot be written/);
    assert.ok(refused.headers['retry-after']);
    assert.equal((await fetchOn(client, '/')).status, 200);
    await over();
    await until('it takes events again', async () => (await publish(client, 't', 2)).status === 200, { every: 100 });
    await until('the stream has what was taken', () => feed.events.at(-1)?.data === '2');
    assert.ok(!feed.events.some((event) => event.data === 'lost'));
    assert.match(herald.stderr, /store cannot be written/);
    assert.match(herald.stderr, /events are written to \S+ again/);
  });
}

// Tells what systemd would be told.
const listener = String.raw`
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
print("bound", flush=True)
while True: print(s.recv(4096).decode().replace("\n", " "), flush=True)
`;

test('a worker that is stuck is logged and not ready, systemd is told no more, and the others serve; later all is well again', { skip: skip || lacks({ programs: ['python3'] }), timeout: 90000 }, async (t) => {
  const notify = path.join(folder(t), 'notify');
  const systemd = spawn('python3', ['-c', listener, notify], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => systemd.kill());
  let told = '';
  systemd.stdout.on('data', (more) => { told += more; });
  await until('somebody listens', () => told.includes('bound'));
  const herald = await serveIn(t, { NOTIFY_SOCKET: notify, WATCHDOG_USEC: '2000000' }, folder(t, { 'index.html': 'x' }), '--workers', '2', '--metrics', '127.0.0.1:0');
  const port = await until('it says where the metrics are', () => /metrics are at http:\/\/127\.0\.0\.1:(\d+)/.exec(herald.stderr)?.[1]);
  // Each time on a new connection, which may be the stuck worker's: then there is no answer.
  const ask = (scheme, at, target) => new Promise((resolve) => {
    const asking = scheme.get({ host: '127.0.0.1', port: at, path: target, agent: false, timeout: 500, rejectUnauthorized: false }, (answer) => {
      let text = '';
      answer.on('data', (more) => { text += more; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve({ status: 0 }));
  });
  const ready = () => ask(http, port, '/readyz');
  const beats = () => told.split('WATCHDOG=1').length - 1;
  await until('systemd is told that all is well', () => beats() >= 2);

  const waiting = (task) => /^(232|281) /.test(fs.readFileSync(`/proc/${herald.pid}/task/${task}/syscall`, 'utf8'));  // epoll_wait, epoll_pwait
  const worker = await until('a worker waits', () => fs.readdirSync(`/proc/${herald.pid}/task`).find((task) => task !== String(herald.pid) && waiting(task)));
  const { over } = await inject(t, worker, ['epoll_wait:delay_exit=25000000'], { threads: [] });
  await until('the log says so', () => /worker [01] has not turned for 1\d s: it hangs/.test(herald.stderr), { within: 30000 });
  const so_far = beats();
  const answer = await until('it is not ready', async () => { const now = await ready(); return now.status === 503 && now; });
  assert.match(answer.text, /worker [01] has not turned for/);
  await until('a client of the other worker is served', async () => (await ask(https, herald.port, '/')).status === 200);
  assert.equal(beats(), so_far);
  await over();
  await until('it is ready again', async () => (await ready()).status === 200, { within: 40000, every: 100 });
  await until('systemd is told again', () => beats() > so_far);
});
