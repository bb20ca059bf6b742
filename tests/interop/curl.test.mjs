// curl against the whole program: HTTP/2, ranges, conditionals, encodings, and the answers that are not files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { folder, lacks, run, serve } from '../support/herald.mjs';

const skip = lacks({ programs: ['curl', 'openssl'] });
const text = 'All that is announced arrives in order.\n'.repeat(200);
const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const canZstd = !skip && /\bzstd\b/.test(execFileSync('curl', ['--version'], { encoding: 'utf8' }));

async function site(t, ...args) {
  const root = folder(t, {
    'index.html': '<!doctype html><title>home</title><p>home</p>',
    'docs/index.html': '<!doctype html><title>docs</title><p>docs</p>',
    'long.txt': text, 'raw.bin': bytes, '404.html': '<!doctype html><title>lost</title><p>no such page</p>',
  });
  const herald = await serve(t, root, ...args);
  herald.root = root;
  return herald;
}

// { status, version, fields, body } of one request.
async function curl(t, herald, target, ...args) {
  const body = path.join(folder(t), 'body');
  const { code, stdout, stderr } = await run('curl', ['--silent', '--show-error', '--http2', '--cacert', herald.cert, '--output', body, '--dump-header', '-',
    '--max-time', '20', ...args, herald.origin + target]);
  assert.equal(code, 0, stderr);
  const last = stdout.trim().split('\r\n\r\n').at(-1).split('\r\n');
  const [, version, status] = /^HTTP\/(\S+) (\d+)/.exec(last[0]);
  const fields = Object.fromEntries(last.slice(1).map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { status: Number(status), version, fields, body: fs.existsSync(body) ? fs.readFileSync(body) : Buffer.alloc(0) };
}

test('curl gets a page over HTTP/2 with its type and validators', { skip }, async (t) => {
  const herald = await site(t);
  const answer = await curl(t, herald, '/');
  assert.equal(answer.status, 200);
  assert.equal(answer.version, '2');
  assert.match(answer.fields['content-type'], /^text\/html/);
  assert.ok(answer.fields.etag);
  assert.ok(Date.parse(answer.fields['last-modified']));
  assert.match(answer.body.toString(), /home/);
  assert.equal((await curl(t, herald, '/docs/')).body.toString().includes('docs'), true);
});

test('a single range is answered with exactly those bytes', { skip }, async (t) => {
  const herald = await site(t);
  for (const [range, from, to] of [['0-99', 0, 100], ['4000-', 4000, 5000], ['-10', 4990, 5000], ['4999-9999', 4999, 5000]]) {
    const answer = await curl(t, herald, '/raw.bin', '--range', range);
    assert.equal(answer.status, 206, range);
    assert.equal(answer.fields['content-range'], `bytes ${from}-${to - 1}/5000`);
    assert.deepEqual(answer.body, bytes.subarray(from, to));
  }
});

test('several ranges come as multipart/byteranges with each part whole', { skip }, async (t) => {
  const herald = await site(t);
  const answer = await curl(t, herald, '/raw.bin', '--header', 'Range: bytes=0-4,100-109,-3');
  assert.equal(answer.status, 206);
  const boundary = /^multipart\/byteranges; *boundary="?([^"]+)"?$/.exec(answer.fields['content-type'])?.[1];
  assert.ok(boundary, answer.fields['content-type']);
  const parts = answer.body.toString('latin1').split(`--${boundary}`).slice(1, -1).map((part) => part.replace(/^\r\n/, '').replace(/\r\n$/, ''));
  const got = parts.map((part) => {
    const at = part.indexOf('\r\n\r\n');
    return [/content-range: *(.*)/i.exec(part.slice(0, at))[1].trim(), Buffer.from(part.slice(at + 4), 'latin1')];
  });
  assert.deepEqual(got, [['bytes 0-4/5000', bytes.subarray(0, 5)], ['bytes 100-109/5000', bytes.subarray(100, 110)], ['bytes 4997-4999/5000', bytes.subarray(4997)]]);
});

test('a range beyond the end is 416 and says how long the file is', { skip }, async (t) => {
  const answer = await curl(t, await site(t), '/raw.bin', '--range', '6000-');
  assert.equal(answer.status, 416);
  assert.equal(answer.fields['content-range'], 'bytes */5000');
});

test('a client that has the file gets 304, by tag and by date', { skip }, async (t) => {
  const herald = await site(t);
  const { fields } = await curl(t, herald, '/raw.bin');
  for (const header of [`If-None-Match: ${fields.etag}`, 'If-None-Match: *', `If-None-Match: "other", ${fields.etag}`, `If-Modified-Since: ${fields['last-modified']}`]) {
    const answer = await curl(t, herald, '/raw.bin', '--header', header);
    assert.equal(answer.status, 304, header);
    assert.equal(answer.body.length, 0);
    assert.equal(answer.fields.etag, fields.etag);
  }
  assert.equal((await curl(t, herald, '/raw.bin', '--header', 'If-None-Match: "other"')).status, 200);
  assert.equal((await curl(t, herald, '/raw.bin', '--header', 'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT')).status, 200);
});

test('a range with a stale If-Range is the whole file', { skip }, async (t) => {
  const herald = await site(t);
  const { fields } = await curl(t, herald, '/raw.bin');
  assert.equal((await curl(t, herald, '/raw.bin', '--range', '0-9', '--header', 'If-Range: "stale"')).status, 200);
  if (!fields.etag.startsWith('W/')) {
    assert.equal((await curl(t, herald, '/raw.bin', '--range', '0-9', '--header', `If-Range: ${fields.etag}`)).status, 206);
  }
});

test('text is compressed as the client asks, and varies by it', { skip }, async (t) => {
  const herald = await site(t);
  const plain = await curl(t, herald, '/long.txt');
  assert.equal(plain.fields['content-encoding'], undefined);
  assert.equal(plain.body.toString(), text);
  for (const [encoding, unpack] of [['br', zlib.brotliDecompressSync], ['gzip', zlib.gunzipSync]]) {
    const answer = await curl(t, herald, '/long.txt', '--header', `Accept-Encoding: ${encoding}`);
    assert.equal(answer.fields['content-encoding'], encoding);
    assert.match(answer.fields.vary, /accept-encoding/i);
    assert.ok(answer.body.length < text.length / 4);
    assert.equal(unpack(answer.body).toString(), text);
    assert.notEqual(answer.fields.etag, plain.fields.etag, 'another encoding is another representation');
  }
  const refused = await curl(t, herald, '/long.txt', '--header', 'Accept-Encoding: br;q=0, gzip;q=0');
  assert.equal(refused.fields['content-encoding'], undefined);
});

test('curl unpacks zstd', { skip: skip || (!canZstd && 'this curl has no zstd') }, async (t) => {
  const answer = await curl(t, await site(t), '/long.txt', '--compressed', '--header', 'Accept-Encoding: zstd');
  assert.equal(answer.fields['content-encoding'], 'zstd');
  assert.equal(answer.body.toString(), text);
});

test('HEAD has the fields of GET and no body', { skip }, async (t) => {
  const herald = await site(t);
  const get = await curl(t, herald, '/raw.bin');
  const head = await curl(t, herald, '/raw.bin', '--head');
  assert.equal(head.status, 200);
  assert.equal(head.fields['content-length'], '5000');
  for (const name of ['content-type', 'etag', 'last-modified', 'accept-ranges']) assert.equal(head.fields[name], get.fields[name], name);
});

test('an unknown path is 404 with the page of the site', { skip }, async (t) => {
  const answer = await curl(t, await site(t), '/nowhere/at/all');
  assert.equal(answer.status, 404);
  assert.match(answer.body.toString(), /no such page/);
});

test('paths cannot leave the root', { skip }, async (t) => {
  const herald = await site(t);
  for (const target of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/docs/..%2f..%2f..%2fetc/passwd']) {
    const answer = await curl(t, herald, target, '--path-as-is');
    assert.ok(answer.status >= 400 && answer.status < 500, `${target}: ${answer.status}`);
    assert.doesNotMatch(answer.body.toString(), /root:/);
  }
});

test('a folder without its slash is a redirect that keeps the query', { skip }, async (t) => {
  const answer = await curl(t, await site(t), '/docs?page=2');
  assert.ok([301, 307, 308].includes(answer.status), String(answer.status));
  assert.match(answer.fields.location, /\/docs\/\?page=2$/);
});

test('a method that files do not have is 405 and says which they have', { skip }, async (t) => {
  const answer = await curl(t, await site(t), '/raw.bin', '--request', 'DELETE');
  assert.equal(answer.status, 405);
  assert.match(answer.fields.allow, /GET/);
});

test('publishing without --dev and without a key is 403 with the reason', { skip }, async (t) => {
  const answer = await curl(t, await site(t), '/send', '--header', 'Content-Type: application/json', '--data', '{"message":"x"}');
  assert.equal(answer.status, 403);
  const problem = JSON.parse(answer.body);
  assert.ok((problem.detail ?? problem.title).length > 10, JSON.stringify(problem));
});

test('a client that offers none of our protocols is refused by the alert no_application_protocol, one of HTTP/1.1 is served', { skip }, async (t) => {
  const herald = await site(t);
  const { stdout, stderr } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${herald.port}`, '-alpn', 'spdy/1', '-servername', 'localhost']);
  assert.match(stdout + stderr, /alert no application protocol/i);
  const answer = await curl(t, herald, '/', '--http1.1');
  assert.deepEqual([answer.status, answer.version], [200, '1.1']);
});
