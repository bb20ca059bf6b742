// RFC 9113 section 6.9: WINDOW_UPDATE and the arithmetic of windows, ours and the server's.
import { connectionError, ignored, must, NotProvoked, seen, served, sights, streamError } from '../case.mjs';
import { data, flag, frame, nameOf, setting, settings, type, windowUpdate } from '../wire.mjs';

const stalled = { values: { INITIAL_WINDOW_SIZE: 1 } };  // one byte of an answer comes, the others wait
const most = 0x7fffffff;

async function bytesAre(c, wanted, id = 1) {
  await c.wire.until(() => c.wire.stream(id).bytes >= wanted, '', 1500);
  await c.lives();
  if (c.wire.stream(id).bytes !== wanted) throw new Error(`${c.wire.stream(id).bytes} bytes came, the window allows ${wanted}`);
}

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
must('9113', '6.9.1', 'more content than the window of the stream', seen('FLOW_CONTROL_ERROR'), async (c) => {
  const window = c.wire.settings[setting.INITIAL_WINDOW_SIZE] ?? 65535;
  if (window > 4 << 20) throw new NotProvoked(`the window is ${window} bytes`);
  c.post();
  // Padding fills the window without content that a server would hand on and so give back.
  const chunk = Buffer.concat([Buffer.from([255]), Buffer.alloc(16383)]);
  for (let sent = 0; sent <= 3 * window; sent += 16384) c.send(frame(type.DATA, flag.PADDED, 1, chunk));
  await c.wire.until(() => c.wire.over || c.wire.stream(1).reset !== null, '');
  const code = c.wire.goaway?.code ?? c.wire.stream(1).reset;
  if (nameOf(code) !== 'FLOW_CONTROL_ERROR') throw new Error(sights(c.wire, 1));
  return sights(c.wire, 1);
}, { needs: 'collects' });
must('9113', '6.9.1', 'DATA on a stream that was reset still counts for the window of the connection, and is given back', served({ about: 201 }), async (c) => {
  for (let i = 0; i < 100; i += 1) {
    const id = 1 + 2 * i;
    c.post(id).send(data(id, Buffer.alloc(16384)));
    c.send(frame(type.RST_STREAM, 0, id, Buffer.from([0, 0, 0, 8])));
    if (i % 2 === 1 && !await c.wire.roundTrip()) return;
  }
  c.get(201);
});
must('9113', '6.9.1', 'padding counts for windows and is given back', served({ status: [200, 405] }), async (c) => {
  c.post();
  for (let i = 0; i < 20; i += 1) {
    c.send(frame(type.DATA, flag.PADDED, 1, Buffer.concat([Buffer.from([255]), Buffer.from(' '), Buffer.alloc(255)])));
    if (i % 5 === 4 && !await c.wire.roundTrip()) return;
  }
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
must('9113', '6.9', 'WINDOW_UPDATE on a stream is not one on the connection', ignored(), (c) => c.get().send(windowUpdate(0, 1)));
