// Publishers and readers of a soak, and the account of every event: a publisher numbers its events and goes on to the next when one
// is acknowledged; a reader, by event stream or long poll, must see every number once and in order, however often it is cut off.
import crypto from 'node:crypto';

import { connect, exchange, Gone, usable } from './client.mjs';
import { sleep } from './stage.mjs';

// One topic of one publisher.
export class Publisher {
  published = 0;  // the number of the last that was acknowledged
  #on = true;
  constructor(stage, account, topic, pause) {
    this.topic = topic;
    this.done = this.#run(stage, account, pause);
  }
  stop() { this.#on = false; return this.done; }

  async #run(stage, account, pause) {
    let session = null;
    while (this.#on) {
      const key = crypto.randomUUID();
      const body = JSON.stringify({ topic: this.topic, message: { n: this.published + 1, filling: 'x'.repeat(100) } });
      for (let told = false; !told;) {
        try {
          if (!usable(session)) session = await connect(stage);
          const { status } = await exchange(session, { ':path': '/send', ':method': 'POST', 'content-type': 'application/json', 'idempotency-key': key }, { body });
          if (status === 200) told = true;
          else if (!stage.excused('store')) { account.fault(`publishing: status ${status}`); }
        } catch (error) {
          if (!(error instanceof Gone) && !stage.excused('store')) account.fault(`publishing: ${error.message}`);
        }
        if (!told) { account.count('published again'); await sleep(100); }
      }
      this.published += 1;
      account.count('published');
      await sleep(pause);
    }
    session?.leave();
  }
}

// What a reader has seen of its topic.
class Sequence {
  last = 0;
  constructor(account, topic, how) { Object.assign(this, { account, topic, how }); }
  take(n) {
    if (this.last > 0 && n !== this.last + 1) {
      this.account.fault(n > this.last ? `${this.how}: ${n - this.last - 1} events of ${this.topic} are missing` : `${this.how}: an event came twice`);
    }
    this.last = n;
    this.account.count(`events by ${this.how}`);
  }
}

// A reader that has an id for as long as the soak lasts, through one stream after another.
export class StreamReader {
  #on = true;
  #cancel = () => {};
  constructor(stage, account, topic, lend) {
    this.sequence = new Sequence(account, topic, 'stream');
    this.done = this.#run(stage, account, topic, lend);
  }
  stop() { this.#on = false; this.#cancel(); return this.done; }

  async #run(stage, account, topic, lend) {
    let lastId = '';
    let retry = 500;
    while (this.#on) {
      try {
        const session = await lend();
        ({ lastId, retry } = await this.#listen(session, topic, lastId, retry, account));
      } catch (error) {
        if (!(error instanceof Gone)) account.fault(`streams: ${error.message}`);
      }
      account.count('streams');
      if (this.#on) await sleep(Math.min(retry, 2000) * Math.random());
    }
  }

  // One stream, for 5 to 40 s or until it ends.
  #listen(session, topic, lastId, retry, account) {
    return new Promise((resolve) => {
      const stream = session.request({ ':path': `/events?topic=${topic}`, accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) });
      const timer = setTimeout(() => stream.close(8), 5000 + Math.random() * 35000);
      this.#cancel = () => stream.close(8);
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('response', (headers) => { if (headers[':status'] !== 200) account.fault(`streams: status ${headers[':status']}`); });
      stream.on('data', (text) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split('\n').filter((line) => !line.startsWith(':')).map((line) => line.split(/: ?(.*)/s, 2)));
          if (fields.id !== undefined) lastId = fields.id;
          if (fields.retry !== undefined) retry = Number(fields.retry);
          if (fields.event === 'herald.gap') account.fault(`streams: told of a gap (${fields.data})`);
          else if (fields.data) this.sequence.take(JSON.parse(fields.data).n);
        }
      });
      stream.on('error', () => {});
      stream.on('close', () => {
        clearTimeout(timer);
        // 8 is what we close it with; of a connection that is over connect() has told.
        if (![0, 8].includes(stream.rstCode) && usable(session)) account.fault(`streams: closed with ${stream.rstCode}`);
        resolve({ lastId, retry });
      });
    });
  }
}

export class PollReader {
  #on = true;
  constructor(stage, account, topic) {
    this.sequence = new Sequence(account, topic, 'poll');
    this.done = this.#run(stage, account, topic);
  }
  stop() { this.#on = false; return this.done; }

  async #run(stage, account, topic) {
    let session = null;
    let cursor = '';
    let polls = 0;
    while (this.#on) {
      try {
        if (!usable(session) || ++polls % 50 === 0) { session?.leave(); session = await connect(stage); }
        const { status, body } = await exchange(session, { ':path': `/poll?topic=${topic}&timeout=3&after=${cursor}` });
        if (status !== 200) {
          // A process that drains sends polls away (503, retry-after); its successor has the answer.
          if (status === 503 && stage.draining) account.count('polls sent away');
          else account.fault(`polls: status ${status}`);
          await sleep(200);
          continue;
        }
        const answer = JSON.parse(body);
        if (answer.gap && cursor) account.fault(`polls: told of a gap (${JSON.stringify(answer.gap)})`);
        cursor = answer.cursor;
        for (const message of answer.messages) this.sequence.take((typeof message === 'string' ? JSON.parse(message) : message).n);
        account.count('polls');
      } catch (error) {
        if (!(error instanceof Gone)) account.fault(`polls: ${error.message}`);
        await sleep(200);
      }
    }
    session?.leave();
  }
}

// Connections that readers share, five to one.
export function lender(stage) {
  const sessions = new Map();  // promise of a session -> streams given on it
  return async () => {
    for (const [promise, given] of sessions) {
      const session = await promise.catch(() => null);
      if (!usable(session)) sessions.delete(promise);
      else if (given < 5) { sessions.set(promise, given + 1); return session; }
      else { sessions.delete(promise); }
    }
    const promise = connect(stage);
    sessions.set(promise, 1);
    promise.catch(() => sessions.delete(promise));
    return promise;
  };
}
