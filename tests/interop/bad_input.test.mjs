// Malformed input of every kind against the whole program: each is answered with its status and its reason, and nothing else happens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { certificate, fetchOn, folder, lacks, listen, program, run, serve, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl', 'mkfifo'] });
const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

function site(t) {
  const outside = folder(t, { 'secret.txt': 'SECRET', 'inner/secret.txt': 'SECRET' });
  const root = folder(t, { 'index.html': '<p>home</p>', 'raw.bin': bytes, 'docs/index.html': '<p>docs</p>', 'evil.test/index.html': '<p>evil</p>', '.env': 'SECRET', '.git/config': 'SECRET' });
  fs.symlinkSync(path.join(outside, 'secret.txt'), path.join(root, 'link.txt'));
  fs.symlinkSync(path.join(outside, 'inner'), path.join(root, 'away'));
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
  return root;
}

// Each row: [what, request, expected]; all that differ are told at once.
async function check(client, rows) {
  const wrong = [];
  for (const [what, { target = '/raw.bin', ...request }, { status, says, fields = {} }] of rows) {
    const got = await fetchOn(client, target, request).catch((error) => ({ status: error.message, headers: {}, text: '' }));
    const text = got.text ?? '';
    const ok = [status].flat().includes(got.status) && (!says || says.test(text)) && !text.includes('SECRET')
      && Object.entries(fields).every(([name, value]) => (value instanceof RegExp ? value.test(got.headers[name] ?? '') : got.headers[name] === value));
    if (!ok) wrong.push(`${what}: ${got.status} ${JSON.stringify(got.headers.location ?? got.headers.allow ?? got.headers['content-range'] ?? got.headers['www-authenticate'] ?? '')} ${text.slice(0, 200)}`);
  }
  assert.deepEqual(wrong, []);
}

test('malformed paths never leave the root and have their status', { skip, timeout: 60000 }, async (t) => {
  const client = await session(t, await serve(t, site(t)));
  const rows = [
    ['/../../etc/passwd', 400], ['/docs/../../etc/passwd', 400], ['/%2e%2e/%2e%2e/etc/passwd', 400], ['/docs/%2e%2e%2f%2e%2e%2fetc/passwd', 400],
    ['/docs%2findex.html', 400], ['/docs\\index.html', 400], ['/docs%5cindex.html', 400], ['/raw.bin%00', 400], ['/%zz', 400], ['/raw.bin%', 400],
    ['/%c0%af', 404], ['/docs%c0%afindex.html', 404], ['/%c0%ae%c0%ae/secret.txt', 404], ['/.env', 404], ['/.git/config', 404], ['/%2eenv', 404], [`/${'n'.repeat(300)}`, 404], [`/${'a/'.repeat(2560)}`, 414],
    ['/link.txt', 404], ['/away/secret.txt', 404], ['/pipe', 404], ['/raw.bin/', 404], ['/raw.bin/x', 404],
  ].map(([target, status]) => [target.slice(0, 60), { target }, { status }]);
  for (const [target, location] of [['/docs', '/docs/'], ['//evil.test', '/evil.test/'], ['/docs?a=%2e', '/docs/?a=%2e'], ['//docs', '/docs/']]) {
    rows.push([target, { target }, { status: 308, fields: { location } }]);
  }
  await check(client, rows);
});

test('fields and methods that are too much or unknown are refused by name', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const client = await session(t, herald);
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x-${i}`, 'v']));
  await check(client, [
    ['a field of 20 kB', { headers: { 'x-large': 'v'.repeat(20000) } }, { status: 431 }],
    ['150 fields', { headers: many }, { status: 431 }],
    ...['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => [method, { method }, { status: 405, fields: { allow: 'GET, HEAD' } }]),
    ...['BREW', 'get', 'PROPFIND'].map((method) => [method, { method }, { status: 501 }]),
    ...['', ',,,;;', 'gzip;q=banana', '\u00ff', 'br;q=9999999999', 'x'.repeat(4000)].map((value) => [`accept-encoding ${value.slice(0, 20)}`,
      { headers: { 'accept-encoding': value } }, { status: 200 }]),
    ...['GET', 'PUT'].map((method) => [`${method} /send`, { target: '/send', method }, { status: 405, fields: { allow: /POST/ } }]),
  ]);
  for (const id of ['9'.repeat(4000), 'nonsense', '-', 'abc-18446744073709551616']) {
    const feed = await soon('the stream opens', listen(client, '/events', { 'last-event-id': id }).open);
    assert.equal(feed.status, 200);
    await until('the gap is told', () => feed.events.length === 1);
    assert.equal(feed.events[0].type, 'herald.gap', id.slice(0, 30));
    feed.stream.close();
  }
});

test('ranges that cannot be used are ignored, clamped or refused', { skip, timeout: 60000 }, async (t) => {
  const client = await session(t, await serve(t, site(t)));
  const whole = ['bananas', 'bytes', 'bytes=', 'bytes=x-y', 'lines=0-1', 'bytes=9-5', 'bytes=--5', 'bytes=0-1,x', `bytes=${Array.from({ length: 200 }, (_, i) => `${i * 3}-${i * 3}`).join(',')}`];
  await check(client, [
    ...whole.map((range) => [range.slice(0, 40), { headers: { range } }, { status: 200, fields: { 'content-length': '5000' } }]),
    ...['bytes=5000-', 'bytes=99999-100000', 'bytes=-0'].map((range) => [range, { headers: { range } }, { status: 416, fields: { 'content-range': 'bytes */5000' } }]),
    ['an end of 2^64', { headers: { range: 'bytes=10-18446744073709551616' } }, { status: 206, fields: { 'content-range': 'bytes 10-4999/5000' } }],
    ['a suffix of 2^64', { headers: { range: 'bytes=-18446744073709551616' } }, { status: 206, fields: { 'content-range': 'bytes 0-4999/5000' } }],
    ['a start of 2^64', { headers: { range: 'bytes=18446744073709551616-' } }, { status: 416, fields: { 'content-range': 'bytes */5000' } }],
    ...['"other"', 'W/"weak"', 'nonsense'].map((tag) => [`if-range ${tag}`, { headers: { range: 'bytes=0-9', 'if-range': tag } }, { status: 200 }]),
  ]);
});

test('a publish that cannot be understood says what is wrong with it', { skip, timeout: 60000 }, async (t) => {
  const client = await session(t, await serve(t, site(t), '--dev'));
  const send = (body, type = 'application/json') => ({ target: '/send', method: 'POST', headers: { 'content-type': type }, body });
  await check(client, [
    ['empty', send(''), { status: 400, says: /JSON/ }],
    ['broken', send('{"message": 1,, }'), { status: 400, says: /1[3-6]/ }],
    ['cut off', send('{"message":"x'), { status: 400, says: /JSON/ }],
    ['a list', send('[]'), { status: 400, says: /object/ }],
    ['no message', send('{"topic":"t"}'), { status: 400, says: /message/ }],
    ['form', send('message=x', 'application/x-www-form-urlencoded'), { status: 415, says: /application\/json/ }],
    ['no type', { target: '/send', method: 'POST', body: '{"message":1}' }, { status: 415, says: /application\/json/ }],
    ['too large', send(JSON.stringify({ message: 'x'.repeat(8 * 1024 * 1024) })), { status: 413, says: /65536 bytes/ }],
    ...['type', 'topic', 'id'].flatMap((name) => ['\r', '\n', '\0'].map((bad) => [`${JSON.stringify(bad)} in ${name}`,
      send(JSON.stringify({ message: 1, [name]: `a${bad}b` })), { status: 400, says: new RegExp(name) }])),
    ...['type', 'topic'].map((name) => [`${name} is a number`, send(JSON.stringify({ message: 1, [name]: 7 })), { status: 400, says: new RegExp(name) }]),
    ...['timeout=x', 'timeout=-1', 'timeout=', 'max=x', 'max=-1', 'max=0', 'max=99999999999999999999'].map((query) => [query, { target: `/poll?${query}` },
      { status: 400, says: new RegExp(query.split('=')[0]) }]),
    ['an unknown id', { target: '/poll?after=nonsense' }, { status: 200, says: /"gap":\{"requested":"nonsense"/ }],
  ]);
});

const secret = '0123456789abcdef0123456789abcdef0123';
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims, { alg = 'HS256', by = secret } = {}) {
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${alg === 'none' ? '' : createHmac('sha256', by).update(signed).digest('base64url')}`;
}

test('a token that does not do names the rule that it fails', { skip, timeout: 60000 }, async (t) => {
  const keyFile = path.join(folder(t, { secret }), 'secret');
  const client = await session(t, await serve(t, site(t), '--key-file', keyFile));
  const exp = Math.floor(Date.now() / 1000) + 600;
  const mercure = { publish: ['news'] };
  const send = (authorization) => ({ target: '/send', method: 'POST', body: '{"topic":"news","message":1}', headers: { 'content-type': 'application/json', ...(authorization && { authorization }) } });
  const challenge = { 'www-authenticate': /^Bearer/ };
  await check(client, [
    ['good', send(`Bearer ${token({ exp, mercure })}`), { status: 200 }],
    ['none', send(), { status: 401, says: /token/i, fields: challenge }],
    ['wrong signature', send(`Bearer ${token({ exp, mercure }, { by: 'x'.repeat(36) })}`), { status: 401, says: /sign/i, fields: challenge }],
    ['expired', send(`Bearer ${token({ exp: exp - 7200, mercure })}`), { status: 401, says: /expired/i, fields: challenge }],
    ['alg none', send(`Bearer ${token({ exp, mercure }, { alg: 'none' })}`), { status: 401, says: /alg|sign/i, fields: challenge }],
    ['not a token', send('Bearer nonsense'), { status: 401, says: /token/i, fields: challenge }],
    ['another topic', send(`Bearer ${token({ exp, mercure: { publish: ['other'] } })}`), { status: 403, says: /news/ }],
    ['may only subscribe', send(`Bearer ${token({ exp, mercure: { subscribe: ['news'] } })}`), { status: 403, says: /publish/ }],
  ]);
});

test('publishing that is off is 403 and says how to turn it on', { skip }, async (t) => {
  const client = await session(t, await serve(t, site(t)));
  await check(client, [['off', { target: '/send', method: 'POST', body: '{"message":1}', headers: { 'content-type': 'application/json' } }, { status: 403, says: /--dev|key/ }]]);
});

test('a bad configuration ends the program with one line that says where and what to do', { skip, timeout: 60000 }, async (t) => {
  const root = folder(t, { 'index.html': 'x' });
  const place = folder(t);
  const mine = certificate(place, 'mine');
  const other = certificate(place, 'other');
  const encrypted = path.join(place, 'encrypted.key');
  execFileSync('openssl', ['pkey', '-in', mine.key, '-aes256', '-passout', 'pass:secret', '-out', encrypted], { stdio: 'ignore' });
  const taken = net.createServer();
  await new Promise((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
  t.after(() => taken.close());
  const pair = ['--cert', mine.cert, '--key', mine.key];
  const toml = (name, text) => { fs.writeFileSync(path.join(place, name), text); return ['--config', path.join(place, name)]; };
  const rows = [
    ['unknown key', [...pair, ...toml('key.toml', '[serve]\n\nworkerz = 2\n')], /key\.toml:3:\d+: .*workerz.*workers/],
    ['unknown table', [...pair, ...toml('table.toml', '[serv]\nworkers = 2\n')], /table\.toml:1:\d+: .*serv.*serve/],
    ['wrong type', [...pair, ...toml('type.toml', '[serve]\nworkers = "many"\n')], /type\.toml:2:\d+: .*workers must be/],
    ['bad duration', [...pair, ...toml('time.toml', '[serve]\ndrain = "soon"\n')], /time\.toml:2:\d+: .*drain must be/],
    ['no TOML', [...pair, ...toml('broken.toml', '[serve\n')], /broken\.toml:1:\d+: /],
    ['missing file', [...pair, '--config', path.join(place, 'missing.toml')], /missing\.toml/],
    ['missing certificate', ['--cert', path.join(place, 'missing.crt'), '--key', mine.key], /missing\.crt/],
    ['mismatched key', ['--cert', mine.cert, '--key', other.key], /other\.key/],
    ['encrypted key', ['--cert', mine.cert, '--key', encrypted], /encrypted/],
    ['certificate without its key in a file', toml('pair.toml', '[serve]\ncert = "mine.crt"\n'), /pair\.toml:2:1: \[serve\] cert needs key/],
    ['preload for a day', [...pair, ...toml('hsts.toml', '[hsts]\nmax_age = "1d"\npreload = true\n')], /hsts\.toml:3:1: /],
    ['a page with what cannot be hinted', [...pair, ...toml('hints.toml', '\n[[hints.page]]\npath = "/"\nitems = ["/x"]\n')], /hints\.toml:2:1: \[\[hints\.page\]\] \/: "\/x"/],
    ['a field that cannot be sent', [...pair, ...toml('field.toml', '[[files.header]]\nglob = "*"\ncache_control = "a\\nb"\n')], /field\.toml:1:1: .*control characters/],
    ['authorities that are none', [...pair, ...toml('ca.toml', '[proxy]\nca = "mine.key"\n')], /ca\.toml:2:1: \[proxy\] ca: .*mine\.key holds no certificate/],
    ['one address twice', [...pair, ...toml('twice.toml', '[serve]\nmetrics = "127.0.0.1:1"\n'), '--listen', '127.0.0.1:1'], /twice\.toml:2:1: \[serve\] metrics 127\.0\.0\.1:1 and listen 127\.0\.0\.1:1 cannot be had both/],
    ['an empty file of tokens', [...pair, '--token-file', '/dev/null'], /\/dev\/null holds no token/],
    ['nobody may subscribe', [...pair, ...toml('nobody.toml', '[events]\nanonymous = false\n')], /nobody\.toml:2:1: .*keeps everybody out/],
    ["a URL of Herald's own", [...pair, ...toml('url.toml', '[events]\nevents_url = "/.herald/status"\n')], /url\.toml:2:1: .*\/\.herald\/status, which Herald answers itself/],
    ['port taken', [...pair, '--listen', `127.0.0.1:${taken.address().port}`], new RegExp(`${taken.address().port}`)],
  ];
  const wrong = [];
  for (const [what, args, says] of rows) {
    const listenAt = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const { code, stderr } = await run('timeout', ['8', program, 'serve', root, ...listenAt, ...args]);
    if (![1, 2].includes(code) || stderr.trimEnd().split('\n').length !== 1 || !says.test(stderr)) wrong.push(`${what}: ${code} ${stderr.slice(0, 400)}`);
  }
  assert.deepEqual(wrong, []);
});
