// Attacks by what clients do: slowness, numbers, and requests that are dear to answer.
import { literal } from '../conformance/hpack.mjs';
import { data, flag, headers, preface, request, windowUpdate } from '../conformance/wire.mjs';
import { anything, answered, attack, closedBy, refused, stalled } from './attack.mjs';

const id = (i) => 1 + 2 * i;
const quick = '[timeouts]\nhandshake = "800ms"\nsettings = "800ms"\nheader = "500ms"\ncontent = "500ms"\nidle = "2s"\nstall = "800ms"\n';
const stood = /takes nothing of what is sent to it/;  // what the log says of whoever does not read
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Requests on one connection, `width` at a time, until the bound; `make(i)` gives fields for request().
async function requests(a, make, { width = 20, wire = null, content } = {}) {
  const on = wire ?? await a.open({ values: { INITIAL_WINDOW_SIZE: 1 << 24 } });
  for (let i = 0; on && !on.over;) {
    const first = i;
    for (; i < first + width && a.more(); i += 1) {
      const { post, ...fields } = make(i);
      if (post === undefined) on.send(headers(id(i), request(a.target, fields)));
      else on.send(headers(id(i), request(a.target, { method: 'POST', ...fields }), flag.END_HEADERS), ...content(id(i), post));
    }
    if (i === first) return;
    await on.until(() => on.over || Array.from({ length: i - first }, (_, n) => on.stream(id(first + n))).every((stream) => stream.ended || stream.reset !== null), '', Math.max(a.patience, Math.min(3000, a.timeLeft)));
  }
}

// A past to ask for: so many events of about a kilobyte.
async function publishPast(a, topic, events) {
  const wire = await a.open();
  const content = Buffer.from(`${JSON.stringify({ topic, message: 'x'.repeat(1000) })}\n`.repeat(10));
  for (let i = 0; wire && i < events / 10; i += 1) {
    wire.send(headers(id(i), request(a.target, { method: 'POST', path: a.target.post, extra: [['content-type', 'application/x-ndjson']] }), flag.END_HEADERS), data(id(i), content, flag.END_STREAM));
    await wire.until(() => wire.over || wire.stream(id(i)).ended, '', a.patience);
  }
}
// `width` requests for the same on each connection, of whose answers nothing is taken, or by turns their first 100 bytes, until the bound.
async function unread(a, path, width = 100) {
  for (let window = 0; a.more(width); window = 100 - window) {
    const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: window } });
    if (!wire) return;
    for (let i = 0; i < width; i += 1) wire.send(headers(id(i), request(a.target, { path })));
    await wire.until(() => wire.over || wire.status(id(width - 1)) > 0, '', a.patience);
  }
  await a.wait(() => false, 500);
}

// ---- windows
attack('data-dribble', 'CVE-2019-9511: a large file through windows of one byte', anything, async (a) => {
  const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: 1 } });
  wire?.send(headers(1, request(a.target, { path: a.target.large })));
  await a.flood(wire, () => windowUpdate(1, 1), { batch: 1, thrownOut: false });
}, { count: 20_000 });
attack('stalled-windows', 'CVE-2019-9517 and kin: thousands of large answers behind a window of 0', stalled, async (a) => {
  while (a.more(100)) {
    const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: 0 } });
    if (!wire) return;
    for (let i = 0; i < 100; i += 1) wire.send(headers(id(i), request(a.target, { path: a.target.large })));
    await wire.roundTrip();
  }
  await a.wait(() => [...a.wires].some((wire) => wire.closed || [...wire.streams.values()].some(({ reset }) => reset !== null)));
}, { config: quick, count: 5000, short: 1000, seconds: 4 });
attack('socket-not-read', 'CVE-2019-9517: windows of a gibibyte and more, and a socket that nobody reads', stalled, async (a) => {
  while (a.more(50)) {
    const wire = await a.open({ values: { INITIAL_WINDOW_SIZE: 0x7fffffff } });
    if (!wire) return;
    wire.socket.pause();
    wire.send(...Array.from({ length: 50 }, (_, i) => headers(id(i), request(a.target, { path: a.target.large }))));
  }
  await a.wait(() => stood.test(a.target.log ?? ''), a.timeLeft - 700);
  for (const wire of a.wires) wire.socket.resume();
  await a.wait(() => [...a.wires].every((wire) => wire.closed));
}, { config: quick, count: 2500, short: 500, seconds: 4, log: stood });

// ---- slowness
attack('slow-handshake', 'a ClientHello one byte at a time', closedBy('handshake'), async (a) => {
  const sockets = [];
  await a.together(async () => { while (a.more()) sockets.push(await a.tcp()); });
  // A record of 512 bytes with a ClientHello of 508, which never gets that far.
  const start = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  let at = 0;
  await a.wait(() => {
    for (const socket of sockets) if (socket && !socket.destroyed) socket.write(Buffer.from([start[at] ?? 0]));
    at += 1;
    return a.account.closed >= a.account.connections;
  }, a.timeLeft, 50);
}, { config: quick, count: 200, seconds: 12, log: /handshake was not done in time/ });
attack('half-open', 'connections that say nothing at all', closedBy('handshake'), async (a) => {
  await a.together(async () => { while (a.more()) await a.tcp(); });
  await a.wait(() => a.account.closed >= a.account.connections);
}, { config: quick, count: 3000, short: 400, seconds: 14, log: /handshake was not done in time/ });
attack('idle-connections', 'connections with TLS and SETTINGS, and then nothing', anything, async (a) => {
  await a.together(async () => { while (a.more()) await a.open(); });
  await a.wait(() => [...a.wires].every((wire) => wire.closed));
}, { config: quick, count: 2000, short: 300, seconds: 12 });
attack('slow-preface', 'TLS, and a preface one byte at a time', closedBy('handshake'), async (a) => {
  const sockets = [];
  await a.together(async () => { while (a.more()) sockets.push(await a.tls()); });
  for (let at = 0; a.timeLeft > 0 && a.account.closed < a.account.connections; at += 1) {
    for (const socket of sockets) if (socket && !socket.destroyed && at < 20) socket.write(preface.subarray(at, at + 1));
    await pause(150);
  }
}, { config: quick, count: 100, seconds: 13, log: /SETTINGS were not acknowledged|handshake was not/ });
attack('slow-headers', 'a field block that grows by a byte now and then', closedBy('header'), async (a) => {
  const wires = [];
  await a.together(async () => { while (a.more()) wires.push(await a.open()); });
  // One HEADERS frame of about 4,000 bytes, which come one by one.
  const whole = headers(1, Buffer.concat([request(a.target), literal('x-slow', 'y'.repeat(3900))]));
  for (let at = 0; a.timeLeft > 0 && wires.some((wire) => wire && !wire.closed); at += 1) {
    for (const wire of wires) wire?.send(whole.subarray(at === 0 ? 0 : at + 9, at + 10));
    await pause(60);
  }
}, { config: quick, count: 100, seconds: 13, log: /fields of a request did not come/ });
attack('slow-body', 'a publish that brings its content byte by byte, and then stops', closedBy('content'), async (a) => {
  const wires = [];
  await a.together(async () => { while (a.more()) {
    const wire = await a.open();
    wire?.send(headers(1, request(a.target, { method: 'POST', path: a.target.post, extra: [['content-type', 'application/json'], ['content-length', '5000']] }), flag.END_HEADERS), data(1, '{'));
    wires.push(wire);
  } });
  await a.wait(() => wires.every((wire) => !wire || wire.over));
}, { config: quick, count: 100, seconds: 13, log: /content of a request did not come/ });

// ---- numbers
attack('connection-churn', 'handshakes as fast as they go, closed at once', refused, async (a) => {
  const one = async () => {
    while (a.more()) {
      const socket = await a.tls();
      if (!socket) continue;
      a.sockets.delete(socket);
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
}, { config: '[limits]\nnew_connections_per_address = 2\n', count: 5000, short: 200, log: /connections refused.*127\.0\.0\.1.*new_connections_per_address/ });
attack('many-connections', 'more connections than one address may have', refused, async (a) => {
  await a.together(async () => { while (a.more()) await a.tcp(); });
  await a.wait(() => a.account.closed > 0, a.patience);
}, { config: '[limits]\nconnections_per_address = 100\n', count: 6000, seconds: 8, log: /connections refused.*127\.0\.0\.1.*connections_per_address/ });
attack('handshake-garbage', 'bytes that are no TLS', closedBy('no TLS'), async (a) => {
  const one = async () => {
    while (a.more()) {
      const socket = await a.tcp();
      if (!socket) continue;
      socket.write(Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 37 + 11) & 255)));
      await new Promise((resolve) => { socket.once('close', resolve); setTimeout(resolve, a.patience); });
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
}, { count: 2000 });
attack('sse-hoard', 'event streams by the thousand', (account) => answered(200)(account), async (a) => {
  for (let at = 0; a.more(); at += 1) {
    const wire = at % 200 === 0 ? await a.open() : [...a.wires].at(-1);
    if (!wire) return;
    wire.send(headers(id(at % 200), request(a.target, { path: `/events?topic=t${at % 10}` })));
    if (at % 200 === 199) await wire.until(() => wire.over || wire.status(id(199)) > 0, '', a.patience);
  }
  await a.wait(() => false, 500);
}, { count: 20_000 });
attack('poll-hoard', 'long polls by the thousand', anything, async (a) => {
  for (let at = 0; a.more(); at += 1) {
    const wire = at % 200 === 0 ? await a.open() : [...a.wires].at(-1);
    if (!wire) return;
    wire.send(headers(id(at % 200), request(a.target, { path: '/poll?topic=attack&timeout=50' })));
    if (at % 200 === 199) await wire.roundTrip();
  }
  await a.wait(() => false, 500);
}, { count: 20_000 });
attack('poll-answers-unread', 'polls for a megabyte each, of whose answers hardly anything is taken', answered(200), async (a) => {
  await publishPast(a, 'unread', 1000);
  await unread(a, '/poll?prefix=unread&after=earliest&max=1000');
}, { count: 4000, short: 400 });
attack('catch-up-unread', 'event streams that are to begin with what only the store has, and of which hardly anything is taken', answered(200), async (a) => {
  await publishPast(a, 'unread', 1000);
  await unread(a, '/events?topic=unread&lastEventId=earliest');
}, { args: ['--store', '{folder}/events.db'], count: 8000, short: 2000 });
attack('poll-clients', 'a poll for a new client each time', answered(200), async (a) => requests(a, (i) => ({ path: `/poll?clientId=c${i}&timeout=0` })), { count: 20_000 });
attack('many-topics', 'a subscription to a new topic each time, long names', anything, async (a) => {
  for (let at = 0; a.more(); at += 1) {
    const wire = at % 200 === 0 ? await a.open() : [...a.wires].at(-1);
    if (!wire) return;
    wire.send(headers(id(at % 200), request(a.target, { path: `/events?topic=${'n'.repeat(100)}${at}` })));
    if (at % 200 === 199) await wire.roundTrip();
  }
}, { count: 10_000 });
// Where a backtracking engine takes exponential time, and patterns of which RE2 makes large programs.
const hostile = (i) => `/t${i}/${['((?:a+)+b)', '((?:a|aa)+c)', '((?:.*a){20})', '((?:a?){25}a{25})', '((?:[a-z]{1,9}){1,9})', '(x{1,1000})', '((?:[a-z]{1,9}){1,14})', '((?:[a-z]{1,9}){1,99})'][i % 8]}`;
attack('subscription-patterns', 'subscriptions by regular expressions that are dear to read', answered(200, 400), async (a) => requests(a, (i) => ({ path: `/.well-known/mercure?dry_run=1&match_urlpattern=${encodeURIComponent(hostile(i))}` }), { width: 20 }), { count: 5000, short: 500 });
attack('pattern-matching', 'publishes to ever new topics, each to be compared with hundreds of such patterns', answered(200, 400, 429), async (a) => {
  const wire = await a.open();
  if (!wire) return;
  for (let i = 0; i < 200; i += 1) wire.send(headers(id(i), request(a.target, { path: `/.well-known/mercure?match_urlpattern=${encodeURIComponent(hostile(i))}` })));
  await wire.roundTrip();
  await requests(a, (i) => ({ path: a.target.post, post: JSON.stringify({ topic: `/t${i % 200}/${'a'.repeat(400)}${i}`, message: 1 }), extra: [['content-type', 'application/json']] }), { content: (stream, text) => [data(stream, text, flag.END_STREAM)] });
}, { count: 5000, short: 300 });
attack('pattern-batch', 'batches of events with 32 new topics each, to be compared with a thousand patterns', answered(200), async (a) => {
  for (let stream = 0; stream < 10; stream += 1) {
    const wire = await a.open();
    if (!wire) return;
    const wanted = Array.from({ length: 100 }, (_, i) => `match_urlpattern=${encodeURIComponent(`/${stream}/${i}/:name`)}`).join('&');
    wire.send(headers(1, request(a.target, { method: 'QUERY', path: '/.well-known/mercure', extra: [['content-type', 'application/x-www-form-urlencoded']] }), flag.END_HEADERS), data(1, wanted, flag.END_STREAM));
    await wire.until(() => wire.over || wire.status(1) > 0, '', a.patience);
  }
  const socket = await a.tls({ ALPNProtocols: ['http/1.1'] });  // TCP sees to it that no more is sent than is taken
  let answers = '';
  socket?.on('data', (bytes) => { answers += bytes; });
  for (let batch = 0; socket && !socket.destroyed; batch += 1) {
    const lines = [];
    while (lines.length < 900 && a.more()) lines.push(JSON.stringify({ topic: Array.from({ length: 32 }, (_, topic) => `/${batch}.${lines.length}/${topic}`), message: 1 }));
    if (!lines.length) break;
    const content = lines.join('\n');
    answers = '';
    socket.write(`POST ${a.target.post} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${content.length}\r\n\r\n${content}`);
    await a.wait(() => socket.destroyed || answers.includes('\r\n\r\n'), 60_000);
    const status = /^HTTP\/1.1 (\d+)/.exec(answers)?.[1];
    if (status) a.account.statuses[status] = (a.account.statuses[status] ?? 0) + 1;
  }
}, { count: 9000, short: 60 });
attack('new-patterns', 'subscriptions from the beginning to forty patterns that nobody has had, in a hub with ten thousand topics', answered(200), async (a) => {
  const wire = await a.open();
  for (let batch = 0; wire && batch < 100; batch += 1) {
    const content = Buffer.from(Array.from({ length: 100 }, (_, i) => JSON.stringify({ topic: `/shop/${batch}/item/${i}`, message: 1 })).join('\n'));
    wire.send(headers(id(batch), request(a.target, { method: 'POST', path: a.target.post, extra: [['content-type', 'application/x-ndjson']] }), flag.END_HEADERS), data(id(batch), content, flag.END_STREAM));
    await wire.until(() => wire.over || wire.stream(id(batch)).ended, '', a.patience);
  }
  for (let at = 0, more = a.more(); more;) {
    const reader = await a.open();
    if (!reader) return;
    let streams = 0;
    for (; more && streams < 3; streams += 1, at += 1, more = a.more()) {
      const patterns = Array.from({ length: 40 }, (_, n) => `match_urlpattern=${encodeURIComponent(`/shop/*/item/:i(\\d+|x${at * 40 + n})`)}`);
      reader.send(headers(id(streams), request(a.target, { path: `/.well-known/mercure?last_event_id=earliest&${patterns.join('&')}` })));
    }
    await reader.until(() => reader.over || reader.status(id(streams - 1)) > 0, '', Math.max(a.patience, Math.min(3000, a.timeLeft)));
    a.wires.delete(reader);
    reader.destroy();
  }
}, { count: 2000, short: 1 });
attack('topics-in-one', 'one subscription to hundreds of topics', answered(200, 400, 414), async (a) => requests(a, (i) => ({ path: `/poll?timeout=0&${Array.from({ length: 300 }, (_, n) => `topic=${i}.${n}`).join('&')}` }), { width: 5 }), { count: 500 });

// ---- requests that are dear
attack('huge-targets', 'request targets of 15 kB', answered(414, 431), async (a) => requests(a, (i) => ({ path: `/${String(i).repeat(6000).slice(0, 15_000)}` })), { count: 3000 });
attack('many-ranges', 'thousands of ranges of a large file', answered(200, 206, 416, 431), async (a) => requests(a, () => ({ path: a.target.large, extra: [['range', `bytes=${Array.from({ length: 1000 }, (_, i) => `${i}-${i}`).join(',')}`]] }), { width: 2 }), { count: 300 });
attack('overlapping-ranges', 'CVE-2011-3192: ranges that each take the whole file', answered(200, 206, 416), async (a) => requests(a, () => ({ path: a.target.large, extra: [['range', `bytes=${Array(300).fill('0-').join(',')}`]] }), { width: 2 }), { count: 300 });
attack('path-bombs', 'paths of dots, slashes and percent signs', answered(200, 308, 400, 404), async (a) => {
  const forms = ['/../'.repeat(500), '/%2e%2e%2f'.repeat(300), '/a'.repeat(1500), `/${'/'.repeat(3000)}`, '/%25'.repeat(1000), `/${'\\..'.repeat(900)}`, '/;'.repeat(1500), '/%c0%ae'.repeat(500)];
  await requests(a, (i) => ({ path: forms[i % forms.length] }));
}, { count: 5000 });
attack('cache-busting', 'a new query for the same page each time', answered(200), async (a) => requests(a, (i) => ({ path: `/?q=${i}${'x'.repeat(500)}` })), { count: 20_000 });
attack('missing-files', 'a new name that does not exist each time', answered(404), async (a) => requests(a, (i) => ({ path: `/none/${i}${'x'.repeat(200)}.html` })), { count: 20_000 });
attack('hostile-compression', 'every spelling of accept-encoding, for files that do not shrink', answered(200), async (a) => {
  const codings = ['br', 'gzip', 'zstd', 'deflate', 'identity', '*'];
  await requests(a, (i) => ({ path: i % 2 ? '/noise.js' : '/bomb.json', extra: [['accept-encoding', Array.from({ length: 60 }, (_, n) => `${codings[(i + n) % codings.length]};q=0.${(i * 7 + n) % 1000}`).join(', ')]] }), { width: 4 });
}, { count: 1000 });
attack('giant-publishes', 'publishes of megabytes, again and again', answered(413), async (a) => {
  const chunk = Buffer.alloc(16_000, 'x');
  await requests(a, () => ({ path: a.target.post, post: true, extra: [['content-type', 'application/json'], ['content-length', String(8 << 20)]] }), { width: 2, content: (stream) => [data(stream, chunk), data(stream, chunk)] });
}, { count: 500 });
attack('unbounded-publishes', 'the same without content-length, to the end of the window', answered(413), async (a) => {
  const chunk = Buffer.alloc(16_384, 'x');
  await requests(a, () => ({ path: a.target.post, post: true, extra: [['content-type', 'application/json']] }), { width: 2, content: (stream) => Array.from({ length: 4 }, () => data(stream, chunk)).concat(data(stream, 'x')) });
}, { count: 60 });
attack('publish-flood', 'publishes as fast as they go, to ever new topics', answered(200, 429, 503), async (a) => requests(a, (i) => ({ path: a.target.post, post: JSON.stringify({ topic: `t${i}`, message: 'x'.repeat(1000) }), extra: [['content-type', 'application/json']] }), { content: (stream, text) => [data(stream, text, flag.END_STREAM)] }), { count: 20_000 });
attack('renegotiation', 'TLS 1.2 renegotiation again and again', (account) => (account.renegotiated ? 'it was renegotiated' : ''), async (a) => {
  while (a.more()) {
    const socket = await a.tls({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    if (!socket) return;
    await new Promise((resolve) => { socket.renegotiate({}, (error) => { if (!error) a.account.renegotiated = true; resolve(); }); socket.once('close', resolve); setTimeout(resolve, 200); });
  }
}, { count: 20 });

// ---- HTTP/1.1
const old = { ALPNProtocols: ['http/1.1'] };
attack('h1-slow-headers', 'HTTP/1.1, a field section that grows by a byte now and then', closedBy('header'), async (a) => {
  const sockets = [];
  await a.together(async () => { while (a.more()) sockets.push(await a.tls(old)); });
  const start = Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
  for (let at = 0; a.timeLeft > 0 && a.account.closed < a.account.connections; at += 1) {
    for (const socket of sockets) if (socket && !socket.destroyed) socket.write(Buffer.from([start[at] ?? 0x79]));
    await pause(60);
  }
}, { config: quick, count: 100, seconds: 13, log: /fields of a request did not come/ });
attack('h1-pipelining', 'HTTP/1.1, requests without end and answers that nobody reads', stalled, async (a) => {
  const batch = Buffer.from(`GET ${a.target.path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(100));
  await a.together(async () => {
    const socket = await a.tls(old);
    socket?.pause();
    while (socket && !socket.destroyed && a.more(100)) {
      if (!socket.write(batch)) await a.wait(() => socket.destroyed || !socket.writableNeedDrain, 500, 10);
    }
  }, 8);
  await a.wait(() => a.sockets.size === 0, 1500);
  for (const socket of a.sockets) socket.resume();
  await a.wait(() => a.account.closed > 0, a.patience);
}, { config: quick, count: 200_000, short: 200_000, seconds: 4, log: stood });
