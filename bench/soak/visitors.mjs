// Visitors of a soak: over HTTP/2 and HTTP/1.1, to files and to the app server, well-behaved or leaving in the middle, and strangers
// who speak no HTTP. Each checks what it is given.
import crypto from 'node:crypto';
import https from 'node:https';
import net from 'node:net';

import { connect, exchange, Gone } from './client.mjs';
import { sleep, versions } from './stage.mjs';

const chance = (part) => Math.random() < part;
const upload = crypto.randomBytes(200 * 1024);
const uploadHash = crypto.createHash('sha256').update(upload).digest('hex');

function checkFile(account, name, { status, body, abandoned }) {
  if (abandoned) return account.count('files left in the middle');
  if (status !== 200) return account.fault(`${name}: status ${status}`);
  const lines = body.toString('latin1').split('\n');
  if (body.length !== versions[name] * 1024) account.fault(`${name}: ${body.length} bytes`);
  else if (lines.slice(0, -1).some((line) => line !== lines[0])) account.fault(`${name}: an answer of two versions`);
  return account.count('files');
}

// A page and what it needs, on a connection of its own; some leave in the middle of it, some close nothing.
export async function visitPage(stage, account) {
  const session = await connect(stage);
  const request = (path, more) => exchange(session, { ':path': path }, more);
  const page = await request('/');
  if (page.status !== 200) account.fault(`/: status ${page.status}`);
  account.count('pages');
  const leave = chance(0.1);
  const fetches = Object.keys(versions).map(async (name) =>
    checkFile(account, name, await request(`/${name}`, leave ? { abandon: 1000 } : {})));
  fetches.push(request(`/missing-${crypto.randomUUID()}`).then(({ status }) => {
    if (status !== 404 && !stage.excused('upstream')) account.fault(`a missing file: status ${status}`);
  }));
  fetches.push(exchange(session, { ':path': '/photo.bin', 'range': 'bytes=0-99,200-299', 'accept-encoding': 'gzip' })
    .then(({ status }) => { if (status !== 206) account.fault(`ranges: status ${status}`); }));
  for (const { status, reason } of await Promise.allSettled(fetches)) if (status === 'rejected' && !(reason instanceof Gone)) throw reason;
  if (chance(0.5)) session.leave();
  else session.cut();
}

// Three requests over HTTP/1.1 on a connection that stays, then perhaps a reset.
export async function visitOverHttp1(stage, account) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: stage.ca, servername: 'localhost' });
  const ask = (path, headers = {}) => new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port: stage.port, path, headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (bytes) => chunks.push(bytes));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks), last: response.headers.connection === 'close' }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
  try {
    for (const path of ['/style.css', '/app.js', `/poll?topic=none&timeout=${chance(0.5) ? 0 : 1}`]) {
      const answer = await ask(path);
      if (answer.status !== 200) account.fault(`${path} over HTTP/1.1: status ${answer.status}`);
      account.count('HTTP/1.1');
      if (path.endsWith('css')) checkFile(account, 'style.css', answer);
    }
  } catch (error) {
    // A connection that has just been idle may be closed by a server that drains (RFC 9112 section 9.3.1).
    if (!stage.draining) account.fault(`HTTP/1.1: ${error.message}`);
  }
  agent.destroy();
}

// The app server through the proxy: small, large, an upload, or one that is left in the middle.
export async function visitApp(stage, account) {
  const session = await connect(stage);
  const kinds = [
    async () => (await exchange(session, { ':path': '/app/ping' })),
    async () => (await exchange(session, { ':path': '/app/large' })),
    async () => (await exchange(session, { ':path': '/app/large' }, { abandon: 30000 })),
    async () => (await exchange(session, { ':path': '/app/upload', ':method': 'POST' }, { body: upload })),
  ];
  const which = Math.floor(Math.random() * kinds.length);
  try {
    const { status, body, abandoned } = await kinds[which]();
    const whole = abandoned || which === 0 || (which === 1 ? body?.length === 32 * 16384 : body?.toString() === uploadHash);
    if (status === 200 && whole) account.count('upstream');
    else if (stage.excused('upstream')) account.count('upstream away');
    else account.fault(`upstream: status ${status}${whole ? '' : ', not whole'}`);
  } catch (error) {
    if (error instanceof Gone || !stage.excused('upstream')) throw error;
    account.count('upstream away');
  }
  session.leave();
}

// Rubbish instead of TLS, or silence, for a while.
export async function visitAsStranger(stage, account) {
  const socket = net.connect(stage.port, '127.0.0.1');
  socket.on('error', () => {});
  if (chance(0.5)) socket.write(crypto.randomBytes(500));
  await sleep(Math.random() * 8000);
  socket.destroy();
  account.count('strangers');
}

// Begins `visit` `rate` times a second until told to stop, without waiting for one to end before the next.
export function every(rate, stage, account, visit) {
  const underWay = new Set();
  const begin = () => {
    if (underWay.size > 100) return account.fault(`${visit.name}: a hundred are under way`);
    const one = visit(stage, account)
      .catch((error) => { if (error instanceof Gone) account.count('connections lost'); else account.fault(`${visit.name}: ${error.message}`); })
      .finally(() => underWay.delete(one));
    return underWay.add(one);
  };
  const timer = setInterval(begin, 1000 / rate);
  return async () => { clearInterval(timer); await Promise.allSettled([...underWay]); };
}
