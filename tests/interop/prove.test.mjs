// `herald prove` in a short form: nodes and stores to which bad things happen, and no event lost without a word. The long form is
// bench/prove.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacks, program, run } from '../support/herald.mjs';

const skip = lacks();
const withoutRedis = lacks({ programs: ['redis-server'] });
const seed = String(process.env.HERALD_SEED ?? 1);

async function prove(...args) {
  const proof = await run(program, ['prove', '--seed', seed, '--publishers', '3', '--streams', '6', '--polls', '3', '--mercure', '2', ...args], { within: 100000 });
  assert.equal(proof.code, 0, `${proof.stdout}\n${proof.stderr}`);
  const figure = (pattern) => Number(pattern.exec(proof.stdout)?.[1]);
  return { ...proof, acknowledged: figure(/acknowledged (\d+)/), epochs: figure(/epochs (\d+)/) };
}
const mishaps = (...names) => names.flatMap((name) => ['--mishap', name]);

test('events in memory reach all who move about', { skip, timeout: 120000 }, async () => {
  const proof = await prove('--time', '3');
  assert.ok(proof.acknowledged > 50);
  assert.equal(proof.epochs, 1);
});

test('a node that is killed and restarted loses nothing of a file, and keeps its epoch', { skip, timeout: 120000 }, async () => {
  const proof = await prove('--store', 'sqlite', '--time', '6', ...mishaps('kill', 'restart', 'stop'));
  assert.equal(proof.epochs, 1);
});

test('readers that stall and fall off what is kept are told so, exactly', { skip, timeout: 120000 }, async () => {
  const proof = await prove('--stalling', '4', '--history', '50', '--pause', '2', '--time', '8');
  assert.equal(proof.epochs, 1);
  assert.match(proof.stdout, /^stalling +4 +\d+ +\d+ +[1-9]/m, 'some were told of a gap');
});

test('partitions, of nodes from their clients and from the store', { skip: withoutRedis, timeout: 120000 }, async () => {
  const proof = await prove('--nodes', '3', '--store', 'redis', '--time', '8', ...mishaps('partition', 'store-partition'));
  assert.equal(proof.epochs, 1);
});

test('three nodes over Redis, killed and stopped, and a store that cuts and stops', { skip: withoutRedis, timeout: 120000 }, async () => {
  const proof = await prove('--nodes', '3', '--store', 'redis', '--time', '8', ...mishaps('kill', 'stop', 'store-cut', 'store-stop'));
  assert.equal(proof.epochs, 1);
});

test('a Redis that loses all it had, or its tail, is a gap to every reader', { skip: withoutRedis, timeout: 120000 }, async () => {
  const proof = await prove('--nodes', '2', '--store', 'redis', '--time', '6', ...mishaps('store-flush', 'store-kill'));
  assert.ok(proof.epochs > 1);
});

test('a copy that takes over', { skip: withoutRedis, timeout: 120000 }, async () => {
  await prove('--nodes', '2', '--store', 'redis-with-copy', '--time', '6', ...mishaps('fail-over'));
});

test('what cannot be proved is a usage error', { skip, timeout: 30000 }, async () => {
  const several = await run(program, ['prove', '--nodes', '3']);
  assert.equal(several.code, 2);
  assert.match(several.stderr, /several nodes need a store that they share/);
  const far = await run(program, ['prove', 'https://127.0.0.1:1', '--mishap', 'kill']);
  assert.equal(far.code, 2);
});
