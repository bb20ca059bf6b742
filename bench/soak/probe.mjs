// A quiet client in a process of its own, so that what the others do does not delay it: a file, the app server and an event that it
// publishes itself, some times a second; tells its parent the median and the 99th percentile of every ten seconds.
import fs from 'node:fs';

import { connect, exchange, Gone, usable } from './client.mjs';
import { sleep } from './stage.mjs';

const stage = { port: Number(process.argv[2]), ca: fs.readFileSync(process.argv[3]), origin: `https://127.0.0.1:${process.argv[2]}`,
  lost: (sentence) => process.send({ lost: sentence }) };
const window = 10_000;
let times = { files: [], proxy: [], events: [] };
let faults = [];

const summary = (values) => {
  const sorted = values.sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return sorted.length > 0 ? { p50: at(0.5), p99: at(0.99), count: sorted.length } : null;
};
setInterval(() => {
  process.send({ ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, summary(values)])), faults });
  times = { files: [], proxy: [], events: [] };
  faults = [];
}, window);
process.on('disconnect', () => process.exit());

let session = null;
let dialling = null;
async function current() {
  if (usable(session)) return session;
  dialling ??= connect(stage).finally(() => { dialling = null; });
  session = await dialling;
  return session;
}

// A failure counts only where no restart and no outage of others can be its reason.
async function ask(kind, fields, options) {
  const began = performance.now();
  try {
    const { status } = await exchange(await current(), fields, options);
    if (status === 200) times[kind].push(performance.now() - began);
    else if (kind === 'files') faults.push(`${kind}: status ${status}`);
  } catch (error) {
    if (kind === 'files' && !(error instanceof Gone)) faults.push(`${kind}: ${error.message}`);
  }
}

async function listen() {
  for (;;) {
    try {
      const on = await current();
      await new Promise((resolve) => {
        const stream = on.request({ ':path': '/events?topic=probe' });
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
          for (const [, sent] of text.matchAll(/^data: ([\d.]+)$/gm)) times.events.push(performance.now() - Number(sent));
        });
        stream.on('error', () => {});
        stream.on('close', resolve);
      });
    } catch { /* again */ }
    await sleep(500);
  }
}

async function repeat(pause, act) { for (;;) { await act(); await sleep(pause); } }
listen();
repeat(50, () => ask('files', { ':path': '/style.css' }));
repeat(150, () => ask('proxy', { ':path': '/app/ping' }));
repeat(150, () => {
  const body = JSON.stringify({ topic: 'probe', message: String(performance.now()) });
  return exchangeQuietly(body);
});
async function exchangeQuietly(body) {
  try { await exchange(await current(), { ':path': '/send', ':method': 'POST', 'content-type': 'application/json' }, { body }); } catch { /* its event does not come */ }
}
