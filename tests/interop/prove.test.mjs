// `herald prove` in a short form: nodes and stores to which bad things happen, and no event lost without a word. The long form is
// bench/prove.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, lacks, program, run, serve } from '../support/herald.mjs';

const skip = lacks();
const withoutRedis = lacks({ programs: ['redis-server'] });
const seed = String(process.env.HERALD_SEED ?? 1);

async function judged(...args) {
  const proof = await run(program, ['prove', '--seed', seed, '--publishers', '3', '--streams', '6', '--polls', '3', '--mercure', '2', ...args], { within: 100000 });
  const figure = (pattern) => Number(pattern.exec(proof.stdout)?.[1]);
  const rows = [...proof.stdout.matchAll(/^(\w+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$/gm)];
  const sum = (column) => rows.reduce((all, row) => all + Number(row[column]), 0);
  return { ...proof, acknowledged: figure(/acknowledged (\d+)/), twice: figure(/twice (\d+)/), epochs: figure(/epochs (\d+)/), events: sum(4), gaps: sum(5) };
}
async function prove(...args) {
  const proof = await judged(...args);
  assert.equal(proof.code, 0, `${proof.stdout}\n${proof.stderr}`);
  assert.equal(proof.twice, 0);
  return proof;
}
// By a store that keeps all that it has acknowledged, and with nobody who falls behind.
async function proveWithoutGaps(...args) {
  const proof = await prove(...args);
  assert.equal(proof.epochs, 1);
  assert.equal(proof.gaps, 0, proof.stdout);
  return proof;
}
const mishaps = (...names) => names.flatMap((name) => ['--mishap', name]);
const site = (t, files = {}) => folder(t, { 'index.html': 'x', ...files });

test('events in memory reach all who move about', { skip, timeout: 120000 }, async () => {
  const proof = await proveWithoutGaps('--time', '3');
  assert.ok(proof.acknowledged > 50);
});

test('a node in memory that is killed begins anew, which is a gap to every reader', { skip, timeout: 120000 }, async () => {
  const proof = await prove('--time', '4', ...mishaps('kill'));
  assert.ok(proof.epochs > 1);
  assert.ok(proof.gaps > 0);
});

test('a node that is killed and restarted loses nothing of a file, and keeps its epoch', { skip, timeout: 120000 }, async () => {
  await proveWithoutGaps('--store', 'sqlite', '--time', '6', ...mishaps('kill', 'restart', 'stop'));
});

test('readers that stall and fall off what is kept are told so, exactly', { skip, timeout: 120000 }, async () => {
  const proof = await prove('--stalling', '4', '--history', '50', '--pause', '2', '--time', '8');
  assert.equal(proof.epochs, 1);
  assert.match(proof.stdout, /^stalling +4 +\d+ +\d+ +[1-9]/m, 'some were told of a gap');
});

test('partitions, of nodes from their clients and from the store', { skip: withoutRedis, timeout: 120000 }, async () => {
  await proveWithoutGaps('--nodes', '3', '--store', 'redis', '--time', '8', ...mishaps('partition', 'store-partition'));
});

test('three nodes over Redis, killed and stopped, and a store that cuts and stops', { skip: withoutRedis, timeout: 120000 }, async () => {
  await proveWithoutGaps('--nodes', '3', '--store', 'redis', '--time', '8', ...mishaps('kill', 'stop', 'store-cut', 'store-stop'));
});

test('a Redis that loses all it had, or its tail, is a gap to every reader', { skip: withoutRedis, timeout: 120000 }, async () => {
  const proof = await prove('--nodes', '2', '--store', 'redis', '--time', '6', ...mishaps('store-flush', 'store-kill'));
  assert.ok(proof.epochs > 1);
  assert.ok(proof.gaps > 0);
});

test('a copy that takes over', { skip: withoutRedis, timeout: 120000 }, async () => {
  await prove('--nodes', '2', '--store', 'redis-with-copy', '--time', '6', ...mishaps('fail-over'));
});

test('a second proof with the same nodes proves as much as the first', { skip, timeout: 120000 }, async (t) => {
  const herald = await serve(t, site(t), '--dev', '--workers', '2');
  const first = await proveWithoutGaps(herald.origin, '--insecure', '--time', '2');
  const second = await proveWithoutGaps(herald.origin, '--insecure', '--time', '2');
  for (const proof of [first, second]) assert.ok(proof.events > proof.acknowledged, proof.stdout);
});

test('two proofs with the same nodes at once do not judge each other\'s events', { skip, timeout: 120000 }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const proofs = await Promise.all(['1', '4'].map((seconds) => proveWithoutGaps(herald.origin, '--insecure', '--time', seconds)));
  for (const proof of proofs) assert.ok(proof.events > proof.acknowledged, proof.stdout);
});

test('nodes that nobody can reach prove nothing', { skip, timeout: 60000 }, async () => {
  const proof = await judged('https://127.0.0.1:1', '--insecure', '--time', '1', '--patience', '1');
  assert.equal(proof.code, 1);
  assert.match(proof.stdout, /^no event was acknowledged$/m);
  assert.match(proof.stdout, /^publisher \S+-p0 \(Couldn't connect to server\): its last events were not acknowledged$/m);
  assert.match(proof.stdout, /^streams 1 was never given an id \(Couldn't connect to server\)$/m);
  assert.match(proof.stdout, /^the nodes must be there, with certificates that are trusted \(or --insecure\), and --token must let publish to and read t0 to t3$/m);
  assert.match(proof.stderr, /not everybody came to the end/);
});

test('a token that may publish and not subscribe proves nothing', { skip, timeout: 60000 }, async (t) => {
  const secret = path.join(folder(t), 'secret');
  fs.writeFileSync(secret, 'x'.repeat(64));
  const config = path.join(folder(t, { 'herald.toml': '[events]\nanonymous = false\n' }), 'herald.toml');
  const herald = await serve(t, site(t), '--config', config, '--key-file', secret);
  const token = async (...rights) => (await run(program, ['token', '--key-file', secret, ...rights])).stdout.trim();
  const proof = await judged(herald.origin, '--insecure', '--time', '1', '--patience', '1', '--token', await token('--publish', '*'));
  assert.equal(proof.code, 1);
  assert.ok(proof.acknowledged > 0);
  assert.match(proof.stdout, /^streams 1 was never given an id \(403 The token.* does not grant the topic "t\d"\.\)$/m);
  assert.match(proof.stdout, /^polls: no event was given to any of 3$/m);
  await proveWithoutGaps(herald.origin, '--insecure', '--time', '1', '--token', await token('--publish', '*', '--subscribe', '*'));
});

test('a node that takes no publications any more proves nothing, whatever it took before', { skip, timeout: 60000 }, async (t) => {
  const herald = await serve(t, site(t), '--dev');
  const proof = judged(herald.origin, '--insecure', '--time', '2', '--patience', '1');
  setTimeout(() => herald.signal('SIGSTOP'), 1500);
  const { code, stdout, acknowledged } = await proof;
  herald.signal('SIGCONT');
  assert.equal(code, 1, stdout);
  assert.ok(acknowledged > 0);
  assert.match(stdout, /^publisher \S+-p0 \(.*\): its last events were not acknowledged$/m);
});

test('what cannot be proved is a usage error', { skip, timeout: 30000 }, async () => {
  const several = await run(program, ['prove', '--nodes', '3']);
  assert.equal(several.code, 2);
  assert.match(several.stderr, /several nodes need a store that they share/);
  const far = await run(program, ['prove', 'https://127.0.0.1:1', '--mishap', 'kill']);
  assert.equal(far.code, 2);
});
