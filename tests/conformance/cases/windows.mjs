// RFC 9113 section 6.9: WINDOW_UPDATE and the arithmetic of windows, ours and the server's.
import { connectionError, must, NotProvoked, seen, served, sights, streamError } from '../case.mjs';
import { literal } from '../hpack.mjs';
import { data, flag, frame, headers, nameOf, request, setting, settings, type, windowUpdate } from '../wire.mjs';

const stalled = { values: { INITIAL_WINDOW_SIZE: 1 } };  // one byte of an answer comes, the others wait
const most = 0x7fffffff;

async function bytesAre(c, wanted, id = 1) {
  await c.wire.until(() => c.wire.stream(id).bytes >= wanted, '', 1500);
  await c.lives();
  if (c.wire.stream(id).bytes !== wanted) throw new Error(`${c.wire.stream(id).bytes} bytes came, the window allows ${wanted}`);
}

const windowOf = (c, id) => (id === 0 ? 65535 : c.wire.settings[setting.INITIAL_WINDOW_SIZE] ?? 65535);
// What we may send now on a stream, or on the connection (0), of which so many bytes were sent.
function room(c, id, sent) {
  const opened = c.wire.frames.filter(({ kind, stream }) => kind === type.WINDOW_UPDATE && stream === id);
  return opened.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), windowOf(c, id)) - sent;
}
// DATA that fills the first of these windows twice, but never more of it than all of them allow. An Error if they are not opened again.
async function fillTwice(c, windows, id, payload, flags = 0) {
  const total = 2 * room(c, windows[0], 0);
  if (total > 8 << 20) throw new NotProvoked(`the window is ${total / 2} bytes`);
  const refused = () => c.wire.over || (id === windows[0] && c.wire.stream(id).reset !== null);
  for (let sent = 0; sent < total && !refused(); sent += payload.length) {
    if (!await c.wire.until(() => refused() || windows.every((each) => room(c, each, sent) >= payload.length), '')) throw new Error(`after ${sent} bytes the window is not opened again`);
    c.send(frame(type.DATA, flags, id, payload));
  }
}
const padded = Buffer.concat([Buffer.from([255]), Buffer.from(' '), Buffer.alloc(255)]);  // one byte of content

must('9113', '6.9', 'WINDOW_UPDATE of 0 on a stream', streamError('PROTOCOL_ERROR'), async (c) => { c.get(); await c.head(); c.send(windowUpdate(1, 0)); }, stalled);
must('9113', '6.9', 'WINDOW_UPDATE of 0 on the connection', connectionError('PROTOCOL_ERROR'), (c) => c.send(windowUpdate(0, 0)));
must('9113', '6.9', 'WINDOW_UPDATE of 3 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.WINDOW_UPDATE, 0, 0, Buffer.from([0, 0, 1]))));
must('9113', '6.9', 'WINDOW_UPDATE of 5 bytes', connectionError('FRAME_SIZE_ERROR'), (c) => c.send(frame(type.WINDOW_UPDATE, 0, 0, Buffer.from([0, 0, 0, 0, 1]))));
must('9113', '6.9', 'the reserved bit of WINDOW_UPDATE is ignored', seen('one byte more'), async (c) => { c.get(); await bytesAre(c, 1); c.send(windowUpdate(1, 0x80000001)); await bytesAre(c, 2); }, stalled);
must('9113', '6.9', 'a window of 0 lets no content through', seen('no content'), async (c) => { c.get(); await c.wire.until(() => c.wire.status(1) > 0, '', 300); await bytesAre(c, 0); }, { values: { INITIAL_WINDOW_SIZE: 0 } });
must('9113', '6.9', 'a window of 3 lets 3 bytes through', seen('3 bytes'), async (c) => { c.get(); await c.head(); await bytesAre(c, 3); }, { values: { INITIAL_WINDOW_SIZE: 3 } });
must('9113', '6.9', 'the window of the connection is kept', seen('65,535 bytes'), async (c) => {
  c.get(1, { path: c.target.large });
  await c.head();
  await bytesAre(c, 65535);
}, { values: { INITIAL_WINDOW_SIZE: most }, needs: 'large' });
must('9113', '6.9', 'the window of the connection is shared by all its streams', seen('65,535 bytes'), async (c) => {
  c.get(1, { path: c.target.large }).get(3, { path: c.target.large });
  await c.wire.until(() => c.wire.stream(1).bytes + c.wire.stream(3).bytes >= 65535, '', 1500);
  await c.lives();
  const sum = c.wire.stream(1).bytes + c.wire.stream(3).bytes;
  if (sum !== 65535) throw new Error(`${sum} bytes came, the window allows 65535`);
}, { values: { INITIAL_WINDOW_SIZE: most }, needs: 'large' });

must('9113', '6.9.1', 'a window of the connection above 2^31-1', connectionError('FLOW_CONTROL_ERROR'), (c) => c.send(windowUpdate(0, most), windowUpdate(0, most)));
must('9113', '6.9.1', 'a window of a stream above 2^31-1', streamError('FLOW_CONTROL_ERROR'), async (c) => { c.get(); await bytesAre(c, 1); c.send(windowUpdate(1, most), windowUpdate(1, 1)); }, stalled);
must('9113', '6.9.1', 'a window of a stream of exactly 2^31-1', served(), async (c) => { c.get(); await bytesAre(c, 1); c.send(windowUpdate(1, most)); }, stalled);
// To a file there is no POST: nobody reads what comes, and so nothing of the window is given back.
for (const [what, payload, flags] of [['content', Buffer.alloc(16384), 0], ['padding, and hardly any content,', padded, flag.PADDED]]) {
  must('9113', '6.9.1', `more ${what} than the window of the stream`, seen('FLOW_CONTROL_ERROR'), async (c) => {
    if (windowOf(c, 1) > 4 << 20) throw new NotProvoked(`the window is ${windowOf(c, 1)} bytes`);
    c.post(1, { path: c.target.path });
    if (!await c.wire.until(() => c.wire.status(1) > 0, '', 1000)) throw new NotProvoked('the content is waited for');
    c.send(...Array(Math.ceil(windowOf(c, 1) / payload.length) + 1).fill(frame(type.DATA, flags, 1, payload)));
    await c.wire.roundTrip();
    if (room(c, 1, 0) > windowOf(c, 1)) throw new NotProvoked('the window was opened meanwhile');
    if (c.wire.stream(1).reset === 0) throw new NotProvoked('the stream was over before');
    const code = c.wire.goaway?.code ?? c.wire.stream(1).reset;
    if (nameOf(code) !== 'FLOW_CONTROL_ERROR') throw new Error(sights(c.wire, 1));
    return sights(c.wire, 1);
  });
}
must('9113', '6.9.1', 'DATA of which the client resets the stream at once counts for the window of the connection, and is given back', served({ about: 201 }), async (c) => {
  for (let i = 0; i < 100; i += 1) {
    const id = 1 + 2 * i;
    c.post(id).send(data(id, Buffer.alloc(16384)));
    c.send(frame(type.RST_STREAM, 0, id, Buffer.from([0, 0, 0, 8])));
    if (i % 2 === 1 && !await c.wire.roundTrip()) return;
  }
  c.get(201);
});
must('9113', '5.1', 'DATA on a stream that the server has reset counts for the window of the connection, and is given back', served({ about: 3 }), async (c) => {
  c.send(headers(1, Buffer.concat([request(c.target, { method: 'POST' }), literal('Upper', 'x')]), flag.END_HEADERS));
  if (!await c.wire.until(() => c.wire.over || c.wire.stream(1).reset > 0, '', 1000) || c.wire.over) throw new NotProvoked('the server does not reset a malformed request');
  await fillTwice(c, [0], 1, Buffer.alloc(16384));
  c.get(3);
});
must('9113', '6.9.1', 'padding counts for windows and is given back', served({ status: [200, 405] }), async (c) => {
  c.post();
  await fillTwice(c, [1, 0], 1, padded, flag.PADDED);
  c.content();
});

must('9113', '6.9.2', 'a larger SETTINGS_INITIAL_WINDOW_SIZE opens the windows of open streams by the difference', seen('2, then 5 bytes'), async (c) => {
  c.get();
  await c.head();
  await bytesAre(c, 2);
  c.send(settings({ INITIAL_WINDOW_SIZE: 5 }));
  await bytesAre(c, 5);
}, { values: { INITIAL_WINDOW_SIZE: 2 } });
must('9113', '6.9.2', 'a window may become negative, and content waits until it is positive', seen('6, then 7 bytes'), async (c) => {
  c.get();
  await c.head();
  await bytesAre(c, 6);
  c.send(settings({ INITIAL_WINDOW_SIZE: 2 }), windowUpdate(1, 4));
  await bytesAre(c, 6);
  c.send(windowUpdate(1, 1));
  await bytesAre(c, 7);
}, { values: { INITIAL_WINDOW_SIZE: 6 } });
must('9113', '6.9.2', 'SETTINGS_INITIAL_WINDOW_SIZE that takes a window above 2^31-1', connectionError('FLOW_CONTROL_ERROR'), async (c) => {
  c.get();
  await bytesAre(c, 1);
  c.send(windowUpdate(1, most), settings({ INITIAL_WINDOW_SIZE: 2 }));
}, stalled);
must('9113', '6.9.2', 'SETTINGS_INITIAL_WINDOW_SIZE does not change the window of the connection', seen('65,535 bytes'), async (c) => {
  c.send(settings({ INITIAL_WINDOW_SIZE: 1 << 20 })).get(1, { path: c.target.large });
  await c.head();
  await bytesAre(c, 65535);
}, { needs: 'large' });
must('9113', '6.9', 'WINDOW_UPDATE on a stream is not one on the connection', seen('65,535 bytes'), async (c) => {
  c.get(1, { path: c.target.large });
  await bytesAre(c, 65535);
  c.send(windowUpdate(1, 1000));
  await bytesAre(c, 65535);
}, { values: { INITIAL_WINDOW_SIZE: most }, needs: 'large' });
