// The libraries that people use with Mercure hubs, unchanged, against the program: EventSource, fetch-event-source and
// eventsource-client as subscribers, jose for the tokens of both dialects, fetch as the publisher; and herald's own clients.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, http2Fetch, importFromNpm, lacks, program, serve, until } from '../support/herald.mjs';

globalThis.crypto ??= webcrypto;  // jose looks for it there, and Node 18 does not show it
const packages = ['eventsource', '@microsoft/fetch-event-source', 'eventsource-client', 'jose'];
const skip = lacks({ packages });
const secret = '0123456789abcdef0123456789abcdef';

// A hub with a shared secret for 0.x and an Ed25519 key, in a JWK Set, for 1.0.
async function hub(t, more = []) {
  const { exportJWK, generateKeyPair, SignJWT } = await importFromNpm('jose');
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const own = folder(t, { secret });
  fs.writeFileSync(path.join(own, 'keys.json'), JSON.stringify({ keys: [{ ...await exportJWK(pair.publicKey), kid: 'one', alg: 'EdDSA' }] }));
  fs.writeFileSync(path.join(own, 'herald.toml'), `[events]
key_file = "secret"
jwks_file = "keys.json"
issuer = "https://issuer.test"
subscriptions = true
${more.join('\n')}
`);
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--config', path.join(own, 'herald.toml'));
  const fetch = http2Fetch(t, herald);
  const url = `${herald.origin}/.well-known/mercure`;
  const self = `https://localhost:${herald.port}/.well-known/mercure`; // by the name that http2Fetch asks for
  const v0 = (mercure) => new SignJWT({ mercure }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  const v1 = (actions, topics) => new SignJWT({
    authorization_details: [{ type: 'https://mercure.rocks/authorization-detail', actions, topics }],
  }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'one' }).setIssuer('https://issuer.test').setAudience(self)
    .setSubject('s').setIssuedAt().setExpirationTime('5m').sign(pair.privateKey);
  const publish = async (token, fields) => {
    const form = new URLSearchParams();
    for (const [name, value] of fields) form.append(name, value);
    const answer = await fetch(url, {
      method: 'POST', body: form.toString(),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  return { herald, fetch, url, self, v0, v1, publish };
}

test('EventSource follows a 0.x template and comes back with the publisher\'s ids', { skip, timeout: 60000 }, async (t) => {
  const { fetch, url, v0, publish } = await hub(t);
  const { EventSource } = await importFromNpm('eventsource');
  const token = await v0({ publish: ['*'] });
  const got = [];
  const address = `${url}?topic=${encodeURIComponent('https://example.com/books/{id}')}`;
  const source = new EventSource(address, { fetch });
  t.after(() => source.close());
  source.addEventListener('message', (event) => got.push([event.lastEventId, event.data]));
  await until('the stream is open', () => source.readyState === 1);
  const answer = await publish(token, [['topic', 'https://example.com/books/1'], ['data', 'two\nlines'], ['id', 'urn:x:1']]);
  assert.deepEqual(answer, { status: 200, type: 'text/plain; charset=utf-8', text: 'urn:x:1' });
  await publish(token, [['topic', 'https://example.com/other'], ['data', 'no']]);
  const ours = await publish(token, [['topic', 'urn:other'], ['topic', 'https://example.com/books/2'], ['data', 'second']]);
  await until('both have come', () => got.length === 2);
  assert.deepEqual(got, [['urn:x:1', 'two\nlines'], [ours.text, 'second']]);

  source.close();
  const again = new EventSource(`${address}&lastEventID=urn:x:1`, { fetch });
  t.after(() => again.close());
  const replayed = [];
  again.addEventListener('message', (event) => replayed.push(event.data));
  await until('what followed has come again', () => replayed.length === 1);
  assert.deepEqual(replayed, ['second']);
});

test('fetch-event-source reads private updates with a 1.0 token in the field', { skip, timeout: 60000 }, async (t) => {
  const { fetch, url, v1, publish } = await hub(t);
  // The library is made for pages.
  globalThis.window ??= globalThis;
  globalThis.document ??= { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { fetchEventSource } = await importFromNpm('@microsoft/fetch-event-source');
  const reader = await v1(['subscribe'], [{ match: 'https://example.com/users/42/*', match_type: 'urlpattern' }]);
  const writer = await v1(['publish'], [{ match: '*' }]);
  const stop = new AbortController();
  const got = [];
  let opened = null;
  const ended = fetchEventSource(`${url}?match_urlpattern=${encodeURIComponent('https://example.com/books/:id')}&last_event_id=earliest`, {
    fetch, signal: stop.signal, openWhenHidden: true, headers: { authorization: `Bearer ${reader}` },
    async onopen(response) { opened = response; },
    onmessage(message) { if (message.data) got.push(message.data); },
  }).catch(() => {});
  await until('the stream is open', () => opened);
  assert.equal(opened.headers.get('mercure-last-event-id'), 'earliest');
  await publish(writer, [['topic', 'https://example.com/books/1'], ['data', 'not for 42'], ['private', 'on']]);
  await publish(writer, [['topic', 'https://example.com/books/2'], ['topic', 'https://example.com/users/42/books/2'], ['data', 'for 42'], ['private', 'on']]);
  await publish(writer, [['topic', 'https://example.com/books/3'], ['data', 'for all']]);
  await until('what it may have has come', () => got.includes('for all'));
  assert.deepEqual(got, ['for 42', 'for all']);
  stop.abort();
  await ended;
});

test('eventsource-client hears of subscriptions, and the list shows them', { skip, timeout: 60000 }, async (t) => {
  const { fetch, url, v0, v1 } = await hub(t);
  const { createEventSource } = await importFromNpm('eventsource-client');
  const token = await v1(['subscribe'], [{ match: '*' }]);
  const heard = [];
  const watcher = createEventSource({
    url: `${url}?match_urlpattern=${encodeURIComponent('/.well-known/mercure/subscriptions/:type/:match/:subscriber')}`,
    fetch, headers: { authorization: `Bearer ${token}` },
    onMessage({ event, data }) { if (event === 'mercure') heard.push(JSON.parse(data)); },
  });
  t.after(() => watcher.close());
  await until('the watcher is connected', () => watcher.readyState === 'open');
  const { EventSource } = await importFromNpm('eventsource');
  const source = new EventSource(`${url}?match=news`, { fetch });
  await until('the beginning is told', () => heard.some(({ match, active }) => match === 'news' && active));
  const list = await (await fetch(`${url}/subscriptions/exact/news`, { headers: { authorization: `Bearer ${token}` } })).json();
  assert.equal(list.type, 'subscriptions');
  assert.equal(list.subscriptions.length, 1);
  const old = await fetch(`${url}/subscriptions/news`, { headers: { authorization: `Bearer ${await v0({ subscribe: ['*'] })}` } });
  assert.equal(old.headers.get('content-type'), 'application/ld+json');
  assert.equal((await old.json()).subscriptions[0]['@context'], 'https://mercure.rocks/');
  source.close();
  await until('the end is told', () => heard.some(({ match, active }) => match === 'news' && !active));
});

test('every refusal names its rule, and where to get a token', { skip, timeout: 60000 }, async (t) => {
  const { fetch, url, self, v0, v1, publish } = await hub(t);
  const refusal = async (token, topic = 'a') => {
    const answer = await publish(token, [['topic', topic]]);
    return [answer.status, JSON.parse(answer.text).detail];
  };
  assert.deepEqual(await refusal(await v0({ publish: ['b'] })), [403, 'The token\'s claim "mercure.publish" does not grant the topic "a".']);
  assert.deepEqual(await refusal(await v1(['publish'], [{ match: 'b' }])), [403, 'The token\'s authorization details do not grant the action "publish" on the topic "a".']);
  assert.match((await refusal('x'))[1], /neither a known token/);
  const none = await fetch(url, { method: 'POST', body: 'topic=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(none.status, 401);
  const metadata = /resource_metadata="([^"]+)"/.exec(none.headers.get('www-authenticate'))[1];
  assert.equal(metadata, self.replace('/.well-known/', '/.well-known/oauth-protected-resource/.well-known/'));
  assert.equal((await (await fetch(metadata.replace('localhost', '127.0.0.1'))).json()).resource, self);
  assert.equal((await refusal(await v1(['publish'], [{ match: '*' }]), '/.well-known/mercure/subscriptions/x/y/z'))[0], 400);
});

test('a publisher that dies in the middle leaves nothing behind', { skip, timeout: 60000 }, async (t) => {
  const { herald, fetch, url, v0, publish } = await hub(t);
  const token = await v0({ publish: ['*'] });
  const { EventSource } = await importFromNpm('eventsource');
  const got = [];
  const source = new EventSource(`${url}?topic=a`, { fetch });
  t.after(() => source.close());
  source.addEventListener('message', (event) => got.push(event.data));
  await until('the stream is open', () => source.readyState === 1);
  const { default: http2 } = await import('node:http2');
  const client = http2.connect(herald.origin, { ca: fs.readFileSync(herald.cert), servername: 'localhost' });
  client.on('error', () => {});
  const half = client.request({ ':method': 'POST', ':path': '/.well-known/mercure', authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' });
  half.on('error', () => {});
  half.write('topic=a&data=half');
  await new Promise((resolve) => { client.ping(resolve); });
  client.destroy();
  await publish(token, [['topic', 'a'], ['data', 'whole']]);
  await until('the whole one has come', () => got.length > 0);
  assert.deepEqual(got, ['whole']);
});

test('herald publish sends batches, and herald subscribe follows through a restart of the server', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, folder(t, { 'index.html': 'x' }), '--dev', '--store', path.join(folder(t), 'events.db'));
  const reader = spawn(program, ['subscribe', herald.origin, '--topic', 'jobs', '--prefix', 'x/', '--json', '--count', '5', '--since', 'earliest', '--ca', herald.cert],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => reader.kill());
  let out = '';
  reader.stdout.on('data', (bytes) => { out += bytes; });
  const ended = new Promise((resolve) => { reader.once('exit', resolve); });
  const send = (lines, ...args) => new Promise((resolve, reject) => {
    const child = execFile(program, ['publish', herald.origin, '--ca', herald.cert, '--lines', ...args], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    child.stdin.end(lines);
  });
  const ids = (await send('one\ntwo\nthree\n', '--topic', 'jobs', '--batch', '2')).trim().split('\n');
  assert.equal(ids.length, 3);
  await until('three have come', () => out.trim().split('\n').length === 3);
  await herald.stop();
  await herald.start();
  await send('four\n', '--topic', 'x/1');
  await send('five\n', '--topic', 'jobs');
  assert.equal(await ended, 0);
  const events = out.trim().split('\n').map((line) => JSON.parse(line)).filter(({ type }) => type === 'message');
  assert.deepEqual(events.map(({ data }) => data), ['one', 'two', 'three', 'four', 'five']);
  assert.deepEqual(events.slice(0, 3).map(({ id }) => id), ids);
});
