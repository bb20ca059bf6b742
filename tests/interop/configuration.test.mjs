// What an operator gets wrong, or right, about folders, users and reloads: private files in ROOT, files that may not be read, a reload that is
// all or nothing, the development certificate of a server that becomes another user.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { certificate, fetchOn, folder, lacks, program, run, serve, session, soon, tree, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
const skipUser = skip || (process.getuid() !== 0 && 'needs root');

// A folder that other users may enter.
function open(t, files) {
  const name = folder(t, files);
  fs.chmodSync(name, 0o755);
  return name;
}

test('a private file that could be fetched keeps serve from starting, and check says so', { skip, timeout: 60000 }, async (t) => {
  const site = folder(t, { 'index.html': 'x', secret: '0123456789abcdef0123456789abcdef', 'herald.toml': '[serve]\nroot = "."\nspa = true\n' });
  const { cert, key } = certificate(site);
  const rows = [
    [['--key-file', 'secret'], /secret \(\[events\] key_file\)/],
    [['--store', 'events.db'], /events\.db \(\[events\] store\)/],
    [['--access-log', 'access.log'], /access\.log \(\[serve\] access_log\)/],
    [['--cert', cert, '--key', key], /site\.key \(\[serve\] key\)/],
    [['--config', 'herald.toml'], /herald\.toml \(the configuration\)/],
  ];
  for (const [args, says] of rows) {
    const { code, stderr } = await run('timeout', ['8', program, 'serve', '--listen', '127.0.0.1:0', ...args], { cwd: site });
    assert.equal(code, 1, `${args}: ${stderr}`);
    assert.match(stderr, says);
    assert.match(stderr, /^herald: [^\n ]+ \([^\n]*\) lies in ROOT \([^\n]*\), where anybody could fetch it: keep it elsewhere, [^\n]*\n$/m);
    const checked = await run(program, ['check', ...args], { cwd: site });
    assert.equal(checked.code, 1, `${args}`);
    assert.match(checked.stderr, says);
  }
});

test('the whole file system is not served, nor the folder that a file without root happens to be started in', { skip, timeout: 60000 }, async (t) => {
  const { cert, key } = certificate(folder(t));
  const whole = await run('timeout', ['8', program, 'serve', '--listen', '127.0.0.1:0', '--cert', cert, '--key', key], { cwd: '/' });
  assert.equal(whole.code, 1);
  assert.equal(whole.stderr, 'herald: ROOT is /, the whole file system: name the folder of what is to be served\n');
  const config = path.join(folder(t, { 'herald.toml': '[serve]\nspa = true\n' }), 'herald.toml');
  for (const command of ['serve', 'check']) {
    const { code, stderr } = await run('timeout', ['8', program, command, '--config', config], { cwd: '/' });
    assert.equal(code, 1);
    assert.equal(stderr, `herald: ${config}: [serve] needs the key root: name the folder to serve there, or give ROOT on the command line\n`);
  }
});

test('ops/herald.toml is complete, and check has nothing against it once its files are there', { skip, timeout: 60000 }, async (t) => {
  const own = folder(t, { 'secret': '0123456789abcdef0123456789abcdef' });
  const { cert, key } = certificate(own);
  const text = fs.readFileSync(path.join(tree, 'ops/herald.toml'), 'utf8');
  const moved = (given) => given.replace('/srv/www', path.join(own, 'site')).replace('/etc/herald/chain.pem', cert)
    .replace('/run/credentials/herald.service/key.pem', key).replace('/var/lib/herald', own).replace('/var/log/herald', own).replace('/etc/herald/tokens.key', path.join(own, 'secret'));
  fs.mkdirSync(path.join(own, 'site'));
  fs.writeFileSync(path.join(own, 'site/index.html'), '<!doctype html><title>x</title>');
  const config = path.join(own, 'herald.toml');
  fs.writeFileSync(config, moved(text));
  const checked = await run(program, ['check', '--config', config]);
  assert.deepEqual([checked.code, checked.stderr], [0, '']);
  // What stands there as a comment is right as well: every key is known, and takes the value shown.
  fs.writeFileSync(config, moved(text.replace(/^# ?(?=\[|[a-z_]+ = )/gm, '')));
  const { stderr } = await run(program, ['check', '--config', config]);
  assert.doesNotMatch(stderr, /herald\.toml:\d+:\d+: (?!cannot read|\[serve\] (?:reads|user): there is no)/);
  const documented = fs.readFileSync(path.join(tree, 'docs/configuration.md'), 'utf8').split('```toml')[1].split('```')[0];
  const keys = (toml) => [...toml.matchAll(/^(?:# ?)?([a-z_]+) = /gm)].map(([, name]) => name);
  assert.deepEqual(keys(documented).filter((name) => !keys(text).includes(name)), []);
});

test('SIGHUP with one thing that workers could not use changes nothing, and says so with its line', { skip, timeout: 60000 }, async (t) => {
  const own = folder(t, { 'nonsense.pem': 'no certificate' });
  const config = path.join(own, 'herald.toml');
  const { cert } = certificate(own);
  const configure = (text) => fs.writeFileSync(config, text);
  configure('');
  const root = folder(t, { 'index.html': 'x' });
  const herald = await serve(t, root, '--config', config);
  const client = await session(t, herald);
  const rest = '[hsts]\nmax_age = "1d"\n[limits]\ntarget_bytes = 100\n';
  const bad = [
    ['[[files.header]]\nglob = "*"\ncache_control = "a\\nb"\n', /herald\.toml:1:1: \[\[files\.header\]\]: /],
    ['[proxy]\nca = "nofile.pem"\n', /herald\.toml:2:1: cannot read [^\n]*nofile\.pem/],
    ['[events]\nkey_file = "nofile"\n', /herald\.toml:2:1: cannot read [^\n]*nofile/],
    ['[proxy]\nca = "nonsense.pem"\n', /herald\.toml:2:1: \[proxy\] ca: [^\n]*nonsense\.pem holds no certificate/],
    ['[events]\nanonymous = false\n', /herald\.toml:2:1: [^\n]*keeps everybody out/],
    ['[events]\nkey_file = "ROOT/index.html"\n', /index\.html \(\[events\] key_file\) lies in ROOT/],
  ];
  let refused = 0;
  for (const [text, says] of bad) {
    configure(text.replace('ROOT', root) + rest);
    herald.signal('SIGHUP');
    refused += 1;
    await until(`the reload is refused: ${text}`, () => [...herald.stderr.matchAll(/reload refused, everything stays as it was/g)].length === refused);
    assert.match(herald.stderr.trimEnd().split('\n').at(-1), says);
    const answer = await fetchOn(client, `/${'a'.repeat(200)}`);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['strict-transport-security'], undefined);
  }
  assert.doesNotMatch(herald.stderr, /a worker keeps what it had/);
  configure(`[proxy]\nca = ${JSON.stringify(cert)}\n${rest}`);
  herald.signal('SIGHUP');
  await until('the good one is taken', async () => (await fetchOn(await session(t, herald), `/${'a'.repeat(200)}`)).status === 414);
});

test('[serve] user: a ROOT that this user may not read is refused, at the start and by SIGHUP', { skip: skipUser, timeout: 60000 }, async (t) => {
  const config = path.join(open(t, { 'herald.toml': '[serve]\nuser = "nobody"\n' }), 'herald.toml');
  const closed = folder(t, { 'index.html': 'x' });
  const said = /cannot serve the folder [^\n]*, which the user who serves it must be able to read and enter: Permission denied/;
  await assert.rejects(serve(t, closed, '--config', config), said);
  const checked = await run(program, ['check', closed, '--config', config]);
  assert.equal(checked.code, 1);
  assert.match(checked.stderr, /cannot be read by the user nobody/);

  const site = open(t, { 'index.html': 'x' });
  const herald = await withDevelopment(t, site, config, { XDG_STATE_HOME: open(t) });
  fs.chmodSync(site, 0o700);
  herald.child.kill('SIGHUP');
  await until('the reload is refused', () => herald.err.includes('reload refused'));
  assert.match(herald.err, said);
});

test('[serve] user: a file that this user may not read is answered 403, which the log says once; rules are told of as well', { skip: skipUser, timeout: 60000 }, async (t) => {
  const config = path.join(open(t, { 'herald.toml': '[serve]\nuser = "nobody"\nworkers = 1\n' }), 'herald.toml');
  const site = open(t, { 'index.html': 'x', 'closed.html': 'x', 'deep/page.html': 'x', _headers: '/*\n  X-Frame-Options: DENY\n' });
  for (const name of ['closed.html', '_headers']) fs.chmodSync(path.join(site, name), 0o600);
  fs.chmodSync(path.join(site, 'deep'), 0o700);
  const herald = await serve(t, site, '--config', config);
  const client = await session(t, herald);
  for (const name of ['/closed.html', '/deep/page.html', '/deep/none.html', '/closed.html']) {
    const answer = await fetchOn(client, name);
    assert.equal(answer.status, 403, name);
    assert.match(answer.text, /may not read this file/);
  }
  assert.match(herald.stderr, /_headers may not be read by the user who serves it: none of its rules is known/);
  assert.equal((await fetchOn(client, '/none.html')).status, 404);
  assert.equal((await fetchOn(client, '/')).status, 200);
  await until('the log says so', () => /warning: closed\.html in ROOT may not be read by the user who serves it: it is answered 403/.test(herald.stderr));
  assert.equal([...herald.stderr.matchAll(/in ROOT may not be read/g)].length, 1);
  fs.chmodSync(path.join(site, 'closed.html'), 0o644);
  await until('it is read once it may be', async () => (await fetchOn(client, '/closed.html')).status === 200);
});

// With the development certificate: { child, ended, err() }, once it serves or has ended.
async function withDevelopment(t, root, config, env) {
  const child = spawn(program, ['serve', root, '--config', config, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ASAN_OPTIONS: process.env.ASAN_OPTIONS, ...env } });
  const herald = { child, out: '', err: '' };
  herald.ended = new Promise((resolve) => { child.once('exit', resolve); });
  t.after(() => child.kill('SIGKILL'));
  child.stdout.on('data', (bytes) => { herald.out += bytes; });
  child.stderr.on('data', (bytes) => { herald.err += bytes; });
  await until('it serves or has ended', () => herald.out.includes('serving') || child.exitCode !== null);
  return herald;
}

test('[serve] user: the development certificate is made, and renewed by SIGHUP, as that user', { skip: skipUser, timeout: 60000 }, async (t) => {
  const config = path.join(open(t, { 'herald.toml': '[serve]\nuser = "nobody"\n' }), 'herald.toml');
  const site = open(t, { 'index.html': 'x' });
  const state = open(t);
  const herald = await withDevelopment(t, site, config, { XDG_STATE_HOME: state });
  const leaf = path.join(state, 'herald/leaf.pem');
  assert.equal(fs.statSync(path.join(state, 'herald')).uid, fs.statSync(`/proc/${herald.child.pid}`).uid);
  const before = fs.readFileSync(leaf, 'utf8');
  fs.writeFileSync(config, '[serve]\nuser = "nobody"\nhosts = ["app.test"]\n');
  herald.child.kill('SIGHUP');
  await until('the reload is done', () => herald.err.includes('reloaded: certificate'));
  assert.notEqual(fs.readFileSync(leaf, 'utf8'), before);
  assert.doesNotMatch(herald.err, /refused|error/);
  herald.child.kill('SIGUSR2');
  const successor = Number(await until('a new process has taken over', () => /process (\d+) has taken over/.exec(herald.err)?.[1]));
  t.after(() => { try { process.kill(successor, 'SIGKILL'); } catch { /* it has ended */ } });
  assert.equal(await soon('it ends', herald.ended), 0);
  process.kill(successor, 'SIGTERM');
  await until('the new one ends', () => !fs.existsSync(`/proc/${successor}`) || / Z /.test(fs.readFileSync(`/proc/${successor}/stat`, 'utf8')));

  const elsewhere = { XDG_STATE_HOME: path.join(folder(t), 'closed') };
  const checked = await run(program, ['check', site, '--config', config], { env: { PATH: process.env.PATH, ...elsewhere } });
  const closed = await withDevelopment(t, site, config, elsewhere);
  assert.equal(await soon('it ends', closed.ended), 1);
  for (const said of [checked.stderr, closed.err]) assert.match(said, /^herald: [^\n]*herald\.toml:2:1: \[serve\] user: nobody could not renew the development certificate \([^\n]*\): set XDG_STATE_HOME to a folder that this user may enter, or name cert and key\n$/);
});

test('herald certs leaves the certificate of a server with more names as it is', { skip, timeout: 60000 }, async (t) => {
  const state = folder(t);
  const env = { PATH: process.env.PATH, XDG_STATE_HOME: state };
  const leaf = () => fs.readFileSync(path.join(state, 'herald/leaf.pem'), 'utf8');
  await run(program, ['certs', '--host', 'app.test'], { env });
  const before = leaf();
  for (const args of [[], ['--print', 'spki'], ['--print', 'ca'], ['--host', 'app.test', '--print', 'cert']]) {
    assert.equal((await run(program, ['certs', ...args], { env })).code, 0);
    assert.equal(leaf(), before, `${args}`);
  }
  await run(program, ['certs', '--host', 'other.test'], { env });
  assert.notEqual(leaf(), before);
});
