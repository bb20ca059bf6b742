// HTTP/2 by hand over TLS: frames are written byte by byte and read as they come, so that a client can be as wrong as a case wants.
import tls from 'node:tls';
import { block, Decoder, HpackError } from './hpack.mjs';

export const type = { DATA: 0, HEADERS: 1, PRIORITY: 2, RST_STREAM: 3, SETTINGS: 4, PUSH_PROMISE: 5, PING: 6, GOAWAY: 7, WINDOW_UPDATE: 8, CONTINUATION: 9, PRIORITY_UPDATE: 0x10 };
export const flag = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 0x20 };
export const setting = { HEADER_TABLE_SIZE: 1, ENABLE_PUSH: 2, MAX_CONCURRENT_STREAMS: 3, INITIAL_WINDOW_SIZE: 4, MAX_FRAME_SIZE: 5, MAX_HEADER_LIST_SIZE: 6, ENABLE_CONNECT_PROTOCOL: 8, NO_RFC7540_PRIORITIES: 9 };
// RFC 9113 section 7.
export const errors = ['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM',
  'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'];
export const nameOf = (code) => errors[code] ?? `error ${code}`;
export const codeOf = (name) => errors.indexOf(name);

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const uint32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value >>> 0); return bytes; };

// `length` lies about the payload when it is given.
export function frame(kind, flags, stream, payload = Buffer.alloc(0), { length = payload.length } = {}) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}
export function settings(values = {}) {
  const entries = Array.isArray(values) ? values : Object.entries(values).map(([name, value]) => [setting[name] ?? Number(name), value]);
  return frame(type.SETTINGS, 0, 0, Buffer.concat(entries.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 255]), uint32(value)]))));
}
export const settingsAck = () => frame(type.SETTINGS, flag.ACK, 0);
export const ping = (payload = Buffer.alloc(8), flags = 0) => frame(type.PING, flags, 0, payload);
export const windowUpdate = (stream, by) => frame(type.WINDOW_UPDATE, 0, stream, uint32(by));
export const rst = (stream, code) => frame(type.RST_STREAM, 0, stream, uint32(code));
export const goaway = (last, code, debug = '') => frame(type.GOAWAY, 0, 0, Buffer.concat([uint32(last), uint32(code), Buffer.from(debug)]));
export const data = (stream, bytes = '', flags = 0) => frame(type.DATA, flags, stream, Buffer.from(bytes));
export const headers = (stream, fieldBlock, flags = flag.END_HEADERS | flag.END_STREAM) => frame(type.HEADERS, flags, stream, fieldBlock);
export const continuation = (stream, fieldBlock, flags = flag.END_HEADERS) => frame(type.CONTINUATION, flags, stream, fieldBlock);
export const priorityUpdate = (of, value, stream = 0) => frame(type.PRIORITY_UPDATE, 0, stream, Buffer.concat([uint32(of), Buffer.from(value)]));

export function connectTls({ host, port }, options = {}) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port, rejectUnauthorized: false, servername: 'localhost', ALPNProtocols: ['h2'], ...options });
    socket.once('secureConnect', () => { socket.setNoDelay(true); resolve(socket); });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed during the handshake')));
  });
}

// One connection: what has been received, and waiting for more of it.
export class Wire {
  frames = [];           // { kind, flags, stream, payload }
  streams = new Map();   // id -> { heads: [fields], bytes, ended, reset }
  goaway = null;         // { last, code, debug }
  closed = false;
  settings = null;       // the server's first
  acks = 0;              // of our SETTINGS
  fault = null;          // what the server did against the RFCs
  pongs = [];
  promises = [];         // identifiers of streams that were promised
  #rest = Buffer.alloc(0);
  #waiting = new Set();
  #open = null;          // { stream, ends, parts } inside a field block
  #pings = 0;

  constructor(socket, { autoAck = true } = {}) {
    this.socket = socket;
    this.decoder = new Decoder();
    this.autoAck = autoAck;
    socket.on('data', (bytes) => { this.#take(bytes); this.#wake(); });
    const close = () => { this.closed = true; this.#wake(); };
    socket.on('end', close);
    socket.on('close', close);
    socket.on('error', close);
  }

  // TLS, preface and SETTINGS; ready when the server has acknowledged them.
  static async open(target, { values = {}, autoAck = true, ...options } = {}) {
    const wire = new Wire(await connectTls(target, options), { autoAck });
    if (setting.HEADER_TABLE_SIZE in values) wire.decoder.allow(values[setting.HEADER_TABLE_SIZE]);
    if ('HEADER_TABLE_SIZE' in values) wire.decoder.allow(values.HEADER_TABLE_SIZE);
    wire.send(preface, settings(values));
    await wire.until(() => (wire.acks > 0 && wire.settings) || wire.over, 'the server acknowledges our SETTINGS');
    return wire;
  }

  get over() { return this.closed || this.goaway !== null; }

  send(...frames) {
    if (!this.closed) this.socket.write(Buffer.concat(frames));
    return this;
  }

  // True once `condition` holds; false after `within` ms.
  until(condition, _what, within = 3000) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.#waiting.delete(look); resolve(false); }, within);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(true);
      };
      this.#waiting.add(look);
      look();
    });
  }

  // A round trip: true when the server has answered a PING that was sent after everything else, false when it will not.
  async roundTrip(within = 3000) {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(0x70696e67);
    payload.writeUInt32BE(++this.#pings, 4);
    this.send(ping(payload));
    await this.until(() => this.closed || this.goaway?.code > 0 || this.pongs.some((pong) => pong.equals(payload)), 'PING is acknowledged', within);
    return this.pongs.some((pong) => pong.equals(payload));
  }

  stream(id) {
    if (!this.streams.has(id)) this.streams.set(id, { heads: [], bytes: 0, ended: false, reset: null });
    return this.streams.get(id);
  }
  status(id) {
    const final = this.stream(id).heads.find((fields) => !/^1/.test(fields.find(([name]) => name === ':status')?.[1] ?? '1'));
    return final ? Number(final.find(([name]) => name === ':status')[1]) : 0;
  }

  destroy() { this.socket.destroy(); }

  #wake() { for (const look of [...this.#waiting]) look(); }

  #take(bytes) {
    this.#rest = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < 9 + length) return;
      const got = { kind: this.#rest[3], flags: this.#rest[4], stream: this.#rest.readUInt32BE(5), payload: this.#rest.subarray(9, 9 + length) };
      this.#rest = this.#rest.subarray(9 + length);
      this.frames.push(got);
      this.#note(got);
    }
  }

  #note({ kind, flags, stream, payload }) {
    if (this.frames.length === 1 && kind !== type.SETTINGS) this.fault ??= 'the first frame is not SETTINGS (RFC 9113 section 3.4)';
    if (payload.length > 16384) this.fault ??= `a frame of ${payload.length} bytes, allowed are 16384 (section 4.2)`;
    if (this.#open && (kind !== type.CONTINUATION || stream !== this.#open.stream)) this.fault ??= 'a frame inside a field block (section 4.3)';
    switch (kind) {
      case type.SETTINGS:
        if (flags & flag.ACK) { this.acks += 1; break; }
        this.settings ??= Object.fromEntries(Array.from({ length: payload.length / 6 }, (_, i) => [payload.readUInt16BE(6 * i), payload.readUInt32BE(6 * i + 2)]));
        if (this.autoAck) this.send(settingsAck());
        break;
      case type.PING:
        if (flags & flag.ACK) this.pongs.push(Buffer.from(payload));
        else this.send(ping(payload, flag.ACK));
        break;
      case type.GOAWAY:
        this.goaway = { last: payload.readUInt32BE(0), code: payload.readUInt32BE(4), debug: payload.subarray(8).toString() };
        break;
      case type.RST_STREAM:
        this.stream(stream).resets = (this.stream(stream).resets ?? 0) + 1;
        this.stream(stream).reset ??= payload.readUInt32BE(0);
        break;
      case type.DATA: {
        const to = this.stream(stream);
        if (to.ended) this.fault ??= 'DATA after END_STREAM (section 5.1)';
        to.bytes += payload.length;
        if (flags & flag.END_STREAM) to.ended = true;
        break;
      }
      case type.HEADERS:
        this.#open = { stream, ends: flags & flag.END_STREAM, parts: [payload] };
        if (flags & flag.END_HEADERS) this.#closeBlock();
        break;
      case type.CONTINUATION:
        if (!this.#open) { this.fault ??= 'CONTINUATION without HEADERS'; break; }
        this.#open.parts.push(payload);
        if (flags & flag.END_HEADERS) this.#closeBlock();
        break;
      case type.PUSH_PROMISE:
        this.promises.push(payload.readUInt32BE(0));
        try {
          const names = this.decoder.decode(payload.subarray(4)).map(([name]) => name);
          if (![':method', ':scheme', ':authority', ':path'].every((name) => names.includes(name))) this.fault ??= `a promise with nothing but ${names.join(', ')} (section 8.4.1)`;
        } catch (error) { this.fault ??= error.message; }
        break;
      default:
    }
  }

  #closeBlock() {
    const { stream, ends, parts } = this.#open;
    this.#open = null;
    try {
      this.stream(stream).heads.push(this.decoder.decode(Buffer.concat(parts)));
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.fault ??= `a field block that cannot be decoded: ${error.message} (RFC 7541)`;
      this.stream(stream).heads.push([]);
    }
    if (ends) this.stream(stream).ended = true;
  }
}

// The fields of a good request, each replaceable.
export function request(target, { method = 'GET', path = target.path ?? '/', scheme = 'https', authority = target.authority ?? 'localhost', extra = [] } = {}) {
  return block([[':method', method], [':scheme', scheme], [':authority', authority], [':path', path], ...extra]);
}
