// The app server of a soak: /app/ping at once, /app/large in pieces, /app/upload takes what is sent. Says its port to its parent.
import crypto from 'node:crypto';
import http from 'node:http';

// Until the client has taken some of it, or has gone.
function room(response) {
  return new Promise((resolve) => {
    const done = () => { response.off('drain', done); response.off('close', done); resolve(); };
    response.on('drain', done).on('close', done);
  });
}

const server = http.createServer(async (request, response) => {
  const url = request.url.split('?')[0];
  if (url === '/app/large') {
    response.setHeader('content-type', 'application/octet-stream');
    for (let i = 0; i < 32 && !response.destroyed; ++i) {
      if (!response.write(Buffer.alloc(16384, i))) await room(response);
    }
    return response.end();
  }
  if (url === '/app/upload') {
    const hash = crypto.createHash('sha256');
    try { for await (const bytes of request) hash.update(bytes); } catch { return undefined; }
    return response.end(hash.digest('hex'));
  }
  if (url !== '/app/ping') response.statusCode = 404;
  return response.end('pong');
});
server.keepAliveTimeout = 5000;
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
