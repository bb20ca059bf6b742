// Connections of a soak's clients, and single exchanges on them. A connection may be told to go (GOAWAY) or be cut by a mishap at
// any time: whoever asks learns of that, and asks again on a new one. Any other end of a connection, even in a restart, is a fault and
// told to the stage.
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';

export class Gone extends Error {}  // the connection ended before the answer was whole: not the fault of who asked

// All that are open, for mishaps that cut some of them.
export const open = new Set();

export function connect(stage) {
  return new Promise((resolve, reject) => {
    const line = net.connect(stage.port, '127.0.0.1');
    const socket = tls.connect({ socket: line, ca: stage.ca, servername: 'localhost', ALPNProtocols: ['h2'] });
    const session = http2.connect(stage.origin, { createConnection: () => socket, settings: { enablePush: false, initialWindowSize: 1 << 20 } });
    session.cutting = false;
    session.cut = () => { session.cutting = true; line.resetAndDestroy(); socket.destroy(); };
    session.leaving = false;
    let [excused, why] = [false, 'without GOAWAY'];
    session.leave = () => { excused = true; session.close(); };
    session.on('goaway', (code) => {
      session.leaving = true;
      if (code === 0) excused = true;
      else why = `with GOAWAY ${code}`;
    });
    session.on('error', (error) => { why += `: ${error.message}`; });
    session.once('connect', () => { open.add(session); resolve(session); });
    session.once('close', () => {
      open.delete(session);
      reject(new Gone(`closed ${why}`));
      if (!excused && !session.cutting) stage.lost(`a connection ended ${why}`);
    });
  });
}
export const usable = (session) => session && !session.closed && !session.destroyed && !session.leaving && !session.cutting;

// { status, headers, body }, or Gone; any other error is the server's fault. `abandon`: leave after so many bytes.
export function exchange(session, fields, { body, abandon = Infinity } = {}) {
  return new Promise((resolve, reject) => {
    if (!usable(session)) return reject(new Gone('the connection is over'));
    const stream = session.request(fields, { endStream: body === undefined });
    const chunks = [];
    let headers = null;
    let size = 0;
    const failed = (error) => reject(session.closed || session.destroyed || session.leaving || session.cutting ? new Gone(error.message) : error);
    const timer = setTimeout(() => { stream.close(8); reject(new Error(`${fields[':path']}: no answer within 30 s`)); }, 30000);
    stream.on('response', (given) => { headers = given; });
    stream.on('data', (bytes) => {
      chunks.push(bytes);
      size += bytes.length;
      if (size > abandon) { stream.close(8); resolve({ status: headers?.[':status'], abandoned: true }); }
    });
    stream.on('error', failed);
    stream.on('end', () => { stream.ended = true; });
    stream.on('close', () => {
      clearTimeout(timer);
      if (stream.ended && headers && stream.rstCode === 0) resolve({ status: headers[':status'], headers, body: Buffer.concat(chunks) });
      else failed(new Error(`${fields[':path']}: the stream was closed with ${stream.rstCode}`));
    });
    if (body !== undefined) stream.end(body);
    return undefined;
  });
}
