// RFC 9113 section 5: the states of a stream, identifiers, errors, extensions.
import { connectionError, ignored, must, NotProvoked, seen, served, sights, streamError } from '../case.mjs';
import { added, indexed } from '../hpack.mjs';
import { continuation, data, flag, frame, headers, nameOf, priorityUpdate, request, rst, setting, type, windowUpdate, Wire } from '../wire.mjs';

const stalled = { values: { INITIAL_WINDOW_SIZE: 1 } };  // a GET is answered, but most of its content waits: half-closed (remote)
const priority = (id, on = 0) => frame(type.PRIORITY, 0, id, Buffer.from([on >> 24 & 255, on >> 16 & 255, on >> 8 & 255, on & 255, 15]));

// ---- 5.1 idle
must('9113', '5.1', 'DATA on an idle stream', connectionError('PROTOCOL_ERROR'), (c) => c.send(data(1, 'x')));
must('9113', '5.1', 'RST_STREAM on an idle stream', connectionError('PROTOCOL_ERROR'), (c) => c.send(rst(1, 8)));
must('9113', '5.1', 'WINDOW_UPDATE on an idle stream', connectionError('PROTOCOL_ERROR'), (c) => c.send(windowUpdate(1, 100)));
must('9113', '5.1', 'CONTINUATION on an idle stream', connectionError('PROTOCOL_ERROR'), (c) => c.send(continuation(1, request(c.target))));
must('9113', '5.1', 'PRIORITY on an idle stream is taken', served(), (c) => c.send(priority(1)).get());
must('9113', '5.1', 'DATA on an idle stream of the server', connectionError('PROTOCOL_ERROR'), (c) => c.send(data(2, 'x')));
must('9113', '5.1', 'WINDOW_UPDATE on an idle stream of the server', connectionError('PROTOCOL_ERROR'), (c) => c.send(windowUpdate(2, 1)));
must('9113', '5.1', 'RST_STREAM on an idle stream of the server', connectionError('PROTOCOL_ERROR'), (c) => c.send(rst(2, 8)));
// ---- half-closed (remote)
must('9113', '5.1', 'DATA on a half-closed (remote) stream', streamError('STREAM_CLOSED'), async (c) => { c.get(); await c.head(); c.send(data(1, 'x')); }, stalled);
must('9113', '5.1', 'HEADERS on a half-closed (remote) stream', streamError('STREAM_CLOSED'), async (c) => { c.get(); await c.head(); c.send(headers(1, request(c.target))); }, stalled);
must('9113', '5.1', 'CONTINUATION on a half-closed (remote) stream', connectionError('PROTOCOL_ERROR'), async (c) => { c.get(); await c.head(); c.send(continuation(1, request(c.target))); }, stalled);
must('9113', '5.1', 'WINDOW_UPDATE on a half-closed (remote) stream is taken', served(), async (c) => { c.get(); await c.head(); c.send(windowUpdate(1, 0x100000)); }, stalled);
must('9113', '5.1', 'PRIORITY on a half-closed (remote) stream is taken', ignored(), async (c) => { c.get(); await c.head(); c.send(priority(1)); }, stalled);
must('9113', '5.1', 'RST_STREAM on a half-closed (remote) stream ends it, and it alone', served({ about: 3 }), async (c) => {
  c.get();
  await c.head();
  c.send(rst(1, 8));
  await c.lives();
  c.send(windowUpdate(0, 1));
  c.get(3);
  await c.head(3);
  c.send(windowUpdate(3, 0x100000));
}, stalled);
// ---- closed
must('9113', '5.1', 'DATA on a stream that the client has reset', streamError('STREAM_CLOSED'), async (c) => { c.post().send(rst(1, 8)); await c.lives(); c.send(data(1, 'x')); });
must('9113', '5.1', 'HEADERS on a stream that the client has reset', streamError('STREAM_CLOSED'), async (c) => { c.post().send(rst(1, 8)); await c.lives(); c.send(headers(1, request(c.target))); });
must('9113', '5.1', 'CONTINUATION on a stream that the client has reset', connectionError('PROTOCOL_ERROR'), (c) => c.post().send(rst(1, 8), continuation(1, request(c.target))));
must('9113', '5.1', 'DATA on a stream that both sides have ended', connectionError('STREAM_CLOSED'), async (c) => { c.get(); await c.answered(); c.send(data(1, 'x')); });
must('9113', '5.1', 'HEADERS on a stream that both sides have ended', connectionError('STREAM_CLOSED'), async (c) => { c.get(); await c.answered(); c.send(headers(1, request(c.target))); });
must('9113', '5.1', 'CONTINUATION on a stream that both sides have ended', connectionError('PROTOCOL_ERROR'), async (c) => { c.get(); await c.answered(); c.send(continuation(1, request(c.target))); });
must('9113', '5.1', 'WINDOW_UPDATE on a stream that both sides have ended is ignored', ignored(), async (c) => { c.get(); await c.answered(); c.send(windowUpdate(1, 1)); });
must('9113', '5.1', 'RST_STREAM on a stream that both sides have ended is ignored', ignored(), async (c) => { c.get(); await c.answered(); c.send(rst(1, 8)); });
must('9113', '5.1', 'PRIORITY on a closed stream is taken', ignored(), async (c) => { c.get(); await c.answered(); c.send(priority(1)); });
must('9113', '5.1', 'WINDOW_UPDATE, DATA and RST_STREAM on a stream that the server has reset are ignored', served({ about: 3 }), async (c) => {
  c.send(headers(1, request(c.target, { extra: [['Upper', 'x']] }), flag.END_HEADERS));
  if (!await c.wire.until(() => c.wire.stream(1).reset !== null, '', 1000)) throw new NotProvoked('the server does not reset a malformed request');
  c.send(windowUpdate(1, 1), data(1, 'xyz'), rst(1, 8));
  c.get(3);
});
must('9113', '5.1', 'HEADERS on a stream that the server has reset are ignored, but for what they add to the HPACK table', served({ about: 3 }), async (c) => {
  c.send(headers(1, request(c.target, { extra: [['Upper', 'x']] }), flag.END_HEADERS));
  if (!await c.wire.until(() => c.wire.stream(1).reset !== null, '', 1000)) throw new NotProvoked('the server does not reset a malformed request');
  c.send(headers(1, added('x-late', '1')));
  c.send(headers(3, Buffer.concat([request(c.target), indexed(62)])));
});

// ---- 5.1.1
must('9113', '5.1.1', 'a request with an even identifier', connectionError('PROTOCOL_ERROR'), (c) => c.get(2));
must('9113', '5.1.1', 'an identifier smaller than one that was used, never opened', connectionError('PROTOCOL_ERROR'), async (c) => { c.get(5); await c.answered(5); c.get(3); });
must('9113', '5.1.1', 'a request on stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.get(0));
must('9113', '5.1.1', 'the highest identifier, 2^31-1, is served', served({ about: 0x7fffffff }), (c) => c.get(0x7fffffff));
must('9113', '5.1.1', 'identifiers may be left out', served({ about: 101 }), (c) => c.get(101));

// ---- 5.1.2
must('9113', '5.1.2', 'one stream more than SETTINGS_MAX_CONCURRENT_STREAMS is refused', seen('refused'), async (c) => {
  const most = c.wire.settings[setting.MAX_CONCURRENT_STREAMS];
  if (most === undefined || most > 2000) throw new NotProvoked('no such limit is announced');
  for (let i = 0; i <= most; i += 1) c.get(1 + 2 * i);
  const last = 1 + 2 * most;
  await c.wire.roundTrip();
  await c.wire.until(() => c.wire.over || c.wire.stream(last).reset !== null || c.wire.status(last) > 0, '', 1000);
  const code = c.wire.stream(last).reset ?? c.wire.goaway?.code;
  if (!['PROTOCOL_ERROR', 'REFUSED_STREAM'].includes(nameOf(code))) throw new Error(sights(c.wire, last));
  return sights(c.wire, last);
}, stalled);
must('9113', '5.1.2', 'a request that is refused has added to the HPACK table what it says', served({ about: 3001 }), async (c) => {
  const most = c.wire.settings[setting.MAX_CONCURRENT_STREAMS];
  if (most === undefined || most > 1000) throw new NotProvoked('no such limit is announced');
  for (let i = 0; i < most; i += 1) c.get(1 + 2 * i);
  const refused = 1 + 2 * most;
  c.send(headers(refused, Buffer.concat([request(c.target), added('x-refused', '1')])));
  if (!await c.wire.until(() => c.wire.over || c.wire.stream(refused).reset !== null, '') || c.wire.over) throw new NotProvoked(sights(c.wire, refused));
  c.send(rst(1, 8));
  await c.lives();
  c.send(headers(3001, Buffer.concat([request(c.target), indexed(62)])), windowUpdate(3001, 0x100000));
}, stalled);
must('9113', '5.1.2', 'a stream that has ended makes room for another', served({ about: 1201 }), async (c) => {
  c.send(windowUpdate(0, 1 << 30));
  for (let i = 0; i < 600; i += 1) {
    c.get(1 + 2 * i);
    if (i % 50 === 49) await c.answered(1 + 2 * i);
  }
  c.get(1201);
});

// ---- 5.4
must('9113', '5.4.1', 'the GOAWAY of an error names the last stream that was or may be processed', seen('last-stream-id'), async (c) => {
  c.get(1).get(3);
  await c.answered(3);
  c.send(windowUpdate(0, 0));
  await c.wire.until(() => c.wire.over, '');
  if (!c.wire.goaway) throw new Error(sights(c.wire, 1));
  if (c.wire.goaway.last !== 3) throw new Error(`last-stream-id ${c.wire.goaway.last}, opened were 1 and 3`);
  return `GOAWAY, last-stream-id ${c.wire.goaway.last}`;
});
must('9113', '5.4.2', 'RST_STREAM is not answered with RST_STREAM', seen('no RST_STREAM'), async (c) => {
  c.post().send(rst(1, 8));
  await c.lives();
  if (c.wire.stream(1).reset !== null) throw new Error('RST_STREAM was answered with RST_STREAM');
});

// ---- 5.5
must('9113', '5.5', 'a frame of an unknown type inside a field block', connectionError('PROTOCOL_ERROR'), (c) => c.send(headers(1, request(c.target), flag.END_STREAM), frame(0xfa, 0, 1, Buffer.from('x'))));
must('9113', '5.5', 'unknown frames between the DATA of a request are ignored', served({ status: [200, 405] }), (c) => c.post().send(frame(0xfa, 1, 1, Buffer.from('x'))).content());

// ---- 7
must('9113', '7', 'an unknown error code in RST_STREAM means nothing special', ignored({ about: 3 }), (c) => c.post().send(rst(1, 0xfffffff0)));
must('9113', '7', 'an unknown error code in GOAWAY means nothing special', served(), (c) => c.get().send(frame(type.GOAWAY, 0, 0, Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf0]))));

// ---- RFC 9218
must('9218', '7.1', 'PRIORITY_UPDATE on a stream other than 0', connectionError('PROTOCOL_ERROR'), (c) => c.get().send(priorityUpdate(1, 'u=1', 1)));
must('9218', '7.1', 'PRIORITY_UPDATE for stream 0', connectionError('PROTOCOL_ERROR'), (c) => c.send(priorityUpdate(0, 'u=1')));
must('9218', '7.1', 'PRIORITY_UPDATE for a push that is idle', connectionError('PROTOCOL_ERROR'), (c) => c.send(priorityUpdate(2, 'u=1')));
must('9218', '7.1', 'PRIORITY_UPDATE for a request that is still to come is taken', served(), (c) => c.send(priorityUpdate(1, 'u=0, i')).get());
must('9218', '7.1', 'the reserved bit of the stream that PRIORITY_UPDATE names is ignored', seen('what is urgent comes first'), async (c) => {
  // Of two downloads, what the second has of the first 65,535 bytes.
  const share = async (wire, id) => {
    const get = (of) => headers(of, request(c.target, { path: c.target.large }));
    wire.send(priorityUpdate(id, 'u=0'), get(1), get(3));
    await wire.until(() => wire.over || wire.stream(1).bytes + wire.stream(3).bytes >= 65535, '');
    return wire.stream(3).bytes;
  };
  const other = await Wire.open(c.target, { values: { INITIAL_WINDOW_SIZE: 1 << 20 } });
  const usual = await share(other, 3);
  other.destroy();
  if (usual < 60_000) throw new NotProvoked('priorities change nothing');
  const found = await share(c.wire, 0x80000003);
  if (found !== usual) throw new Error(`${found} bytes came of it, and ${usual} without that bit`);
}, { values: { INITIAL_WINDOW_SIZE: 1 << 20 }, needs: 'large' });
must('9218', '7.1', 'PRIORITY_UPDATE for a closed stream is ignored', ignored(), async (c) => { c.get(); await c.answered(); c.send(priorityUpdate(1, 'u=7')); });
must('9218', '7.1', 'PRIORITY_UPDATE with an empty value sets the defaults', served(), (c) => c.send(priorityUpdate(1, '')).get());
must('9218', '7.1', 'PRIORITY_UPDATE too short for the identifier that it must carry', connectionError('FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'), (c) => c.send(frame(type.PRIORITY_UPDATE, 0, 0, Buffer.from([0, 0, 1]))));
must('9218', '4', 'an unknown parameter, a value out of range and one of the wrong type are ignored', served({ about: 3 }), (c) => c.get(1, { extra: [['priority', 'u=9, i=?1, x=("a" "b")']] }).get(3, { extra: [['priority', 'u="high", i=5']] }));
must('9218', '4', 'a priority that cannot be parsed does not change the answer', served(), (c) => c.get(1, { extra: [['priority', '=;,u==']] }));
must('9218', '2.1', 'SETTINGS_NO_RFC7540_PRIORITIES must be 0 or 1', connectionError('PROTOCOL_ERROR'), (c) => c.send(frame(type.SETTINGS, 0, 0, Buffer.from([0, 9, 0, 0, 0, 2]))));
must('9218', '2.1', 'RFC 7540 priorities in HEADERS are taken and change nothing', served(), (c) => c.send(headers(1, Buffer.concat([Buffer.from([0, 0, 0, 0, 255]), request(c.target)]), flag.END_HEADERS | flag.END_STREAM | flag.PRIORITY)));
must('9218', '2.1', 'a stream that depends on itself, in PRIORITY and in HEADERS, is served', served(), async (c) => {
  await c.lives();
  if (c.wire.settings[setting.NO_RFC7540_PRIORITIES] !== 1) throw new NotProvoked('priorities of RFC 7540 are not refused');
  c.send(priority(1, 1), headers(1, Buffer.concat([Buffer.from([0, 0, 0, 1, 15]), request(c.target)]), flag.END_HEADERS | flag.END_STREAM | flag.PRIORITY));
});
must('9218', '7.1', 'PRIORITY_UPDATE for more requests to come than SETTINGS_MAX_CONCURRENT_STREAMS', connectionError('PROTOCOL_ERROR'), async (c) => {
  await c.lives();
  const most = c.wire.settings[setting.MAX_CONCURRENT_STREAMS];
  if (most === undefined || most > 1000) throw new NotProvoked('no such limit is announced');
  for (let i = 0; i <= most; i += 1) c.send(priorityUpdate(1 + 2 * i, 'u=1'));
});

