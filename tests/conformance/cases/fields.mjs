// RFC 9113 section 8: the message that frames make: fields, pseudo-fields, content and trailers, CONNECT.
import { malformed, must, NotProvoked, seen, served, sights } from '../case.mjs';
import { block, literal } from '../hpack.mjs';
import { data, flag, headers, request } from '../wire.mjs';

const trailers = (id, fields, flags = flag.END_HEADERS | flag.END_STREAM) => headers(id, block(fields), flags);
const content = '{"topic":"conformance","message":1}';

// ---- 8.1
must('9113', '8.1', 'a request with content and trailers', served({ status: [200, 405] }), (c) => c.post().send(data(1, content), trailers(1, [['x-checksum', 'abc']])));
must('9113', '8.1', 'a second HEADERS that does not end the stream', malformed(), (c) => c.post().send(trailers(1, [['x-late', 'y']], flag.END_HEADERS), data(1, 'x', flag.END_STREAM)));
must('9113', '8.1', 'a pseudo-field in the trailers', malformed(), (c) => c.post().send(data(1, content), trailers(1, [[':path', '/']])));
must('9113', '8.1', 'the answer to HEAD has no content', seen('no DATA'), async (c) => {
  c.get(1, { method: 'HEAD' });
  await c.answered();
  if (c.wire.stream(1).bytes > 0) throw new Error(`${c.wire.stream(1).bytes} bytes of content`);
});
must('9113', '8.1', 'an answer of 304 has no content', seen('no DATA'), async (c) => {
  c.get(1);
  await c.answered(1);
  const etag = c.wire.stream(1).heads.at(-1).find(([name]) => name === 'etag')?.[1];
  if (!etag) throw new NotProvoked('there is no etag');
  c.get(3, { extra: [['if-none-match', etag]] });
  await c.answered(3);
  if (c.wire.status(3) !== 304 || c.wire.stream(3).bytes > 0) throw new Error(`${c.wire.status(3)} with ${c.wire.stream(3).bytes} bytes`);
});
must('9113', '8.1', 'every answer begins with :status alone among pseudo-fields, in lower case, without fields of a connection', seen('in order'), async (c) => {
  c.get();
  await c.answered();
  const [head] = c.wire.stream(1).heads.slice(-1);
  const names = head.map(([name]) => name);
  const bad = names.filter((name, i) => (name.startsWith(':') ? name !== ':status' || i > 0 : name !== name.toLowerCase() || ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'].includes(name)));
  if (bad.length || names[0] !== ':status') throw new Error(names.join(' '));
});

// ---- 8.1.1
const length = (value, text, ends = true) => (c) => c.post(1, { extra: [['content-length', value]] }).send(data(1, text, ends ? flag.END_STREAM : 0));
must('9113', '8.1.1', 'less content than content-length says', malformed(), length('100', content));
must('9113', '8.1.1', 'more content than content-length says', malformed(), length('3', content));
must('9113', '8.1.1', 'content-length without content', malformed(), (c) => c.send(headers(1, request(c.target, { extra: [['content-length', '1']] }))));
must('9113', '8.1.1', 'more content than content-length says, over two frames', malformed(), (c) => c.post(1, { extra: [['content-length', '3']] }).send(data(1, 'ab'), data(1, 'cd', flag.END_STREAM)));
must('9113', '8.1.1', 'less content than content-length says, then trailers', malformed(), (c) => c.post(1, { extra: [['content-length', '9']] }).send(data(1, 'ab'), trailers(1, [['x', 'y']])));
must('9113', '8.1.1', 'two content-length that differ', malformed(), (c) => c.post(1, { extra: [['content-length', '35'], ['content-length', '3']] }).send(data(1, content, flag.END_STREAM)));
for (const value of ['-1', '+35', 'x', '0x23', '99999999999999999999999', '']) {
  must('9113', '8.1.1', `content-length "${value}"`, malformed(), length(value, content));
}
must('9113', '8.1.1', 'content as long as content-length says', served({ status: [200, 405] }), length('35', content));

// ---- 8.2
function refused(section, what, fields) {
  must('9113', section, what, malformed(), (c) => c.get(1, { extra: fields }));
  must('9113', section, `${what} in the trailers`, malformed(), (c) => c.post().send(data(1, content), trailers(1, fields)));
}
refused('8.2', 'a field name in upper case', [['X-Upper', 'v']]);
for (const [what, name] of [['a space', 'x y'], ['NUL', 'x\0y'], ['LF', 'x\ny'], ['DEL', 'x\x7fy'], ['a byte above 0x7f', 'x\xe4y'], ['a colon', 'x:y'], ['nothing in it', '']]) {
  refused('8.2.1', `a field name with ${what}`, [[name, 'v']]);
}
for (const [what, value] of [['NUL', 'a\0b'], ['LF', 'a\nb'], ['CR', 'a\rb'], ['a space before it', ' a'], ['a tab before it', '\ta'], ['a space after it', 'a '], ['a tab after it', 'a\t']]) {
  refused('8.2.1', `a field value with ${what}`, [['x-value', value]]);
}
must('9113', '8.2.1', 'a field value that is empty, and one with bytes above 0x7f', served(), (c) => c.get(1, { extra: [['x-empty', ''], ['x-latin', '\xe4\xff']] }));
for (const [name, value] of [['connection', 'keep-alive'], ['keep-alive', 'timeout=5'], ['proxy-connection', 'keep-alive'], ['transfer-encoding', 'chunked'], ['upgrade', 'h2c'], ['te', 'gzip'], ['te', 'trailers, gzip']]) {
  refused('8.2.2', `the field ${name}: ${value}`, [[name, value]]);
}
must('9113', '8.2.2', 'the field te: trailers', served(), (c) => c.get(1, { extra: [['te', 'trailers']] }));
must('9113', '8.2.3', 'a cookie in several fields', served(), (c) => c.get(1, { extra: [['cookie', 'a=b'], ['cookie', 'c=d']] }));

// ---- 8.3
const whole = (c) => ({ ':method': 'GET', ':scheme': 'https', ':authority': 'localhost', ':path': c.target.path ?? '/' });
const built = (what, section, change, expect = malformed()) => must('9113', section, what, expect, (c) => c.send(headers(1, block(change(Object.entries(whole(c)))))));
const without = (name) => (fields) => fields.filter(([each]) => each !== name);
const replaced = (name, value) => (fields) => fields.map(([each, old]) => [each, each === name ? value : old]);
built('a pseudo-field after a field', '8.3', (fields) => [...fields.slice(0, 3), ['x', 'y'], fields[3]]);
built('an unknown pseudo-field', '8.3', (fields) => [...fields, [':unknown', 'x']]);
built('a pseudo-field of answers, :status', '8.3', (fields) => [...fields, [':status', '200']]);
for (const name of [':method', ':scheme', ':path', ':authority']) {
  built(`${name} twice`, '8.3', (fields) => [...fields, fields.find(([each]) => each === name)]);
}
for (const name of [':method', ':scheme', ':path']) built(`no ${name}`, '8.3.1', without(name));
built('an empty :path', '8.3.1', replaced(':path', ''));
built('an empty :method', '8.3.1', replaced(':method', ''));
built('a :path without a slash', '8.3.1', replaced(':path', 'index.html'));
built(':path * with GET', '8.3.1', replaced(':path', '*'));
built(':authority with user information', '8.3.1', replaced(':authority', 'user@localhost'));
built('no :authority, but host', '8.3.1', (fields) => [...fields.filter(([each]) => each !== ':authority'), ['host', 'localhost']], served());
built('a method that contains a space', '8.3.1', replaced(':method', 'GE T'));
built('a :path with a space in it', '8.3.1', replaced(':path', '/a b'));
built('a :path with NUL in it', '8.3.1', replaced(':path', '/a\0b'));

// ---- 8.5 and RFC 8441
built('CONNECT with :scheme and :path', '8.5', replaced(':method', 'CONNECT'));
built('CONNECT without :authority', '8.5', () => [[':method', 'CONNECT']]);
must('9113', '8.5', 'CONNECT to a server that is no proxy is refused', seen('refused'), async (c) => {
  c.send(headers(1, block([[':method', 'CONNECT'], [':authority', 'localhost:80']]), flag.END_HEADERS));
  await c.wire.until(() => c.wire.over || c.wire.status(1) > 0 || c.wire.stream(1).reset !== null, '');
  if (!(c.wire.status(1) >= 400) && c.wire.stream(1).reset === null && !c.wire.goaway) throw new Error(sights(c.wire, 1));
  return sights(c.wire, 1);
});
must('8441', '4', 'extended CONNECT, which the server has not enabled', malformed(), (c) => c.send(headers(1, block([[':method', 'CONNECT'], [':protocol', 'websocket'], ...Object.entries(whole(c)).slice(1)]), flag.END_HEADERS)));
must('8441', '4', ':protocol without CONNECT', malformed(), (c) => c.send(headers(1, Buffer.concat([literal(':method', 'GET'), literal(':protocol', 'websocket'), block(Object.entries(whole(c)).slice(1))]))));
