// RFC 9113 section 9.2 and RFC 7301: what TLS below HTTP/2 has to be.
import net from 'node:net';
import { must, seen } from '../case.mjs';
import { connectTls, preface, settings, Wire } from '../wire.mjs';

// How a server ends a handshake: not what the client's own library says.
const refusal = /alert|ECONNRESET|closed during/i;
async function refuses(c, options) {
  const socket = await connectTls(c.target, options).catch((error) => error);
  if (socket instanceof Error) {
    if (!refusal.test(`${socket.code} ${socket.message}`)) throw socket;
    return socket.code ?? socket.message;
  }
  const got = `${socket.getProtocol()} ${socket.getCipher().name} ALPN ${socket.alpnProtocol}`;
  socket.destroy();
  throw new Error(`the handshake succeeds: ${got}`);
}
async function takes(c, options, right) {
  const socket = await connectTls(c.target, options);
  const got = `${socket.getProtocol()} ${socket.getCipher().name} ALPN ${socket.alpnProtocol}`;
  socket.destroy();
  if (!right.test(got)) throw new Error(got);
  return got;
}
const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
const raw = { raw: true };

must('9113', '9.2', 'TLS 1.1 is refused', seen('refused'), (c) => refuses(c, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }), raw);
must('9113', '9.2', 'TLS 1.3 is taken', seen('TLS 1.3'), (c) => takes(c, { minVersion: 'TLSv1.3' }, /^TLSv1.3 .* ALPN h2$/), raw);
must('9113', '9.2', 'TLS 1.2 with ECDHE and AEAD is taken', seen('ECDHE, AEAD'), (c) => takes(c, tls12, /^TLSv1.2 ECDHE-.*(GCM|CHACHA20).* ALPN h2$/), raw);
const refusesSuites = (ciphers, needs, prepare) => must('9113', '9.2.2', `TLS 1.2 with nothing but ${ciphers.split(':').join(' and ')} (appendix A) is refused, or no HTTP/2 is spoken`, seen('refused'),
  async (c) => refuses(c, { ...tls12, ...await prepare?.(c), ciphers: `${ciphers}:@SECLEVEL=0` }), { raw: true, needs });
for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA']) refusesSuites(ciphers);
// These go with a certificate of RSA only: `rsa` is the name that has one.
for (const ciphers of ['AES128-GCM-SHA256:AES256-GCM-SHA384', 'AES128-SHA:AES256-SHA', 'PSK-AES128-GCM-SHA256:DHE-RSA-AES128-SHA']) {
  refusesSuites(ciphers, 'rsa', async (c) => {
    await takes(c, { ...tls12, servername: c.target.rsa, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, /ECDHE-RSA/);
    return { servername: c.target.rsa };
  });
}
must('9113', '9.2.1', 'TLS compression is not used', seen('method 0'), async (c) => {
  const hello = await serverHello(c.target, [1, 0]);  // DEFLATE, then none
  if (hello === null) return 'refused';
  if (hello.compression !== 0) throw new Error(`compression method ${hello.compression} was chosen`);
  return 'compression method 0';
}, raw);
must('9113', '9.2.1', 'renegotiation in TLS 1.2 is refused', seen('refused'), async (c) => {
  const socket = await connectTls(c.target, tls12);
  c.wire = new Wire(socket);
  c.send(preface, settings());
  await c.wire.until(() => c.wire.acks > 0, '');
  const done = await new Promise((resolve) => {
    socket.renegotiate({}, (error) => resolve(error ? `refused: ${error.code ?? error.message}` : 'renegotiated'));
    socket.once('close', () => resolve('refused: closed'));
    setTimeout(() => resolve('refused: no answer'), 1500);
  });
  if (done === 'renegotiated') throw new Error('the connection was renegotiated');
  return done;
}, raw);
must('7301', '3.2', 'h2 is chosen among several protocols', seen('h2'), (c) => takes(c, { ALPNProtocols: ['spdy/1', 'h2', 'http/1.1'] }, /ALPN h2$/), raw);
must('7301', '3.2', 'a client that offers no protocol of the server gets no_application_protocol', seen('no_application_protocol'), (c) => refuses(c, { ALPNProtocols: ['spdy/1', 'h3'] }), raw);
must('7301', '3.2', 'a client that does not offer h2 is never spoken to in HTTP/2', seen('not h2'), async (c) => {
  for (const ALPNProtocols of [['http/1.1'], []]) {
    const socket = await connectTls(c.target, { ALPNProtocols }).catch((error) => error);
    if (socket instanceof Error) {
      if (!refusal.test(`${socket.code} ${socket.message}`)) throw socket;
      continue;
    }
    const wire = new Wire(socket);
    c.wire = wire;
    if (socket.alpnProtocol === 'h2') throw new Error('h2 was chosen');
    await wire.until(() => wire.frames.length > 0 || wire.over, '', 300);
    if (wire.settings) throw new Error(`SETTINGS came to a client that offered ${ALPNProtocols[0] ?? 'nothing'}`);
    wire.destroy();
  }
}, raw);

// A TLS 1.2 ClientHello by hand, because no library of today offers compression; the first message of the answer, or null for an alert.
function serverHello({ host, port }, compressions) {
  const u16 = (value) => Buffer.from([value >> 8, value & 255]);
  const sized = (bytes) => Buffer.concat([u16(bytes.length), bytes]);
  const extension = (id, bytes) => Buffer.concat([u16(id), sized(bytes)]);
  const suites = Buffer.from([0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8]);
  const extensions = Buffer.concat([
    extension(10, sized(Buffer.from([0, 29, 0, 23]))), extension(11, Buffer.from([1, 0])),
    extension(13, sized(Buffer.from([4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1]))), extension(16, sized(Buffer.from([2, 0x68, 0x32])))]);
  const body = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32, 7), Buffer.from([0]), sized(suites), Buffer.from([compressions.length, ...compressions]), sized(extensions)]);
  const hello = Buffer.concat([Buffer.from([1, 0]), sized(body)]);
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    let got = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes]);
      if (got.length < 80) { if (got[0] === 21) { socket.destroy(); resolve(null); } return; }
      socket.destroy();
      const session = got[43];  // record 5, message 4, version 2, random 32: the length of the session identifier
      resolve({ compression: got[44 + session + 2] });
    });
    socket.on('close', () => resolve(null));
    socket.on('error', reject);
    socket.write(Buffer.concat([Buffer.from([22, 3, 1]), sized(hello)]));
  });
}
