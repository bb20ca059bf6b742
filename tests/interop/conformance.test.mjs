// Every case of tests/conformance against the whole program, one test for each RFC and section.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runCase } from '../conformance/case.mjs';
import { cases } from '../conformance/cases.mjs';
import { startTarget } from '../conformance/targets.mjs';
import { lacks } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl'] });
let herald;
before(async () => { if (!skip) herald = await startTarget('herald'); });
after(async () => herald?.stop());

const sections = Map.groupBy ? Map.groupBy(cases, (each) => `${each.rfc} section ${each.section}`) : cases.reduce((all, each) => {
  const key = `${each.rfc} section ${each.section}`;
  return all.set(key, [...(all.get(key) ?? []), each]);
}, new Map());

const broken = (found) => found.map(({ each, verdict, saw }) => `${each.text}: expected ${each.expect.says}, came ${saw} (${verdict})`);

for (const [section, list] of sections) {
  test(`RFC ${section} holds`, { skip, timeout: 60000 }, async () => {
    const found = await Promise.all(list.map(async (each) => ({ each, ...await runCase(each, herald) })));
    assert.deepEqual(broken(found.filter(({ verdict }) => verdict !== 'right' && verdict !== 'allowed')), []);
  });
}

test('the server has not ended by itself, and no sanitizer has complained', { skip, timeout: 30000 }, async () => {
  assert.equal(await herald.stop(), '');
});
