// A new process takes the sockets over: by SIGUSR2, and by a socket that whoever starts it holds (as systemd does). What is given up
// for good: privileges, system calls that a server has no use for, and writing where it need not.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, endAllWith, fetchOn, folder, Herald, lacks, listen, program, publish, run, serve, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl', 'python3'] });

// One request on a connection of its own.
const get = (herald, target) => new Promise((resolve, reject) => {
  https.get({ host: '127.0.0.1', port: herald.port, path: target, rejectUnauthorized: false, agent: false }, (response) => {
    let text = '';
    response.on('data', (more) => { text += more; });
    response.on('end', () => resolve({ status: response.statusCode, text }));
    response.on('error', reject);
  }).on('error', reject);
});

// Asks without a pause, several at a time, until stopped; whatever fails is kept.
function load(herald, target) {
  const result = { served: 0, failures: [], on: true };
  const one = async () => {
    while (result.on) {
      try {
        const { status } = await get(herald, target);
        if (status === 200) result.served += 1; else result.failures.push(status);
      } catch (error) { result.failures.push(String(error)); }
    }
  };
  result.done = Promise.all([one(), one(), one(), one()]);
  return result;
}

test('SIGUSR2 starts a new process that takes over: no request fails, streams are told when to come back, downloads end', { skip, timeout: 60000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  fs.closeSync(fs.openSync(path.join(root, 'large.bin'), 'w'));
  fs.truncateSync(path.join(root, 'large.bin'), 6_000_000);
  const herald = await serve(t, root, '--dev', '--workers', '2');
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const download = client.request({ ':path': '/large.bin' });
  let received = 0;
  const whole = new Promise((resolve, reject) => { download.on('end', resolve); download.on('error', reject); });
  let halt = true;
  download.on('data', (bytes) => { received += bytes.length; if (halt) download.pause(); });
  await until('the download is under way', () => received > 0);
  const asked = load(herald, '/');
  await until('requests are served', () => asked.served > 20);

  herald.signal('SIGUSR2');
  const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.stderr)?.[1]));
  await until('the stream is sent away', () => feed.ended);
  assert.ok(feed.retry >= 250);
  const before = asked.served;
  await until('the new process serves', () => asked.served > before + 20);
  halt = false;
  download.resume();
  await soon('the download ends', whole, 20000);
  assert.equal(received, 6_000_000);
  assert.deepEqual(await soon('the old process ends', herald.exit, 20000), { code: 0, signal: null });
  const alone = asked.served;
  await until('the new one serves alone', () => asked.served > alone + 20);
  asked.on = false;
  await asked.done;
  assert.deepEqual(asked.failures, []);
  const feedAgain = await soon('a new stream opens', listen(await session(t, herald), '/events?topic=t', { 'last-event-id': feed.lastId }).open);
  await until('a reader of the old history is told of the gap', () => feedAgain.events.some((event) => event.type === 'herald.gap'));
  process.kill(successor, 'SIGTERM');
  await until('the new process ends too', () => !fs.existsSync(`/proc/${successor}`) || fs.readFileSync(`/proc/${successor}/stat`, 'utf8').includes(') Z '));
});

// What systemd is told: all datagrams so far, one a line, in `text`.
async function notified(t) {
  const file = path.join(folder(t), 'notify');
  const receiver = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('bound', flush=True)
while True: print(s.recv(4096).decode().replace(chr(10), ' '), flush=True)`;
  const child = spawn('python3', ['-c', receiver, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const systemd = { file, text: '' };
  child.stdout.on('data', (more) => { systemd.text += more; });
  await until('the socket is there', () => systemd.text.startsWith('bound'));
  return systemd;
}

test('a process that takes over pats systemd\'s watchdog, which was meant for the one before it', { skip, timeout: 60000 }, async (t) => {
  const systemd = await notified(t);
  const herald = new Herald({
    root: folder(t, { 'index.html': 'x' }),
    under: ['sh', '-c', 'WATCHDOG_PID=$$ exec "$@"', 'sh'],
    env: { NOTIFY_SOCKET: systemd.file, WATCHDOG_USEC: '400000' },
    ...certificate(folder(t)),
  });
  t.after(() => herald.end());
  await herald.start();
  const pats = (from) => systemd.text.slice(from).includes('WATCHDOG=1');
  await until('the watchdog is patted', () => pats(0));
  herald.signal('SIGUSR2');
  const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.stderr)?.[1]));
  await soon('the old process ends', herald.exit);
  assert.match(systemd.text, new RegExp(`MAINPID=${successor}`));
  const from = systemd.text.length;
  await until('the watchdog is patted by the new one', () => pats(from));
});

test('a new process that cannot start leaves the old one as it was', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const key = herald.cert.replace(/\.crt$/, '.key');
  const pair = fs.readFileSync(key);
  fs.writeFileSync(key, 'rubbish');
  for (let round = 0; round < 2; ++round) {
    const from = herald.stderr.length;
    herald.signal('SIGUSR2');
    await until('it says so', () => herald.stderr.slice(from).includes('this one stays'));
    assert.equal((await get(herald, '/')).status, 200);
  }
  fs.writeFileSync(key, pair);
  assert.equal(await herald.stop(), 0);
});

test('SIGTERM while a new process starts ends that, and drains as ever', { skip: skip || lacks({ programs: ['mkfifo'] }), timeout: 60000 }, async (t) => {
  const config = path.join(folder(t), 'herald.toml');
  fs.writeFileSync(config, '');
  const root = folder(t, { 'index.html': 'x' });
  fs.writeFileSync(path.join(root, 'large.bin'), Buffer.alloc(3_000_000));
  const herald = await serve(t, root, '--config', config);
  const children = () => fs.readFileSync(`/proc/${herald.pid}/task/${herald.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const client = await session(t, herald);
  const feed = await soon('the stream opens', listen(client, '/events?topic=t').open);
  const download = client.request({ ':path': '/large.bin' });
  let received = 0;
  const whole = new Promise((resolve, reject) => { download.on('end', resolve); download.on('error', reject); });
  download.on('data', (bytes) => { received += bytes.length; download.pause(); });
  await until('the download is under way', () => received > 0);

  fs.rmSync(config);
  execFileSync('mkfifo', [config]);  // the new process waits for somebody who writes it
  herald.signal('SIGUSR2');
  const [starting] = await until('a new process starts', () => children().length > 0 && children());
  herald.signal('SIGUSR2');
  await until('a second one is refused', () => /there is one that starts/.test(herald.stderr));
  herald.signal('SIGTERM');
  await until('the stream is sent away', () => feed.ended && feed.retry >= 250);
  await until('the new process has ended', () => !fs.existsSync(`/proc/${starting}`));
  download.removeAllListeners('data').on('data', (bytes) => { received += bytes.length; }).resume();
  await soon('the download ends', whole);
  assert.equal(received, 3_000_000);
  assert.deepEqual(await soon('the server ends', herald.exit), { code: 0, signal: null });
});

// Python starts the program with three sockets, one of each kind, and says their ports.
const giver = `
import os, socket, sys
given = [socket.socket() for _ in range(3)]
for s in given: s.bind(('127.0.0.1', 0)); s.listen(64)
print(*[s.getsockname()[1] for s in given], flush=True)
for i, s in enumerate(given): os.dup2(s.fileno(), 10 + i)
for i in range(3): os.dup2(10 + i, 3 + i)
os.environ.update(LISTEN_FDS='3', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='https:http:metrics')
os.execv(sys.argv[1], sys.argv[1:])
`;

test('the name of a socket of systemd\'s is enough: one redirects, one is for machines, also after a takeover', { skip, timeout: 60000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const child = spawn('python3', ['-c', giver, program, 'serve', folder(t, { 'index.html': 'x' }), '--cert', cert, '--key', key, '--workers', '2'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (more) => { out += more; });
  child.stderr.on('data', (more) => { err += more; });
  t.after(() => { child.kill('SIGKILL'); endAllWith(key); });
  const [, site, redirect, metrics] = await until('the ports are known', () => /^(\d+) (\d+) (\d+)\n/.exec(out));
  const plain = (port, target) => soon(`${target} is answered`, fetch(`http://127.0.0.1:${port}${target}`, { redirect: 'manual', headers: { connection: 'close' } }));
  const answers = async () => {
    assert.equal((await soon('the site is served', get({ port: site }, '/'))).status, 200);
    assert.equal((await plain(redirect, '/a')).headers.get('location'), `https://127.0.0.1:${site}/a`);
    assert.equal(await (await plain(metrics, '/readyz')).text(), 'ready\n');
    assert.match(await (await plain(metrics, '/metrics')).text(), /^herald_connections /m);
  };
  await answers();
  assert.match(err, new RegExp(`metrics are at http://127.0.0.1:${metrics}/metrics`));
  child.kill('SIGUSR2');
  await until('a new process has taken over', () => /process \d+ has taken over/.test(err));
  await until('the old one has ended', () => child.exitCode !== null);
  await answers();
});

// Python holds the socket and starts the program with it, twice, one after the other.
const activator = `
import os, socket, sys
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(64)
print(s.getsockname()[1], flush=True)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='https')
        os.execv(sys.argv[1], sys.argv[1:])
    print('started', pid, flush=True)
    os.waitpid(pid, 0)
    print('ended', flush=True)
`;

test('a socket of systemd\'s stays open while the service is restarted: whoever comes meanwhile waits', { skip, timeout: 60000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const child = spawn('python3', ['-c', activator, program, 'serve', folder(t, { 'index.html': 'x' }), '--cert', cert, '--key', key, '--workers', '2'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (more) => { out += more; });
  child.stderr.on('data', () => {});
  t.after(() => { child.kill(); endAllWith(key); });
  const herald = { port: Number(await until('the port is known', () => /^(\d+)\n/.exec(out)?.[1])) };
  const early = get(herald, '/');  // nobody accepts yet
  child.stdin.write('\n');
  assert.equal((await soon('the first is served', early)).status, 200);
  const asked = load(herald, '/');
  await until('requests are served', () => asked.served > 20);
  const [, first] = /started (\d+)/.exec(out);
  process.kill(Number(first), 'SIGTERM');
  await until('it has ended', () => out.includes('ended'));
  child.stdin.write('\n');
  const before = asked.served;
  await until('the second serves', () => asked.served > before + 20);
  asked.on = false;
  await asked.done;
  assert.deepEqual(asked.failures, []);
  const [, second] = /ended[^]*started (\d+)/.exec(out);
  child.stdin.end();
  process.kill(Number(second), 'SIGTERM');
});

test('the process can gain no privileges, and has a filter of system calls', { skip }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }));
  for (const task of fs.readdirSync(`/proc/${herald.pid}/task`)) {
    const status = fs.readFileSync(`/proc/${herald.pid}/task/${task}/status`, 'utf8');
    assert.match(status, /^NoNewPrivs:\s1$/m);
    assert.match(status, /^Seccomp:\s2$/m);
  }
});

test('the log is reopened in its folder; a folder put in its place is not written, where the kernel has Landlock', { skip }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'logs/old.log': '', 'elsewhere/old.log': '' });
  const file = (name) => path.join(state, name);
  const herald = await serve(t, file('site'), '--access-log', file('logs/access.log'), '--log', 'debug');
  if (/the kernel has no Landlock/.test(herald.stderr)) return t.skip('the kernel has no Landlock');
  const client = await session(t, herald);
  const visit = async () => assert.equal((await fetchOn(client, '/')).status, 200);

  await visit();
  await until('it is logged', () => fs.readFileSync(file('logs/access.log'), 'utf8').length > 0);
  fs.renameSync(file('logs/access.log'), file('logs/access.log.1'));
  herald.signal('SIGUSR1');
  await until('a new log is made', () => fs.existsSync(file('logs/access.log')));

  fs.renameSync(file('logs'), file('moved'));
  fs.renameSync(file('elsewhere'), file('logs'));
  herald.signal('SIGUSR1');
  await until('it is refused', () => /access\.log[^\n]*Permission denied/.test(herald.stderr));
  assert.deepEqual(fs.readdirSync(file('logs')), ['old.log']);
  await visit();
});

test('[serve] reads: a reload that names what is elsewhere is refused, others and a takeover work, where the kernel has Landlock', { skip, timeout: 60000 }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'keys/x': '', 'elsewhere/x': '' });
  const at = (name) => path.join(state, name);
  const config = (more = '') => fs.writeFileSync(at('keys/herald.toml'), `[serve]\nreads = ["${at('keys')}"]\n${more}`);
  config();
  const elsewhere = certificate(at('elsewhere'), 'other', 'DNS:other.test');
  const herald = new Herald({ root: at('site'), args: ['--config', at('keys/herald.toml')], ...certificate(at('keys')) });
  t.after(() => herald.end());
  try { await herald.start(); } catch (error) {
    if (/the kernel has no Landlock/.test(error.message)) return t.skip('the kernel has no Landlock');
    throw error;
  }
  const reload = async (said) => {
    const from = herald.stderr.length;
    herald.signal('SIGHUP');
    await until(`the log says ${said}`, () => said.test(herald.stderr.slice(from)));
  };
  const client = await session(t, herald);
  assert.equal((await fetchOn(client, '/')).status, 200);
  await reload(/reloaded:/);
  config(`[[serve.certificate]]\ncert = "${elsewhere.cert}"\nkey = "${elsewhere.key}"\n`);
  await reload(/reload refused[^\n]*other\.(crt|key)[^\n]*Permission denied/);
  config();
  await reload(/reloaded:/);
  assert.equal((await fetchOn(client, '/')).status, 200);
  herald.signal('SIGUSR2');
  const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.stderr)?.[1]));
  assert.equal((await soon('the new one serves', get(herald, '/'))).status, 200);
});

test('[serve] reads that lacks the folder of the configuration itself, or names one that is not there, is refused at the start', { skip }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'keys/x': '', 'herald.toml': '' });
  const at = (name) => path.join(state, name);
  const pair = certificate(at('keys'));
  const refused = async (reads, said) => {
    fs.writeFileSync(at('herald.toml'), `[serve]\nreads = ${JSON.stringify(reads)}\n`);
    await assert.rejects(new Herald({ root: at('site'), args: ['--config', at('herald.toml')], ...pair }).start(), said);
  };
  await refused([at('keys'), at('none')], /\[serve\] reads: there is no folder [^\n]*none/);
  await refused([at('keys')], /the kernel has no Landlock|\[serve\] reads lacks the folder of what a reload would read: cannot read [^\n]*herald\.toml: Permission denied/);
});

test('[serve] reads: the program is replaced more often than the kernel takes bounds', { skip, timeout: 120000 }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'keys/x': '' });
  const config = path.join(state, 'keys/herald.toml');
  fs.writeFileSync(config, `[serve]\nreads = ["${path.join(state, 'keys')}"]\n`);
  const herald = new Herald({ root: path.join(state, 'site'), args: ['--workers', '1', '--config', config], ...certificate(path.join(state, 'keys')) });
  t.after(() => herald.end());
  try { await herald.start(); } catch (error) {
    if (/the kernel has no Landlock/.test(error.message)) return t.skip('the kernel has no Landlock');
    throw error;
  }
  let pid = herald.pid;
  for (let round = 1; round <= 17; ++round) {
    if (round === 1) herald.signal('SIGUSR2'); else process.kill(pid, 'SIGUSR2');
    const told = () => [...herald.stderr.matchAll(/process (\d+) has taken over|this one stays/g)][round - 1];
    const [said, successor] = await until(`takeover ${round}`, told);
    assert.ok(successor, `takeover ${round}: ${said}\n${herald.stderr.slice(-1000)}`);
    const left = pid;
    pid = Number(successor);
    await until('the old one has gone', () => !fs.existsSync(`/proc/${left}`) || / Z /.test(fs.readFileSync(`/proc/${left}/stat`, 'utf8')));
  }
  assert.equal((await get(herald, '/')).status, 200);
  assert.match(herald.stderr, /warning: Landlock takes no more bounds/);
});

test('[serve] user: the program becomes that user with its groups once the port is bound and keys are read', { skip: skip || (process.getuid() !== 0 && 'needs root') }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  fs.chmodSync(root, 0o755);
  const own = folder(t, { 'tokens.key': 'a secret that only root may read' });
  const config = path.join(own, 'herald.toml');
  fs.writeFileSync(config, '[serve]\nuser = "nobody"\n[events]\nkey_file = "tokens.key"\n');
  const herald = await serve(t, root, '--config', config);
  const status = fs.readFileSync(`/proc/${herald.pid}/status`, 'utf8');
  const uid = execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).trim();
  assert.match(status, new RegExp(`^Uid:\\s${uid}\\s${uid}\\s${uid}\\s${uid}$`, 'm'));
  assert.match(status, /^CapEff:\s0+$/m);
  assert.equal((await fetchOn(await session(t, herald), '/')).status, 200);
});

const unit = (name) => fs.readFileSync(new URL(`../../ops/${name}`, import.meta.url), 'utf8');

test('[serve] user: log and store are that user\'s from the start, so that SIGUSR1 and SIGUSR2 find them', { skip: skip || (process.getuid() !== 0 && 'needs root'), timeout: 60000 }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'state/x': '', 'herald.toml': '' });
  const at = (name) => path.join(state, name);
  const uid = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
  fs.chmodSync(state, 0o755);
  fs.chownSync(at('state'), uid, uid);
  fs.writeFileSync(at('herald.toml'), `[serve]\nuser = "nobody"\naccess_log = "${at('state/access.log')}"\n[events]\nstore = "${at('state/events.db')}"\n`);
  const pair = certificate(state);
  fs.chownSync(pair.key, uid, uid);
  const herald = new Herald({ root: at('site'), args: ['--dev', '--config', at('herald.toml')], ...pair });
  t.after(() => herald.end());
  await herald.start();
  const client = await session(t, herald);
  assert.equal((await publish(client, 't', 'x')).status, 200);
  for (const name of fs.readdirSync(at('state')).filter((each) => each !== 'x')) assert.equal(fs.statSync(at(`state/${name}`)).uid, uid, name);
  fs.renameSync(at('state/access.log'), at('state/access.log.1'));
  herald.signal('SIGUSR1');
  await until('a new log is made', () => fs.existsSync(at('state/access.log')));
  herald.signal('SIGUSR2');
  await until('a new process has taken over', () => /process \d+ has taken over/.test(herald.stderr));
  await soon('the old process ends', herald.exit);
  assert.equal((await publish(await session(t, herald), 't', 'y')).status, 200);
});

test('[serve] user: what that user cannot write is refused at the start, not at the first SIGUSR1', { skip: skip || (process.getuid() !== 0 && 'needs root') }, async (t) => {
  const state = folder(t, { 'site/index.html': 'x', 'state/x': '' });
  fs.chmodSync(state, 0o755);
  const config = path.join(state, 'herald.toml');
  fs.writeFileSync(config, `[serve]\nuser = "nobody"\naccess_log = "${path.join(state, 'state/access.log')}"\n`);
  await assert.rejects(serve(t, path.join(state, 'site'), '--config', config), /cannot open the access log [^\n]*: Permission denied/);
});

test('a page with a broken link fails the check and not the start: the unit has no other condition than that the program serves', { skip }, async (t) => {
  const root = folder(t, { 'index.html': '<!doctype html><link rel=stylesheet href=/gone.css>' });
  const checked = await run(program, ['check', root]);
  assert.equal(checked.code, 1);
  assert.match(checked.stderr, /gone\.css/);
  const herald = await serve(t, root);
  assert.equal((await get(herald, '/')).status, 200);
  assert.doesNotMatch(unit('herald.service'), /^Exec(StartPre|Condition)=/m);
});

test('the unit\'s filter lets Landlock\'s calls through, which are in no group of Debian 12\'s systemd', async () => {
  const [, allowed] = /^SystemCallFilter=(@system-service.*)$/m.exec(unit('herald.service'));
  for (const call of ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self']) assert.ok(allowed.split(' ').includes(call), call);
});

test('the systemd units are right by systemd\'s own check', { skip: skip || lacks({ programs: ['systemd-analyze'] }) }, async (t) => {
  const units = folder(t);
  for (const name of ['herald.service', 'herald.socket']) {
    fs.writeFileSync(path.join(units, name), unit(name).replaceAll('/usr/local/bin/herald', program));
  }
  execFileSync('systemd-analyze', ['verify', '--man=no', path.join(units, 'herald.socket'), path.join(units, 'herald.service')], { stdio: 'pipe' });
});
