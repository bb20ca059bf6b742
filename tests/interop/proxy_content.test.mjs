// What passes through Herald to a real app server and back, in any amount: content, its trailers, and the memory that it takes.
// HERALD_PROXY_BYTES says how much each way; `HERALD_PROXY_BYTES=1073741824` is the gigabyte that docs/proxy.md tells of.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fetchOn, lacks, run, soon } from '../support/herald.mjs';
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
  assert.ok(memory('VmHWM') - before < 16, `${before} MiB became ${memory('VmHWM')} MiB`);
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
