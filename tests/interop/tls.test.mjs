// TLS as openssl and Node see it: several certificates on one port, each for the names that it was made for, and their reload.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';
import { test } from 'node:test';
import { certificate, fetchOn, folder, Herald, lacks, program, run, session, soon, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });

// A running server with a standard certificate and, from a file, one for each of `names`.
async function serveNames(t, names) {
  const state = folder(t, { 'site/index.html': 'hello' });
  const standard = certificate(state);
  const more = names.map((each, i) => ({ ...certificate(state, `more-${i}`, each) }));
  const config = path.join(state, 'herald.toml');
  fs.writeFileSync(config, more.map(({ cert, key }) => `[[serve.certificate]]\ncert = "${path.basename(cert)}"\nkey = "${path.basename(key)}"\n`).join(''));
  const herald = new Herald({ root: path.join(state, 'site'), args: ['--workers', '2', '--config', config], ...standard });
  t.after(() => herald.end());
  await herald.start();
  return { herald, state, config, standard, more };
}

const lines = (pem) => fs.readFileSync(pem, 'utf8').replaceAll(/\s/g, '');
// The file among `pairs` whose certificate the server shows to a client that asks for `servername`.
async function shown(herald, servername, pairs, options = {}) {
  const socket = tls.connect({ port: herald.port, host: '127.0.0.1', servername, ALPNProtocols: ['h2'], rejectUnauthorized: false, ...options });
  try {
    await soon('the handshake', new Promise((resolve, reject) => { socket.once('secureConnect', resolve); socket.once('error', reject); }));
    const pem = `-----BEGIN CERTIFICATE-----${socket.getPeerCertificate().raw.toString('base64')}-----END CERTIFICATE-----`.replaceAll(/\s/g, '');
    return path.basename(pairs.find(({ cert }) => lines(cert) === pem)?.cert ?? 'another');
  } finally { socket.destroy(); }
}

test('a client gets the certificate for the name that it asks for, else the standard one', { skip }, async (t) => {
  const { herald, standard, more } = await serveNames(t, ['DNS:a.test,DNS:www.a.test', 'DNS:*.b.test', 'DNS:api.b.test']);
  const all = [standard, ...more];
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2']) {
    const of = (name) => shown(herald, name, all, { maxVersion });
    assert.equal(await of('a.test'), 'more-0.crt');
    assert.equal(await of('WWW.A.test'), 'more-0.crt');
    assert.equal(await of('x.b.test'), 'more-1.crt');
    assert.equal(await of('api.b.test'), 'more-2.crt', 'the exact name before the wildcard');
    assert.equal(await of('b.test'), 'site.crt');
    assert.equal(await of('unknown.test'), 'site.crt');
    assert.equal(await of('localhost'), 'site.crt');
    assert.equal(await of(''), 'site.crt', 'no name');
  }
});

test('a client verifies the certificate of its name and is served', { skip }, async (t) => {
  const { herald, more } = await serveNames(t, ['DNS:a.test']);
  const client = await session(t, herald, { ca: fs.readFileSync(more[0].cert), servername: 'a.test' });
  assert.equal((await fetchOn(client, '/')).status, 200);
});

test('the kind of key does not matter: RSA beside ECDSA, each for its own name', { skip }, async (t) => {
  const { herald, state, config, standard } = await serveNames(t, ['DNS:a.test']);
  const rsa = { cert: path.join(state, 'rsa.crt'), key: path.join(state, 'rsa.key') };
  const made = await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', '-keyout', rsa.key, '-out', rsa.cert, '-subj', '/CN=rsa', '-addext', 'subjectAltName=DNS:rsa.test']);
  assert.equal(made.code, 0, made.stderr);
  fs.writeFileSync(config, '[[serve.certificate]]\ncert = "rsa.crt"\nkey = "rsa.key"\n');
  herald.signal('SIGHUP');
  await until('reloaded', () => herald.stderr.includes('reloaded:'));
  assert.equal(await shown(herald, 'rsa.test', [standard, rsa]), 'rsa.crt');
  assert.equal(await shown(herald, 'localhost', [standard, rsa]), 'site.crt');
});

test('openssl s_client sees the chosen certificate, and that the server took the name', { skip }, async (t) => {
  const { herald, more } = await serveNames(t, ['DNS:a.test']);
  const seen = await run('openssl', ['s_client', '-connect', `127.0.0.1:${herald.port}`, '-servername', 'a.test', '-alpn', 'h2', '-verify_return_error', '-verify_hostname', 'a.test', '-CAfile', more[0].cert,
    '-tls1_2', '-tlsextdebug']);
  assert.equal(seen.code, 0, seen.stderr);
  assert.match(seen.stdout, /TLS server extension "server name"/);
});

test('SIGHUP takes new certificates and names; a bad one refuses the reload in one sentence', { skip }, async (t) => {
  const { herald, state, config, standard, more } = await serveNames(t, ['DNS:a.test']);
  const fresh = certificate(state, 'fresh', 'DNS:c.test');
  const all = [standard, ...more, fresh];
  fs.appendFileSync(config, '[[serve.certificate]]\ncert = "fresh.crt"\nkey = "fresh.key"\n');
  assert.equal(await shown(herald, 'c.test', all), 'site.crt');
  herald.signal('SIGHUP');
  await until('the new name has its certificate', async () => await shown(herald, 'c.test', all) === 'fresh.crt');
  fs.copyFileSync(more[0].key, fresh.key);
  herald.signal('SIGHUP');
  await until('the reload is refused', () => herald.stderr.includes('reload refused'));
  assert.match(herald.stderr, /reload refused, everything stays as it was: \S+herald\.toml:\d+:1: the private key \S+fresh\.key does not belong to the certificate \S+fresh\.crt/);
  assert.equal(await shown(herald, 'c.test', all), 'fresh.crt');
  assert.equal(await shown(herald, 'a.test', all), 'more-0.crt');
});

test('a session can be resumed, but never with early data, which could be replayed', { skip }, async (t) => {
  const { herald, state, standard } = await serveNames(t, []);
  const client = () => tls.connect({ port: herald.port, host: '127.0.0.1', servername: 'localhost', ALPNProtocols: ['h2'], minVersion: 'TLSv1.3', ca: fs.readFileSync(standard.cert) });
  const first = client();
  const ticket = await soon('a ticket', new Promise((resolve, reject) => { first.once('session', resolve); first.once('error', reject); first.resume(); }));
  first.destroy();
  const at = (name) => path.join(state, name);
  // Debian's Node 18 puts a label of its own before the session.
  fs.writeFileSync(at('session.der'), ticket.subarray(ticket.indexOf(Buffer.from([0x30, 0x82]))));
  const read = await run('openssl', ['sess_id', '-inform', 'DER', '-in', at('session.der'), '-text', '-out', at('session.txt')]);
  assert.equal(read.code, 0, read.stderr);
  assert.match(fs.readFileSync(at('session.txt'), 'utf8'), /Max Early Data: 0/);
  await run('openssl', ['sess_id', '-inform', 'DER', '-in', at('session.der'), '-outform', 'PEM', '-out', at('session.pem')]);
  fs.writeFileSync(at('early'), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const again = await run('openssl', ['s_client', '-connect', `127.0.0.1:${herald.port}`, '-servername', 'localhost', '-alpn', 'h2', '-tls1_3', '-CAfile', standard.cert, '-sess_in', at('session.pem'), '-early_data', at('early')]);
  assert.match(again.stdout, /Reused, TLSv1.3/);
  assert.match(again.stdout, /Early data was not sent/);
});

// A CA in a folder of its own, which signs certificates and says of them what `openssl ocsp` says.
class Authority {
  #serial = 4096;

  constructor(state) {
    this.folder = state;
    this.ca = certificate(state, 'ca', 'DNS:ca.test');
  }

  at(name) { return path.join(this.folder, name); }

  async openssl(...args) {
    const { code, stdout, stderr } = await run('openssl', args, { cwd: this.folder });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  async sign(name, names) {
    const serial = this.#serial += 1;
    await this.openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    fs.writeFileSync(this.at(`${name}.ext`), `subjectAltName=${names}\n`);
    await this.openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(serial), '-days', '7', '-extfile', `${name}.ext`, '-out', `${name}.crt`);
    return { cert: this.at(`${name}.crt`), key: this.at(`${name}.key`), serial };
  }

  // The response to a question about `pair`, in DER.
  async respond(pair, file, { revoked = false } = {}) {
    const serial = pair.serial.toString(16).toUpperCase();
    fs.writeFileSync(this.at('index.txt'), `${revoked ? 'R' : 'V'}\t401231235959Z\t${revoked ? '200101000000Z' : ''}\t${serial}\tunknown\t/CN=x\n`);
    await this.openssl('ocsp', '-index', 'index.txt', '-rsigner', 'ca.crt', '-rkey', 'ca.key', '-CA', 'ca.crt', '-issuer', 'ca.crt', '-cert', pair.cert, '-no_nonce', '-noverify', '-ndays', '7', '-respout', file);
  }
}

// The response with the time of its next update in the past: what becomes of a file that nobody fetches anew.
function age(file) {
  const der = fs.readFileSync(file);
  const next = der.indexOf(Buffer.from([0xa0, 0x11, 0x18, 0x0f]));
  assert.notEqual(next, -1);
  der.write('20200101000000Z', next + 4, 'latin1');
  fs.writeFileSync(file, der);
}

async function serveStapled(t) {
  const state = folder(t, { 'site/index.html': 'hello' });
  const authority = new Authority(state);
  const standard = await authority.sign('site', 'DNS:localhost,IP:127.0.0.1');
  const other = await authority.sign('other', 'DNS:other.test');
  await authority.respond(standard, 'site.ocsp');
  await authority.respond(other, 'other.ocsp');
  const config = path.join(state, 'herald.toml');
  fs.writeFileSync(config, '[serve]\nocsp = "site.ocsp"\n[[serve.certificate]]\ncert = "other.crt"\nkey = "other.key"\nocsp = "other.ocsp"\n');
  const herald = new Herald({ root: path.join(state, 'site'), args: ['--config', config], ...standard });
  t.after(() => herald.end());
  await herald.start();
  return { herald, authority, state, standard, other };
}
async function status(herald, authority, servername, ...options) {
  const seen = await run('openssl', ['s_client', '-connect', `127.0.0.1:${herald.port}`, '-servername', servername, '-alpn', 'h2', '-CAfile', authority.at('ca.crt'), '-status', ...options]);
  assert.equal(seen.code, 0, seen.stderr);
  return seen.stdout;
}
const serialIn = (text) => Number.parseInt(/Serial Number: ([0-9A-F]+)/.exec(text)?.[1], 16);

test('the OCSP response of the chosen certificate is shown to a client that asks', { skip }, async (t) => {
  const { herald, authority, standard, other } = await serveStapled(t);
  for (const version of ['-tls1_3', '-tls1_2']) {
    const one = await status(herald, authority, 'localhost', version);
    assert.match(one, /OCSP Response Status: successful[^]*Cert Status: good/);
    assert.equal(serialIn(one), standard.serial);
    assert.equal(serialIn(await status(herald, authority, 'other.test', version)), other.serial);
  }
  const received = await soon('the response', new Promise((resolve, reject) => {
    const socket = tls.connect({ port: herald.port, host: '127.0.0.1', servername: 'localhost', ALPNProtocols: ['h2'], requestOCSP: true, ca: fs.readFileSync(authority.ca.cert) });
    socket.once('OCSPResponse', (der) => { resolve(der); socket.destroy(); });
    socket.once('error', reject);
  }));
  assert.deepEqual(received, fs.readFileSync(authority.at('site.ocsp')));
});

test('SIGHUP reads OCSP responses anew, and an old one is not shown', { skip }, async (t) => {
  const { herald, authority, standard } = await serveStapled(t);
  age(authority.at('site.ocsp'));
  herald.signal('SIGHUP');
  await until('the log says so', () => /the OCSP response in \S+site\.ocsp is out of date and not shown/.test(herald.stderr));
  assert.match(await status(herald, authority, 'localhost'), /OCSP response: no response sent/);
  await authority.respond(standard, 'site.ocsp');
  herald.signal('SIGHUP');
  await until('the new one is shown', async () => /Cert Status: good/.test(await status(herald, authority, 'localhost')));
});

test('an OCSP response that is none, is another\'s, or says revoked refuses the reload in one sentence', { skip }, async (t) => {
  const { herald, authority, standard, state } = await serveStapled(t);
  const complaints = [
    [() => fs.writeFileSync(authority.at('site.ocsp'), 'rubbish'), /site\.ocsp holds no answer of an OCSP responder in DER form/],
    [() => fs.copyFileSync(authority.at('other.ocsp'), authority.at('site.ocsp')), /the OCSP response in \S+site\.ocsp is not about the certificate in \S+site\.crt: fetch it anew/],
    [() => authority.respond(standard, 'site.ocsp', { revoked: true }), /the certificate in \S+site\.crt is revoked, says the OCSP response \S+site\.ocsp: renew it/],
    [() => fs.rmSync(authority.at('site.ocsp')), /cannot read the OCSP response \S+site\.ocsp: No such file or directory/],
  ];
  for (const [spoil, sentence] of complaints) {
    await spoil();
    herald.signal('SIGHUP');
    await until(`the reload is refused: ${sentence}`, () => sentence.test(herald.stderr));
    assert.match(await status(herald, authority, 'localhost'), /Cert Status: good/, 'the old one stays');
    const check = await run(program, ['check', path.join(state, 'site'), '--config', path.join(state, 'herald.toml'), '--cert', standard.cert, '--key', standard.key]);
    assert.equal(check.code, 1);
    assert.match(check.stderr, sentence);
  }
});
