// The clients of the text that Herald grew from, as written there: only the address is another. They run in a process of
// their own that trusts the test's certificate by NODE_EXTRA_CA_CERTS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { fetchOn, folder, fromNpm, lacks, publish, serve, session, until } from '../support/herald.mjs';

// Node's fetch speaks HTTP/1.1 only, and this server HTTP/2 only: the script gets a fetch over node:http2 and, for the rest, is the text's own.
const preamble = `
import http2 from 'node:http2';
let session;
globalThis.fetch = (address, { method = 'GET', headers = {}, body, signal } = {}) => new Promise((resolve, reject) => {
  const url = new URL(address);
  if (!session || session.closed || session.destroyed) { session = http2.connect(url.origin, { servername: 'localhost' }); session.on('error', reject); }
  const stream = session.request({ ':path': url.pathname + url.search, ':method': method, ...Object.fromEntries(new Headers(headers)) }, { signal });
  stream.on('error', reject);
  stream.on('response', (fields) => {
    const plain = new Headers(Object.entries(fields).filter(([name]) => !name.startsWith(':')));
    resolve(new Response(new ReadableStream({
      start(controller) {
        stream.on('data', (bytes) => controller.enqueue(new Uint8Array(bytes)));
        stream.on('end', () => { try { controller.close(); } catch {} });
        stream.on('error', (error) => { try { controller.error(error); } catch {} });
      },
      cancel() { stream.close(8); },
    }), { status: fields[':status'], headers: plain }));
  });
  stream.end(body);
});
`;

const poller = (origin, clientId) => `${preamble}
const clientId = ${JSON.stringify(clientId)}

async function poll() {
  try {
    const response = await fetch(\`${origin}/poll?clientId=\${clientId}\`, {
      signal: AbortSignal.timeout(35000),
    })

    const data = await response.json()

    if (data.messages.length > 0) {
      console.log("Received messages:", JSON.stringify(data.messages))
    }

    // Immediately poll again
    poll()
  } catch (error) {
    console.error("Polling error:", error)
    // Retry after delay
    setTimeout(poll, 5000)
  }
}

poll()
`;

const source = (origin, eventsource) => `${preamble}
import { EventSource as Source } from ${JSON.stringify(eventsource)};
class EventSource extends Source { constructor(url) { super(url, { fetch: globalThis.fetch }); } }
const eventSource = new EventSource("${origin}/events")

eventSource.onopen = () => console.log("Open:")

eventSource.onmessage = (event) => {
  const data = JSON.parse(event.data)
  console.log("Received:", JSON.stringify(data))
}

eventSource.onerror = (error) => {
  console.error("SSE error:", error)
  // Automatically reconnects
}

// Named events
eventSource.addEventListener("update", (event) => {
  console.log("Update:", event.data)
})
`;

function script(t, herald, text) {
  const file = path.join(folder(t), 'client.mjs');
  fs.writeFileSync(file, text);
  const child = spawn(process.execPath, [file], { env: { ...process.env, NODE_EXTRA_CA_CERTS: herald.cert }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const client = { child, lines: [], stderr: '' };
  let rest = '';
  child.stdout.on('data', (bytes) => { const lines = (rest + bytes).split('\n'); rest = lines.pop(); client.lines.push(...lines); });
  child.stderr.on('data', (bytes) => { client.stderr += bytes; });
  client.values = (word) => client.lines.filter((line) => line.startsWith(word)).map((line) => JSON.parse(line.slice(line.indexOf(':') + 1)));
  return client;
}


test('the EventSource client of the text works with another address', { skip: lacks({ packages: ['eventsource'] }) }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const eventsource = pathToFileURL(fromNpm.resolve('eventsource').replace(/\.cjs$/, '.js')).href;
  const client = script(t, herald, source(herald.origin, eventsource));
  await until(`the client is open: ${client.stderr}`, () => client.lines.includes('Open:'));
  const own = await session(t, herald);
  await publish(own, undefined, { timestamp: 1, value: 0.5 });
  await publish(own, undefined, 'bare text of an update', { type: 'update' });
  await publish(own, undefined, { timestamp: 2, value: 0.25 });
  await until('all three have come', () => client.lines.length === 4);
  assert.deepEqual(client.values('Received'), [{ timestamp: 1, value: 0.5 }, { timestamp: 2, value: 0.25 }]);
  assert.deepEqual(client.lines.filter((line) => line.startsWith('Update')), ['Update: bare text of an update']);
});

test('two long-poll clients of the text lose nothing between their polls', { skip: lacks() }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const own = await session(t, herald);
  const clients = ['first', 'second'].map((name) => script(t, herald, poller(herald.origin, name)));
  // A client's count begins with its first poll: send until both have something, then the messages that count.
  let probe = 0;
  await until('both clients have polled', async () => {
    await publish(own, undefined, { probe: probe++ });
    return clients.every((client) => client.values('Received').flat().some((each) => 'probe' in each));
  }, { every: 100 });
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  for (let i = 0; i < numbers.length; i += 10) { // bursts, so that many fall between two polls
    await Promise.all(numbers.slice(i, i + 10).map((n) => publish(own, undefined, { n })));
  }
  const got = (client) => client.values('Received').flat().filter((each) => 'n' in each).map((each) => each.n);
  for (const client of clients) {
    await until(`all messages reach the client; ${client.stderr}`, () => new Set(got(client)).size === numbers.length, { within: 20000 });
    assert.deepEqual([...got(client)].sort((a, b) => a - b), numbers, 'none lost, none twice');
  }
  assert.deepEqual(got(clients[0]), got(clients[1]), 'both in the one order');
});

test('a poll client that vanishes with its answer gets it again', { skip: lacks() }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev');
  const own = await session(t, herald);
  let known = false;
  fetchOn(own, '/poll?clientId=lame').then(() => { known = true; }, () => {});
  await until('the first poll is answered', async () => { await publish(own, undefined, 'one'); return known; }, { every: 50 });
  await publish(own, undefined, 'two');
  // The connection dies right after the poll is asked for: what its answer held must come again over the next one.
  const dying = await session(t, herald);
  dying.request({ ':path': '/poll?clientId=lame' }).on('error', () => {});
  dying.destroy();
  const next = await session(t, herald);
  const answer = JSON.parse((await fetchOn(next, '/poll?clientId=lame')).body);
  assert.equal(answer.messages.at(-1), 'two', JSON.stringify(answer));
});
