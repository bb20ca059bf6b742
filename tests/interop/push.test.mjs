// Server push, for the clients that still take it: nghttp and Node. Each promised file is an ordinary answer, promised once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchOn, folder, lacks, run, serve, session, until } from '../support/herald.mjs';

const files = {
  'index.html': '<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><script type="module" src="/site.js"></script><p>page</p>',
  'site.css': 'body { color: #123 }\n',
  'site.js': 'export const ready = true;\n',
};
const skip = lacks({ programs: ['openssl'] });
const skipNghttp = skip || lacks({ programs: ['nghttp'] });
const pushing = (t) => serve(t, folder(t, files), '--hints', 'push');
const promises = (output) => [...output.matchAll(/recv PUSH_PROMISE frame/g)].length;

test('nghttp sees both files promised, and then their bodies', { skip: skipNghttp }, async (t) => {
  const herald = await pushing(t);
  const { stdout, code } = await run('nghttp', ['-nv', `${herald.origin}/`]);
  assert.equal(code, 0, stdout);
  assert.equal(promises(stdout), 2, stdout);
  for (const name of ['/site.css', '/site.js']) assert.match(stdout, new RegExp(`:path: ${name.replace('.', '\\.')}`));
  const promise = stdout.indexOf('recv PUSH_PROMISE');
  assert.ok(promise > 0 && promise < stdout.indexOf('recv DATA'), 'promised before any DATA');
  for (const id of [2, 4]) assert.match(stdout, new RegExp(`recv DATA frame <length=\\d+, flags=0x0[01], stream_id=${id}>`));
});

test('nghttp --no-push gets none', { skip: skipNghttp }, async (t) => {
  const herald = await pushing(t);
  const { stdout, code } = await run('nghttp', ['-nv', '--no-push', `${herald.origin}/`]);
  assert.equal(code, 0);
  assert.equal(promises(stdout), 0);
  assert.match(stdout, /:status: 200/);
});

test('no push where hints are off', { skip: skipNghttp }, async (t) => {
  const herald = await serve(t, folder(t, files), '--hints', 'off');
  const { stdout } = await run('nghttp', ['-nv', `${herald.origin}/`]);
  assert.equal(promises(stdout), 0);
});

// Pushes as Node sees them: path -> { status, headers, body }.
function collect(client) {
  const pushes = new Map();
  client.on('stream', (stream, request) => {
    const push = { request, chunks: [], ended: false };
    assert.ok(!pushes.has(request[':path']), `${request[':path']} promised twice`);
    pushes.set(request[':path'], push);
    stream.on('push', (fields) => { push.headers = fields; push.status = fields[':status']; });
    stream.on('data', (bytes) => push.chunks.push(bytes));
    stream.on('end', () => { push.ended = true; push.body = Buffer.concat(push.chunks).toString(); });
    stream.on('error', (error) => { push.error = error; });
  });
  return pushes;
}

test('a push is answered as the same request would be', { skip }, async (t) => {
  const herald = await pushing(t);
  const client = await session(t, herald);
  const pushes = collect(client);
  const page = await fetchOn(client, '/', { headers: { accept: 'text/html' } });
  assert.equal(page.text, files['index.html']);
  await until('both pushes end', () => pushes.size === 2 && [...pushes.values()].every((push) => push.ended));
  const other = await session(t, herald, { settings: { enablePush: false } });
  for (const [path, push] of pushes) {
    const asked = await fetchOn(other, path);
    assert.equal(push.status, 200);
    assert.equal(push.body, asked.text);
    for (const name of ['content-type', 'etag', 'last-modified', 'cache-control']) assert.equal(push.headers[name], asked.headers[name], `${path} ${name}`);
    assert.equal(push.request[':method'], 'GET');
  }
});

test('what one connection has had is not pushed again', { skip }, async (t) => {
  const client = await session(t, await pushing(t));
  const pushes = collect(client);
  await fetchOn(client, '/', { headers: { accept: 'text/html' } });
  await until('both pushes end', () => [...pushes.values()].filter((push) => push.ended).length === 2);
  const again = await fetchOn(client, '/', { headers: { accept: 'text/html' } });
  assert.equal(again.status, 200);
  await fetchOn(client, '/site.css'); // a full turn later nothing more has come
  assert.equal(pushes.size, 2);
});

test('a conditional page request pushes nothing', { skip }, async (t) => {
  const herald = await pushing(t);
  const { headers } = await fetchOn(await session(t, herald, { settings: { enablePush: false } }), '/');
  const client = await session(t, herald);
  const pushes = collect(client);
  const answer = await fetchOn(client, '/', { headers: { accept: 'text/html', 'if-none-match': headers.etag } });
  assert.equal(answer.status, 304);
  await fetchOn(client, '/site.js');
  assert.equal(pushes.size, 0);
});

test('a client that cancels its pushes still gets the page', { skip }, async (t) => {
  const herald = await pushing(t);
  const client = await session(t, herald);
  client.on('stream', (stream) => { stream.on('error', () => {}); stream.close(8); });
  assert.equal((await fetchOn(client, '/', { headers: { accept: 'text/html' } })).status, 200);
  assert.equal((await fetchOn(client, '/site.css')).text, files['site.css']);
});
