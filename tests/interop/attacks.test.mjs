// Every attack of tests/attacks in a short form: the attacker gets what it should, the reason is in the log, memory and processor time
// stay bounded, and a client beside it is served.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { runAttack } from '../attacks/attack.mjs';
import { attacks } from '../attacks/attacks.mjs';
import { usage } from '../attacks/measure.mjs';
import { headers, request, Wire } from '../conformance/wire.mjs';
import { startTarget } from '../conformance/targets.mjs';
import { lacks, sanitized, until } from '../support/herald.mjs';

const skip = lacks({ programs: ['openssl', 'getconf'] });
const running = new Map();  // one server for all attacks that want the same configuration
after(async () => { for (const herald of running.values()) await (await herald).stop(); });

function serverFor({ config, args }) {
  const key = JSON.stringify([config, args]);
  if (!running.has(key)) running.set(key, startTarget('herald', { config, args: ['--workers', '1', ...args] }));
  return running.get(key);
}

async function page(herald) {
  const wire = await Wire.open(herald);
  wire.send(headers(1, request(herald)));
  await wire.until(() => wire.stream(1).ended || wire.over, '', 4000);
  wire.destroy();
  return wire.status(1);
}

for (const each of attacks.values()) {
  test(`${each.name}: ${each.says}`, { skip, timeout: 60000 }, async () => {
    const herald = await serverFor(each);
    herald.log = '';
    const before = usage(herald.pid);
    // The limits for one address are what these use up: nobody else from there is served meanwhile.
    const alone = each.config.includes('per_address');
    // Of what the server has to end the number is the bound; what it only has to bear would go on for long.
    const ends = each.log || each.seconds > 0;
    let most = before.memory;
    const watch = setInterval(() => { most = Math.max(most, usage(herald.pid).memory); }, 50);
    // A client beside it asks when the attack has begun, and the attack goes on until that is answered.
    let [begun, over, served, rounds] = [false, false, alone, 0];
    const beside = (async () => {
      while (!over && !served) {
        if (begun && await page(herald).catch(() => 0) === 200) served = !over;
        else await pause(5);
      }
    })();
    // Of many complaints in one second the log has the last alone, which may be of the attack before.
    const told = () => !each.log || each.log.test(herald.log);
    try {
      for (const end = performance.now() + 20000; rounds === 0 || (!(served && told()) && performance.now() < end); rounds += 1) {
        const account = await runAttack(each, herald, { count: each.short, seconds: ends ? 20 : 1.2, rounds: 1, patience: 8000, began: () => { begun = true; } });
        assert.equal(each.expect(account), '', JSON.stringify(account));
        for (let i = 0; i < 20 && !told(); i += 1) await pause(100);
      }
    } finally {
      over = true;
      clearInterval(watch);
      await beside;
    }
    assert.ok(served, `no client was served while the attack went on, ${rounds} times`);
    assert.equal(await until('a client after the attack is served', () => page(herald).catch(() => 0), { within: 5000, every: 200 }), 200);
    assert.ok(told(), `the reason is not in the log, which says: ${herald.log.slice(-500)}`);
    const after = usage(herald.pid);
    const grown = Math.max(most, after.memory) - before.memory;
    assert.ok(sanitized || grown < 64, `memory grew by ${grown.toFixed(0)} MiB`);
    // Of the processor's time, not of the clock's: 0.2 s is the most that any of them takes on a machine of 2020.
    const seconds = (after.cpu - before.cpu) / rounds;
    assert.ok(sanitized || seconds < 1, `it cost ${seconds.toFixed(2)} s of processor time, ${rounds} times`);
  });
}

test('no server that was attacked has ended by itself, and no sanitizer has complained', { skip, timeout: 30000 }, async () => {
  for (const herald of running.values()) assert.equal(await (await herald).stop(), '');
});
