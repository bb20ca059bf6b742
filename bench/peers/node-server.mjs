// Server-Sent Events and long polling as the usual tutorial has them, over Node's http2:
// node node-server.mjs ROOT KEY CERT PORT
import fs from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';

const [root, key, cert, port] = process.argv.slice(2);
const clients = new Set();
const pending = new Map();
let messages = [];

const json = (response, value) => {
  const text = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

function events(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':ok\n\n');
  clients.add(response);
  response.on('close', () => clients.delete(response));
}

function poll(request, response, query) {
  if (messages.length > 0) {
    json(response, { messages });
    messages = [];
    return;
  }
  const id = query.get('clientId');
  const timeout = setTimeout(() => {
    pending.delete(id);
    json(response, { messages: [] });
  }, 30_000);
  pending.set(id, { response, timeout });
  response.on('close', () => {
    clearTimeout(timeout);
    if (pending.get(id)?.response === response) pending.delete(id);
  });
}

async function messageOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return JSON.parse(text).message;
}

async function broadcast(request, response) {
  const block = `data: ${await messageOf(request)}\n\n`;
  for (const client of clients) client.write(block);
  json(response, { success: true });
}

async function send(request, response) {
  messages.push(await messageOf(request));
  for (const [, held] of pending) {
    clearTimeout(held.timeout);
    json(held.response, { messages });
  }
  if (pending.size > 0) messages = [];
  pending.clear();
  json(response, { success: true });
}

const server = http2.createSecureServer({
  key: fs.readFileSync(key), cert: fs.readFileSync(cert), settings: { maxConcurrentStreams: 256 },
}, (request, response) => {
  const url = new URL(request.url, 'https://localhost');
  if (url.pathname === '/events') return events(request, response);
  if (url.pathname === '/poll') return poll(request, response, url.searchParams);
  if (url.pathname === '/broadcast') return broadcast(request, response);
  if (url.pathname === '/send') return send(request, response);
  fs.createReadStream(path.join(root, path.normalize(url.pathname))).on('error', () => response.writeHead(404).end()).pipe(response);
});
server.listen(Number(port), '127.0.0.1', 4096);
