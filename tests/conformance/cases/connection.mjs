// RFC 9113 section 3 and 4: how a connection starts, and the shape of frames.
import { connectionError, ignored, must, NotProvoked, seen, served, streamError } from '../case.mjs';
import { block, literal } from '../hpack.mjs';
import { connectTls, continuation, data, flag, frame, goaway, headers, ping, preface, priorityUpdate, request, rst, settings, type, windowUpdate, Wire } from '../wire.mjs';

async function fresh(c, ...first) {
  c.wire = new Wire(await connectTls(c.target));
  c.send(...first);
}

must('9113', '3.4', 'a connection preface that is wrong ends the connection', connectionError('PROTOCOL_ERROR'), (c) => fresh(c, Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'), settings()), { raw: true });
must('9113', '3.4', 'HTTP/1.1 where the preface belongs ends the connection', connectionError('PROTOCOL_ERROR'), (c) => fresh(c, Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')), { raw: true });
must('9113', '3.4', 'a preface whose first frame is PING, not SETTINGS', connectionError('PROTOCOL_ERROR'), (c) => fresh(c, preface, ping(), settings()), { raw: true });
must('9113', '3.4', 'a preface whose first frame is HEADERS', connectionError('PROTOCOL_ERROR'), (c) => fresh(c, preface, headers(1, request(c.target))), { raw: true });
must('9113', '3.4', 'a preface whose first SETTINGS is an acknowledgement', connectionError('PROTOCOL_ERROR'), (c) => fresh(c, preface, frame(type.SETTINGS, flag.ACK, 0), headers(1, request(c.target))), { raw: true });
must('9113', '3.4', 'the first frame of the server is SETTINGS', seen('SETTINGS first'), async (c) => {
  await fresh(c, preface, settings(), ping());
  if (!await c.wire.until(() => c.wire.settings !== null, '')) throw new Error('no SETTINGS came');
  if (c.wire.frames[0].kind !== type.SETTINGS) throw new Error(`the first frame is of type ${c.wire.frames[0].kind}`);
}, { raw: true });
must('9113', '3.4', 'requests may follow the preface at once, before the SETTINGS of the server', served(), (c) => fresh(c, preface, settings(), headers(1, request(c.target))), { raw: true });
must('9113', '3.4', 'preface and request sent one byte at a time', served(), async (c) => {
  c.wire = new Wire(await connectTls(c.target));
  for (const byte of Buffer.concat([preface, settings(), headers(1, request(c.target))])) c.send(Buffer.from([byte]));
}, { raw: true });

// ---- 4.1
must('9113', '4.1', 'a frame of an unknown type is ignored', ignored(), (c) => c.send(frame(0xfa, 0xff, 0, Buffer.from('what'))));
must('9113', '4.1', 'a frame of an unknown type on an idle stream is ignored, and the stream can be opened', served({ about: 3 }), (c) => c.send(frame(0xfa, 0, 3, Buffer.alloc(100))).get(3));
must('9113', '4.1', 'flags that have no meaning are ignored', served(), (c) => c.send(headers(1, request(c.target), flag.END_HEADERS | flag.END_STREAM | 0xd2 & ~flag.PRIORITY)));
must('9113', '4.1', 'PING with flags that have no meaning is answered', seen('acknowledged'), async (c) => {
  c.send(ping(Buffer.from('reserved'), 0xfe));
  if (!await c.wire.until(() => c.wire.pongs.some((pong) => pong.toString() === 'reserved'), '')) throw new Error('no acknowledgement');
});
must('9113', '4.1', 'the reserved bit before a stream identifier is ignored', served(), (c) => c.send(headers(0x80000001, request(c.target))));

// ---- 4.2
const tooLong = Buffer.alloc(16385);
must('9113', '4.2', 'DATA of 16,384 bytes, the most that is allowed, is taken', ignored(), (c) => c.post().send(data(1, Buffer.alloc(16384, ' '))), { needs: 'collects' });
must('9113', '4.2', 'DATA larger than SETTINGS_MAX_FRAME_SIZE', streamError('FRAME_SIZE_ERROR'), (c) => c.post().send(data(1, tooLong)));
must('9113', '4.2', 'HEADERS larger than SETTINGS_MAX_FRAME_SIZE changes the state of the connection', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(headers(1, Buffer.concat([request(c.target), literal('x-long', 'v'.repeat(16384))]))));
must('9113', '4.2', 'CONTINUATION larger than SETTINGS_MAX_FRAME_SIZE', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), continuation(1, literal('x-long', 'v'.repeat(16384)))));
must('9113', '4.2', 'SETTINGS larger than SETTINGS_MAX_FRAME_SIZE', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.SETTINGS, 0, 0, Buffer.alloc(16386))));
must('9113', '4.2', 'a frame of an unknown type larger than SETTINGS_MAX_FRAME_SIZE, on stream 0', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(0xfa, 0, 0, tooLong)));

// ---- 4.3
must('9113', '4.3', 'a field block that cannot be decoded', connectionError('COMPRESSION_ERROR'), (c) => c.send(headers(1, Buffer.from([0x40, 0x7f]))));
must('9113', '4.3', 'a field block in HEADERS and three CONTINUATION is one field block', served(), (c) => {
  const whole = Buffer.concat([request(c.target), literal('x-one', 'two')]);
  const cut = (from, to) => whole.subarray(from, to);
  c.send(headers(1, cut(0, 1), flag.END_STREAM), continuation(1, cut(1, 7), 0), continuation(1, Buffer.alloc(0), 0), continuation(1, cut(7)));
});
const interrupted = (what, between) => must('9113', '4.3', `${what} inside a field block`, connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), between(c)));
interrupted('DATA', () => data(1, 'x'));
interrupted('HEADERS of another stream', (c) => headers(3, request(c.target)));
interrupted('PRIORITY', () => frame(type.PRIORITY, 0, 1, Buffer.from([0, 0, 0, 0, 1])));
interrupted('RST_STREAM', () => rst(1, 8));
interrupted('SETTINGS', () => settings());
interrupted('PING', () => ping());
interrupted('GOAWAY', () => goaway(0, 0));
interrupted('WINDOW_UPDATE', () => windowUpdate(0, 1));
interrupted('PRIORITY_UPDATE', () => priorityUpdate(1, 'u=1'));
must('9113', '4.3', 'the field block of a refused request still counts for the table of the next', served({ about: 3 }), async (c) => {
  c
    .send(headers(1, Buffer.concat([block([[':method', 'GET'], [':scheme', 'https'], ['connection', 'close']]), Buffer.from([0x40, 3, 0x78, 0x2d, 0x61, 1, 0x62])])))
    .send(headers(3, Buffer.concat([request(c.target), Buffer.from([0xbe])])));
  if (await c.wire.until(() => c.wire.goaway?.code === 1, '', 150)) throw new NotProvoked('a malformed request ends the connection');
});
must('9113', '4.3.1', 'a table of 0 bytes, asked for in SETTINGS, is announced and kept by the encoder of the server', served({ about: 3 }), async (c) => {
  c.get(1);
  await c.answered(1);
  c.get(3);
}, { values: { HEADER_TABLE_SIZE: 0 } });
must('9113', '4.3.1', 'a table that is made small after it has been used is announced by the encoder of the server', served({ about: 5 }), async (c) => {
  c.get(1);
  await c.answered(1);
  c.send(settings({ HEADER_TABLE_SIZE: 64 }));
  c.wire.decoder.allow(64);
  await c.wire.until(() => c.wire.acks > 1, '');
  c.get(3);
  await c.answered(3);
  c.get(5);
});
