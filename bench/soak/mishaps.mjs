// What befalls a soak: reloads, clients that are cut off, files that are replaced, kills of the app server and of the store, and
// graceful restarts; each by the clock, and noted with its time for the pictures.
import { open } from './client.mjs';
import { sleep, versions, writeVersion } from './stage.mjs';

export class Mishaps {
  noted = [];  // { at, what }, seconds
  #timers = [];
  #underWay = new Set();
  #began = performance.now();

  // `seconds`: how long the soak is. Restarts come in the middle third, so that a process has a long time before and after them.
  constructor(stage, account, seconds) {
    this.stage = stage;
    this.account = account;
    const middle = [0.4, 0.5, 0.6].map((part) => part * seconds);
    this.#every(15, 'reload', (n) => { stage.configure(n); stage.signal('SIGHUP'); });
    this.#every(3, 'cut', () => { for (const session of pick([...open], 5)) session.cut(); });
    this.#every(7, 'replace', (n) => { for (const name of Object.keys(versions)) writeVersion(stage.root, name, n); });
    this.#every(Math.min(40, seconds / 4), 'app server killed', () => stage.kill('upstream', 1500, 3000));
    this.#at([0.2 * seconds, 0.8 * seconds], 'store killed', () => stage.kill('store', 1000, 8000));
    this.#at([0.1 * seconds, 0.9 * seconds], 'storm of reloads', async () => {
      for (let i = 0; i < 20; ++i) { stage.signal('SIGHUP'); await sleep(20); }
    });
    this.#at(middle, 'restart', async () => {
      stage.draining = true;
      await stage.takeOver();
      await sleep(5000);
      stage.draining = false;
    });
  }

  async stop() {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.allSettled([...this.#underWay]);
  }

  #every(seconds, what, act) {
    let n = 0;
    this.#timers.push(setInterval(() => this.#do(what, () => act(n += 1)), seconds * 1000));
  }
  #at(times, what, act) {
    for (const time of times) this.#timers.push(setTimeout(() => this.#do(what, act), time * 1000));
  }
  #do(what, act) {
    this.noted.push({ at: (performance.now() - this.#began) / 1000, what });
    this.account.count(what);
    const done = Promise.resolve().then(act).catch((error) => this.account.fault(`${what}: ${error.message}`)).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

function pick(all, count) {
  const picked = [];
  while (picked.length < count && all.length > 0) picked.push(...all.splice(Math.floor(Math.random() * all.length), 1));
  return picked;
}
