// The count of losses and repeats that the demo shows for its feeds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { demo } from '../support/herald.mjs';

// As a browser takes it: a module, whatever its name says to Node.
const { Ledger } = await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(path.join(demo, 'js/ledger.js'), 'utf8'))}`);
const after = (...notes) => {
  const ledger = new Ledger();
  for (const [sender, number] of notes) ledger.note(sender, number);
  return [ledger.lost, ledger.twice];
};

test('numbers in order are neither lost nor twice, wherever they begin', () => {
  assert.deepEqual(after(['a', 7], ['a', 8], ['a', 9]), [0, 0]);
});

test('a hole is a loss until its number comes late', () => {
  assert.deepEqual(after(['a', 1], ['a', 4]), [2, 0]);
  assert.deepEqual(after(['a', 1], ['a', 4], ['a', 3]), [1, 0]);
  assert.deepEqual(after(['a', 1], ['a', 4], ['a', 3], ['a', 2]), [0, 0]);
});

test('a number that has come already is counted as twice', () => {
  assert.deepEqual(after(['a', 1], ['a', 2], ['a', 2], ['a', 1]), [0, 2]);
  assert.deepEqual(after(['a', 1], ['a', 3], ['a', 2], ['a', 2]), [0, 1]);
});

test('each sender is counted by itself', () => {
  assert.deepEqual(after(['a', 1], ['b', 10], ['a', 2], ['b', 11]), [0, 0]);
});

test('a jump of millions costs no memory and is a loss all the same', () => {
  assert.deepEqual(after(['a', 1], ['a', 50002]), [50000, 0]);
});
