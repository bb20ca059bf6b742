// What passes through Herald to a real app server and back, in any amount: content, its trailers, and the memory that it takes.
// HERALD_PROXY_BYTES says how much each way; `HERALD_PROXY_BYTES=1073741824` is the gigabyte that docs/proxy.md tells of.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import { block } from '../conformance/hpack.mjs';
import { data, flag, headers, nameOf, request, Wire } from '../conformance/wire.mjs';
import { fetchOn, lacks, run, sanitized, soon, until } from '../support/herald.mjs';
import { proxied, shop } from '../support/proxied.mjs';

const skip = lacks({ packages: ['express'], programs: ['curl'] });
const MEBIBYTE = 1024 * 1024;
const size = Number(process.env.HERALD_PROXY_BYTES ?? 256 * MEBIBYTE);

test('trailers pass both ways', { skip }, async (t) => {
  const { client } = await proxied(t, await shop(t));
  const stream = client.request({ ':path': '/trailers', ':method': 'POST', trailer: 'x-check', te: 'trailers' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-check': 'abc', host: 'other.test' }));
  let text = '';
  let trailers;
  stream.on('data', (bytes) => { text += bytes; });
  stream.on('trailers', (fields) => { trailers = fields; });
  stream.end('hello');
  await soon('the answer ends', new Promise((resolve, reject) => { stream.on('end', resolve); stream.on('error', reject); }));
  assert.equal(text, 'hello');
  assert.equal(trailers['x-sum'], '5');
  assert.equal(trailers['x-te'], 'trailers');
  assert.deepEqual(JSON.parse(trailers['x-heard']), { 'x-check': 'abc' });
  // And with HTTP/1.1 only for who has asked.
  const raw = (...more) => run('curl', ['-sk', '--http1.1', '--raw', '-i', '-d', 'hello', ...more, `${origin(client)}/trailers`]);
  assert.match((await raw('-H', 'te: trailers', '-H', 'connection: te')).stdout, /\r\n0\r\nx-sum: 5\r\n/);
  assert.match((await raw()).stdout, /\r\n0\r\n\r\n$/);
});

const origin = (client) => `https://localhost:${client.socket.remotePort}`;

test('uploads, downloads and event streams of any size take no more memory', { skip, timeout: 600000 }, async (t) => {
  const { herald, client } = await proxied(t, await shop(t));
  for (const target of ['/shop', '/file.txt']) await fetchOn(client, target);
  const memory = (what) => Number(new RegExp(`${what}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${herald.pid}/status`, 'utf8'))[1]) / 1024;
  const fetched = async (target) => {
    const { code, stdout } = await run('curl', ['-sk', '--http2', '-o', '/dev/null', '-w', '%{size_download}', `${origin(client)}${target}`], { within: 300000 });
    assert.equal(code, 0, target);
    return stdout;
  };
  const before = memory('VmHWM');
  const peaks = [];
  const measured = async (what, work) => {
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    peaks.push(`${memory('VmHWM').toFixed(1)} after ${what} (${(size / MEBIBYTE / seconds).toFixed(0)} MiB/s)`);
  };
  await measured('the upload', async () => assert.equal(JSON.parse(await upload(client)).bytes, size));
  await measured('the download', async () => assert.equal(await fetched(`/download/${size}`), String(size)));
  await measured('the events', async () => assert.equal(await fetched(`/feed/${size}`), String(size)));
  t.diagnostic(`${size / MEBIBYTE} MiB each; most memory, MiB: ${before.toFixed(1)} before, ${peaks.join(', ')}`);
  assert.ok(memory('VmHWM') - before < (sanitized ? 64 : 16), `${before} MiB became ${memory('VmHWM')} MiB`);
});

function upload(client) {
  const stream = client.request({ ':path': '/count', ':method': 'POST', 'content-length': size });
  const chunk = Buffer.alloc(MEBIBYTE);
  let left = size;
  const more = () => {
    while (left > 0) {
      const some = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= some.length;
      if (!stream.write(some)) return stream.once('drain', more);
    }
    return stream.end();
  };
  more();
  return soon('the upload is counted', new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (bytes) => { text += bytes; });
    stream.on('end', () => resolve(text));
    stream.on('error', reject);
  }), 300000);
}

// An app server that answers every whole request, and remembers what it was asked: { target, fields: [[name, value]], content, whole, gone }.
async function witness(t) {
  const asked = [];
  const app = http.createServer((heard, response) => {
    const fields = heard.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [[name.toLowerCase(), all[i + 1]]] : []));
    const one = { target: heard.url, fields, content: '', whole: false, gone: false };
    asked.push(one);
    heard.on('data', (bytes) => { one.content += bytes; });
    heard.on('end', () => { one.whole = heard.complete; response.end('heard'); });
    heard.on('error', () => {});
    heard.on('close', () => { one.gone = !one.whole; });
  });
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  t.after(() => { app.closeAllConnections(); app.close(); });
  const { herald } = await proxied(t, { url: `http://127.0.0.1:${app.address().port}` });
  const wire = await Wire.open({ host: '127.0.0.1', port: herald.port });
  t.after(() => wire.destroy());
  return { asked, wire };
}

test('the app server gets the cookies of several fields in one, and as Host what :authority says (RFC 9113 sections 8.2.3 and 8.3.1)', { skip }, async (t) => {
  const { asked, wire } = await witness(t);
  const rest = [[':method', 'GET'], [':scheme', 'https']];
  const ask = async (id, fields) => {
    wire.send(headers(id, block([...rest, [':path', `/${id}`], ...fields])));
    await wire.until(() => wire.over || wire.stream(id).ended || wire.stream(id).reset !== null);
    return asked.find(({ target }) => target === `/${id}`)?.fields.filter(([name]) => ['cookie', 'host'].includes(name)).sort();
  };
  assert.deepEqual(await ask(1, [[':authority', 'app.test:8443'], ['cookie', 'a=b'], ['x', 'y'], ['cookie', 'c=d'], ['cookie', 'e=f']]), [['cookie', 'a=b; c=d; e=f'], ['host', 'app.test:8443']]);
  assert.deepEqual(await ask(3, [[':authority', 'app.test'], ['host', 'app.test']]), [['host', 'app.test']]);
  assert.deepEqual(await ask(5, [['host', 'app.test']]), [['host', 'app.test']]);
  const other = await ask(7, [[':authority', 'app.test'], ['host', 'other.test']]);
  assert.ok(other === undefined || (other.length === 1 && other[0][1] === 'app.test'), `${other}`);
});

test('a request whose content is not as long as it says is never whole at the app server (RFC 9113 section 8.1.1)', { skip }, async (t) => {
  const { asked, wire } = await witness(t);
  const post = (id, says) => headers(id, request({}, { method: 'POST', path: `/${id}`, extra: [['content-length', String(says)]] }), flag.END_HEADERS);
  const bad = {
    1: [post(1, 9), data(1, 'ab', flag.END_STREAM)],
    3: [post(3, 3), data(3, 'abcd', flag.END_STREAM)],
    5: [post(5, 3), data(5, 'ab'), data(5, 'cd', flag.END_STREAM)],
    7: [post(7, 9), data(7, 'ab'), headers(7, block([['x', 'y']]))],
  };
  for (const [id, [head, ...content]] of Object.entries(bad)) {
    wire.send(head);
    await wire.roundTrip();
    for (const each of content) { wire.send(each); await wire.roundTrip(); }
    await wire.until(() => wire.over || wire.stream(Number(id)).reset !== null);
    assert.equal(nameOf(wire.stream(Number(id)).reset), 'PROTOCOL_ERROR', id);
  }
  wire.send(post(9, 3), data(9, 'abc', flag.END_STREAM));
  await wire.until(() => wire.over || wire.stream(9).ended);
  assert.equal(wire.status(9), 200);
  await until('the others are given up', () => asked.every(({ whole, gone }) => whole || gone));
  assert.deepEqual(asked.filter(({ whole }) => whole).map(({ target, content }) => [target, content]), [['/9', 'abc']]);
});
