// Subscribers by the thousand: each follows one topic as EventSource does, comes back with the id it had when its stream ends, on a
// connection that takes it, and remembers what it was told.
import fs from 'node:fs';
import http2 from 'node:http2';

const streams_of_one = 100;

class Subscriber {
  numbers = [];
  gaps = 0;
  refused = [];
  lastId = '';
  open = false;
  #crowd;
  #rest = '';
  #retry = 1000;

  constructor(crowd) { this.#crowd = crowd; }

  subscribe() {
    if (this.#crowd.over) return;
    const stream = this.#crowd.stream({ ':path': this.#crowd.target, ...(this.lastId && { 'last-event-id': this.lastId }) });
    stream.setEncoding('utf8');
    stream.on('response', (fields) => {
      if (fields[':status'] === 200) this.open = true; else this.refused.push(fields[':status']);
    });
    stream.on('data', (text) => this.#take(text));
    stream.on('error', (error) => { if (!this.#crowd.over && !/REFUSED_STREAM/.test(error.message)) this.refused.push(error.message); });
    stream.on('close', () => {
      this.open = false;
      this.#rest = '';
      setTimeout(() => this.subscribe(), this.#retry).unref();
    });
  }

  #take(text) {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      this.lastId = field('id') ?? this.lastId;
      this.#retry = Number(field('retry') ?? this.#retry);
      if (field('event') === 'herald.gap') this.gaps += 1;
      else if (field('data') !== undefined) this.numbers.push(Number(field('data')));
    }
  }
}

export class Crowd {
  over = false;
  #sessions = new Set();
  #room = [];  // sessions that take more streams, with how many they have
  #herald;

  constructor(t, herald, target, size) {
    this.#herald = herald;
    this.target = target;
    this.subscribers = Array.from({ length: size }, () => new Subscriber(this));
    t.after(() => { this.over = true; for (const session of this.#sessions) session.destroy(); });
    for (const each of this.subscribers) each.subscribe();
  }

  get open() { return this.subscribers.filter((each) => each.open).length; }

  stream(fields) {
    this.#room = this.#room.filter(({ session, used }) => used < streams_of_one && !session.closed && !session.destroyed);
    if (!this.#room.length) this.#room.push({ session: this.#session(), used: 0 });
    this.#room[0].used += 1;
    return this.#room[0].session.request(fields);
  }

  #session() {
    const session = http2.connect(this.#herald.origin, { ca: fs.readFileSync(this.#herald.cert), servername: 'localhost' });
    session.setMaxListeners(0);
    this.#sessions.add(session);
    session.on('error', () => {});
    session.on('goaway', () => { this.#room = this.#room.filter((each) => each.session !== session); });
    session.on('close', () => this.#sessions.delete(session));
    return session;
  }
}

// Asks again and again, one request after the other, on a new connection whenever the old one is told to go: what it has refused was not
// begun, and is asked again (RFC 9113 section 8.7), as browsers do.
class Asker {
  failures = [];
  #on = true;
  #session = null;
  #herald;
  #done;

  constructor(t, herald, every) {
    this.#herald = herald;
    t.after(() => { this.#on = false; this.#session?.destroy(); });
    this.#done = new Promise((resolve) => { setImmediate(() => resolve(this.#run(every))); });
  }

  // What failed.
  async stop() {
    this.#on = false;
    await this.#done;
    return this.failures;
  }

  async #run(every) {
    while (this.#on) {
      const said = await this.#send(this.next()).catch((error) => error.message);
      if (/REFUSED_STREAM/.test(said)) { this.#session = null; continue; }
      if (said === 200) this.succeeded(); else this.failures.push(said);
      await new Promise((resolve) => { setTimeout(resolve, every); });
    }
  }

  #send({ body, ...fields }) {
    if (!this.#session || this.#session.closed || this.#session.destroyed) this.#session = this.#connect();
    const stream = this.#session.request(fields, { endStream: body === undefined });
    return new Promise((resolve, reject) => {
      let status;
      stream.on('response', (answer) => { status = answer[':status']; });
      stream.on('end', () => resolve(status));
      stream.on('error', reject);
      stream.on('close', () => reject(new Error('closed without an answer')));
      stream.resume();
      if (body !== undefined) stream.end(body);
    });
  }

  #connect() {
    const session = http2.connect(this.#herald.origin, { ca: fs.readFileSync(this.#herald.cert), servername: 'localhost' });
    session.on('error', () => {});
    session.on('goaway', () => { if (this.#session === session) this.#session = null; });
    return session;
  }
}

// Publishes 1, 2, 3, ... to a topic.
export class Ticker extends Asker {
  published = 0;
  #topic;

  constructor(t, herald, topic, every) {
    super(t, herald, every);
    this.#topic = topic;
  }

  next() {
    return { ':method': 'POST', ':path': '/send', 'content-type': 'application/json', body: JSON.stringify({ topic: this.#topic, message: this.published + 1 }) };
  }
  succeeded() { this.published += 1; }
}

// Fetches the first page.
export class Pages extends Asker {
  served = 0;

  constructor(t, herald, every = 5) { super(t, herald, every); }

  next() { return { ':path': '/' }; }
  succeeded() { this.served += 1; }
}
