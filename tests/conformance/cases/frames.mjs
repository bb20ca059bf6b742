// RFC 9113 section 6: each type of frame but WINDOW_UPDATE and what windows do.
import { connectionError, ignored, must, seen, served, streamError } from '../case.mjs';
import { literal } from '../hpack.mjs';
import { continuation, data, flag, frame, goaway, headers, ping, request, rst, setting, settings, type, uint32 } from '../wire.mjs';

const both = flag.END_HEADERS | flag.END_STREAM;
const padded = (length, rest, fill = 0) => Buffer.concat([Buffer.from([length]), rest, Buffer.alloc(length, fill)]);

// ---- 6.1 DATA
must('9113', '6.1', 'DATA on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(data(0, 'x')));
must('9113', '6.1', 'DATA whose padding is as long as its payload', connectionError('PROTOCOL_ERROR'), (c) => c.post().send(frame(type.DATA, flag.PADDED, 1, Buffer.from([5, 0, 0, 0, 0]))));
must('9113', '6.1', 'DATA with the PADDED flag and no payload', connectionError('PROTOCOL_ERROR', 'FRAME_SIZE_ERROR'), (c) => c.post().send(frame(type.DATA, flag.PADDED, 1)));
must('9113', '6.1', 'DATA with padding is content without padding', served({ status: [200, 405] }), (c) => c.post(1, { extra: [['content-length', '35']] })
  .send(frame(type.DATA, flag.PADDED | flag.END_STREAM, 1, padded(40, Buffer.from('{"topic":"conformance","message":1}')))));
must('9113', '6.1', 'DATA that is nothing but padding is taken', served({ status: [200, 405] }), (c) => c.post().send(frame(type.DATA, flag.PADDED, 1, padded(9, Buffer.alloc(0)))).content());

// ---- 6.2 HEADERS
must('9113', '6.2', 'HEADERS on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(0, request(c.target))));
must('9113', '6.2', 'HEADERS whose padding is longer than its payload', connectionError('PROTOCOL_ERROR'), (c) => c.send(frame(type.HEADERS, both | flag.PADDED, 1, Buffer.concat([Buffer.from([250]), request(c.target).subarray(0, 40)]))));
must('9113', '6.2', 'HEADERS with the PADDED flag and no payload', connectionError('PROTOCOL_ERROR', 'FRAME_SIZE_ERROR'), (c) => c.send(frame(type.HEADERS, both | flag.PADDED, 1)));
must('9113', '6.2', 'HEADERS with padding is the request without it', served(), (c) => c.send(frame(type.HEADERS, both | flag.PADDED, 1, padded(100, request(c.target)))));
must('9113', '6.2', 'HEADERS with padding and priority', served(), (c) => c.send(frame(type.HEADERS, both | flag.PADDED | flag.PRIORITY, 1, padded(7, Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), request(c.target)])))));
must('9113', '6.2', 'HEADERS too short for the priority that its flag promises', connectionError('FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'), (c) => c.send(frame(type.HEADERS, both | flag.PRIORITY, 1, Buffer.from([0, 0, 0]))));

// ---- 6.3 PRIORITY
must('9113', '6.3', 'PRIORITY on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(frame(type.PRIORITY, 0, 0, Buffer.from([0, 0, 0, 1, 1]))));
must('9113', '6.3', 'PRIORITY of 4 bytes', streamError('FRAME_SIZE_ERROR'), (c) => c.post().send(frame(type.PRIORITY, 0, 1, Buffer.from([0, 0, 0, 0]))));

// ---- 6.4 RST_STREAM
must('9113', '6.4', 'RST_STREAM on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(rst(0, 8)));
must('9113', '6.4', 'RST_STREAM of 3 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.post().send(frame(type.RST_STREAM, 0, 1, Buffer.from([0, 0, 8]))));
must('9113', '6.4', 'RST_STREAM of 5 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.post().send(frame(type.RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 8, 0]))));
must('9113', '6.4', 'a request that is reset at once leaves the connection to others', served({ about: 3 }), (c) => c.get(1).send(rst(1, 8)).get(3));

// ---- 6.5 SETTINGS
must('9113', '6.5', 'an acknowledgement with a payload', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.SETTINGS, flag.ACK, 0, Buffer.from([0, 3, 0, 0, 0, 1]))));
must('9113', '6.5', 'SETTINGS on a stream', connectionError('PROTOCOL_ERROR'), (c) => c.get().send(frame(type.SETTINGS, 0, 1, Buffer.from([0, 3, 0, 0, 0, 1]))));
must('9113', '6.5', 'SETTINGS whose length is not a multiple of 6', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.SETTINGS, 0, 0, Buffer.from([0, 3, 0, 0, 0]))));
must('9113', '6.5.2', 'SETTINGS_ENABLE_PUSH of 2', connectionError('PROTOCOL_ERROR'), (c) => c.send(settings({ ENABLE_PUSH: 2 })));
must('9113', '6.5.2', 'SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1', connectionError('FLOW_CONTROL_ERROR'), (c) => c.send(settings({ INITIAL_WINDOW_SIZE: 0x80000000 })));
must('9113', '6.5.2', 'SETTINGS_MAX_FRAME_SIZE below 16,384', connectionError('PROTOCOL_ERROR'), (c) => c.send(settings({ MAX_FRAME_SIZE: 16383 })));
must('9113', '6.5.2', 'SETTINGS_MAX_FRAME_SIZE above 2^24-1', connectionError('PROTOCOL_ERROR'), (c) => c.send(settings({ MAX_FRAME_SIZE: 0x1000000 })));
must('9113', '6.5.2', 'an unknown setting is ignored', served(), (c) => c.send(settings({ 0xfa: 0xffffffff })).get());
must('9113', '6.5.2', 'the server never sends SETTINGS_ENABLE_PUSH of 1', seen('not sent'), async (c) => {
  if (c.wire.settings[setting.ENABLE_PUSH] === 1) throw new Error('SETTINGS_ENABLE_PUSH is 1');
});
must('9113', '6.5.3', 'every SETTINGS is acknowledged', seen('3 acknowledged'), async (c) => {
  c.send(settings({ MAX_CONCURRENT_STREAMS: 7 }), settings());
  if (!await c.wire.until(() => c.wire.acks === 3, '')) throw new Error(`${c.wire.acks} of 3 were acknowledged`);
});
must('9113', '6.5.3', 'of a setting that comes twice in one frame the last counts', seen('one byte'), async (c) => {
  c.send(settings([[setting.INITIAL_WINDOW_SIZE, 100], [setting.INITIAL_WINDOW_SIZE, 1]])).get();
  await c.head();
  await c.wire.until(() => c.wire.stream(1).bytes > 0, '', 1000);
  await c.lives();
  if (c.wire.stream(1).bytes !== 1) throw new Error(`${c.wire.stream(1).bytes} bytes came in a window of 1`);
});
must('9113', '6.5', 'the server\'s own settings are within what the RFC allows', seen('within'), async (c) => {
  const { [setting.INITIAL_WINDOW_SIZE]: window = 65535, [setting.MAX_FRAME_SIZE]: size = 16384 } = c.wire.settings;
  if (window > 0x7fffffff || size < 16384 || size > 0xffffff) throw new Error(JSON.stringify(c.wire.settings));
});

// ---- 6.6 PUSH_PROMISE
must('9113', '6.6', 'PUSH_PROMISE from a client', connectionError('PROTOCOL_ERROR'), (c) => c.post().send(frame(type.PUSH_PROMISE, flag.END_HEADERS, 1, Buffer.concat([uint32(2), request(c.target)]))));

// ---- 6.7 PING
must('9113', '6.7', 'PING is answered with the same payload', seen('the same 8 bytes'), async (c) => {
  c.send(ping(Buffer.from('\x00\xff\x01herald'.slice(0, 8), 'latin1')));
  if (!await c.wire.until(() => c.wire.pongs.some((pong) => pong.toString('latin1') === '\x00\xff\x01heral'), '')) throw new Error(`${c.wire.pongs.length} acknowledgements, none with the payload`);
});
must('9113', '6.7', 'an acknowledgement is not answered', seen('nothing'), async (c) => {
  c.send(ping(Buffer.from('unasked!'), flag.ACK));
  await c.lives();
  if (c.wire.pongs.some((pong) => pong.toString() === 'unasked!')) throw new Error('it was answered');
});
must('9113', '6.7', 'PING on a stream', connectionError('PROTOCOL_ERROR'), (c) => c.get().send(frame(type.PING, 0, 1, Buffer.alloc(8))));
must('9113', '6.7', 'PING of 6 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.PING, 0, 0, Buffer.alloc(6))));
must('9113', '6.7', 'PING of 9 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.PING, 0, 0, Buffer.alloc(9))));

// ---- 6.8 GOAWAY
must('9113', '6.8', 'GOAWAY on a stream', connectionError('PROTOCOL_ERROR'), (c) => c.get().send(frame(type.GOAWAY, 0, 1, Buffer.alloc(8))));
must('9113', '6.8', 'GOAWAY of 7 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.GOAWAY, 0, 0, Buffer.alloc(7))));
must('9113', '6.8', 'streams that were opened before the GOAWAY of the client are served', served(), (c) => c.get(1).send(goaway(0, 0, 'bye')));

// ---- 6.10 CONTINUATION
must('9113', '6.10', 'CONTINUATION on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), continuation(0, Buffer.alloc(0))));
must('9113', '6.10', 'CONTINUATION of another stream', connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), continuation(3, literal('x', 'y'))));
must('9113', '6.10', 'CONTINUATION after a field block that was complete', connectionError('PROTOCOL_ERROR'), (c) => c.post().send(continuation(1, literal('x', 'y'))));
must('9113', '6.10', 'CONTINUATION after another that was the last', connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), continuation(1, literal('x', 'y')), continuation(1, literal('x', 'z'))));
must('9113', '6.10', 'CONTINUATION after DATA', connectionError('PROTOCOL_ERROR'), (c) => c.post().send(data(1, 'x'), continuation(1, literal('x', 'y'))));
must('9113', '6.10', 'an empty HEADERS followed by the whole field block in CONTINUATION', served(), (c) => c.send(headers(1, Buffer.alloc(0), flag.END_STREAM), continuation(1, request(c.target))));
