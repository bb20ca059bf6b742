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

// What may be the error of one stream or of the connection (RFC 9113 section 5.4.1), and is the connection's here: no working client sends these.
const harder = new Map([
  ['DATA larger than SETTINGS_MAX_FRAME_SIZE', 'FRAME_SIZE_ERROR'],
  ['PRIORITY of 4 bytes', 'FRAME_SIZE_ERROR'],
  ['DATA on a half-closed (remote) stream', 'STREAM_CLOSED'],
  ['HEADERS on a half-closed (remote) stream', 'STREAM_CLOSED'],
  ['DATA on a stream that the client has reset', 'STREAM_CLOSED'],
  ['HEADERS on a stream that the client has reset', 'STREAM_CLOSED'],
]);
const asExpected = ({ each, verdict, saw }) => (harder.has(each.text) ? verdict === 'allowed' && saw.includes(`GOAWAY ${harder.get(each.text)}`) : verdict === 'right');
const broken = (found) => found.map(({ each, verdict, saw }) => `${each.text}: expected ${each.expect.says}, came ${saw} (${verdict})`);

for (const [section, list] of sections) {
  test(`RFC ${section} holds`, { skip, timeout: 60000 }, async () => {
    const found = await Promise.all(list.map(async (each) => ({ each, ...await runCase(each, herald) })));
    assert.deepEqual(broken(found.filter((one) => !asExpected(one))), []);
  });
}

test('the server has not ended by itself, and no sanitizer has complained', { skip, timeout: 30000 }, async () => {
  assert.equal(await herald.stop(), '');
});
