// An app server for the tests of the proxy: Express, with pages that take their time. Run as `node shop.mjs PORT|SOCKET BUILD`;
// says "listening PORT" when it is. Nothing here knows of Herald.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.HERALD_NPM, 'package.json'));
const express = require('express');
const [, , at = '0', build = 'a1b2c3d4'] = process.argv;
const app = express();
const held = new Set();
let open = 0; // event streams

app.use((request, response, next) => { response.set('x-build', build); next(); });

const page = (title, extra = '') => `<!doctype html><title>${title}</title>
<link rel="stylesheet" href="/assets/shop-${build}.css"><script type="module" src="/assets/shop-${build}.js"></script>${extra}<h1>${title} ${Math.random()}</h1>`;

app.get(`/assets/shop-${build}.css`, (request, response) => response.set('cache-control', 'public, max-age=31536000, immutable').type('css').send('h1 { color: teal }'));
app.get(`/assets/shop-${build}.js`, (request, response) => response.set('cache-control', 'public, max-age=31536000, immutable').type('js').send('export {};'));

app.get('/shop', (request, response) => setTimeout(() => response.send(page('shop')), 300));
// A page that is made when /go says so.
app.get('/held', (request, response) => held.add(() => response.send(page('held'))));
app.get('/held-link', (request, response) => held.add(() => response.set('link', `</assets/shop-${build}.css>; rel=preload; as=style`).send('<h1>no links in here</h1>')));
app.post('/go', (request, response) => { for (const go of held) go(); held.clear(); response.json({ went: true }); });

// What an app may do behind a 103 of its own.
app.get('/early/:then', (request, response) => {
  response.writeEarlyHints({ link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script'], 'x-trace': 'one' });
  response.writeEarlyHints({ link: '</c.css>; rel=preload; as=style' });
  const then = { page: () => response.send(page('early')), missing: () => response.sendStatus(404), away: () => response.redirect('/shop'), reset: () => request.socket.destroy() };
  setTimeout(then[request.params.then], 20);
});

app.all('/echo', (request, response) => { response.set('x-method', request.method).set('x-fields', JSON.stringify(request.headers)); request.pipe(response); });
app.post('/count', (request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => { bytes += chunk.length; });
  request.on('end', () => response.json({ bytes }));
});
// Says behind its answer's content what came behind the request's.
app.all('/trailers', (request, response) => {
  response.set('trailer', 'x-sum');
  let bytes = 0;
  request.on('data', (chunk) => { bytes += chunk.length; response.write(chunk); });
  request.on('end', () => {
    response.addTrailers({ 'x-sum': String(bytes), 'x-heard': JSON.stringify(request.trailers), 'x-te': request.headers.te ?? 'none' });
    response.end();
  });
});
function pour(response, bytes, chunk) {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const some = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= some.length;
      if (!response.write(some)) return response.once('drain', more);
    }
    return response.end();
  };
  more();
}
app.get('/download/:bytes', (request, response) => {
  response.set('content-length', request.params.bytes);
  pour(response, Number(request.params.bytes), Buffer.alloc(65536));
});
// As many bytes of events as asked for, as fast as they are taken.
app.get('/feed/:bytes', (request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  pour(response, Number(request.params.bytes), Buffer.from(`data: ${'x'.repeat(250)}\n\n`.repeat(64)));
});
app.get('/events-of-the-app', (request, response) => {
  open += 1;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write('data: hello\n\n');
  const timer = setInterval(() => response.write('data: tick\n\n'), 50);
  request.on('close', () => { open -= 1; clearInterval(timer); });
});
app.get('/open', (request, response) => response.json({ open }));
app.get('/who', (request, response) => response.json({ pid: process.pid, build }));
app.get('/silent', () => {});
app.get('/halfway', (request, response) => { response.set('content-length', '1000').write('half'); setTimeout(() => request.socket.destroy(), 20); });

const server = app.listen(/^\d+$/.test(at) ? { port: Number(at), host: '127.0.0.1' } : { path: at }, () => console.log(`listening ${server.address().port ?? at}`));
