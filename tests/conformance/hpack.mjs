// HPACK by hand (RFC 7541): pieces of field blocks, right and wrong ones, and a strict decoder for what a server sends.
// Written against the RFC alone, so that it shares no mistake with the library that the server uses.

// RFC 7541 appendix A; index 1 is the first.
const staticTable = [
  [':authority', ''], [':method', 'GET'], [':method', 'POST'], [':path', '/'], [':path', '/index.html'], [':scheme', 'http'], [':scheme', 'https'],
  [':status', '200'], [':status', '204'], [':status', '206'], [':status', '304'], [':status', '400'], [':status', '404'], [':status', '500'],
  ['accept-charset', ''], ['accept-encoding', 'gzip, deflate'], ['accept-language', ''], ['accept-ranges', ''], ['accept', ''],
  ['access-control-allow-origin', ''], ['age', ''], ['allow', ''], ['authorization', ''], ['cache-control', ''], ['content-disposition', ''],
  ['content-encoding', ''], ['content-language', ''], ['content-length', ''], ['content-location', ''], ['content-range', ''], ['content-type', ''],
  ['cookie', ''], ['date', ''], ['etag', ''], ['expect', ''], ['expires', ''], ['from', ''], ['host', ''], ['if-match', ''], ['if-modified-since', ''],
  ['if-none-match', ''], ['if-range', ''], ['if-unmodified-since', ''], ['last-modified', ''], ['link', ''], ['location', ''], ['max-forwards', ''],
  ['proxy-authenticate', ''], ['proxy-authorization', ''], ['range', ''], ['referer', ''], ['refresh', ''], ['retry-after', ''], ['server', ''],
  ['set-cookie', ''], ['strict-transport-security', ''], ['transfer-encoding', ''], ['user-agent', ''], ['vary', ''], ['via', ''], ['www-authenticate', ''],
];

// The code of appendix B is canonical: the length of each symbol's code tells it. "28*7" is seven symbols in a row; the last is EOS.
const codeLengths = `13 23 28*7 24 30 28*2 30 28*8 30 28*9 6 10*2 12 13 6 8 11 10*2 8 11 8 6*3 5*3 6*7 7 8 15 6 12 10 13 6 7*22 8 7 8 13 19 13 14 6 15 5 6 5 6 5 6*3 5
  7*2 6*3 5 6 7 6 5*2 6 7*5 15 11 14 13 28 20 22 20*2 22*3 23 22 23*5 24 23 24*2 22 23 24 23*4 21 22 23 22 23*2 24 22 21 20 22*2 23*2 21 23 22*2 24 21 22
  23*2 21*2 22 21 23 22 23*2 20 22*3 23 22*2 23 26*2 20 19 22 23 22 25 26*3 27*2 26 24 25 19 21 26 27*2 26 27 24 21*2 26*2 28 27*3 20 24 20 21 22 21*2 23
  22*2 25*2 24*2 26 23 26 27 26*2 27*5 28 27*5 26 30`.split(/\s+/).flatMap((word) => {
  const [length, times = 1] = word.split('*').map(Number);
  return Array(times).fill(length);
});
export const eos = 256;
const codes = [];     // symbol -> { length, code }
const symbols = new Map();  // "length:code" -> symbol
{
  let code = 0;
  let before = 0;
  for (const [symbol, length] of [...codeLengths.entries()].sort((a, b) => a[1] - b[1] || a[0] - b[0])) {
    code *= 2 ** (length - before);
    before = length;
    codes[symbol] = { length, code };
    symbols.set(`${length}:${code}`, symbol);
    code += 1;
  }
}

const bitsOf = (list) => list.map((symbol) => codes[symbol].code.toString(2).padStart(codes[symbol].length, '0')).join('');
function packed(bits) {
  const bytes = Buffer.alloc(bits.length / 8);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2);
  return bytes;
}
// Of a text, or of a list of symbols (with `eos` among them, to provoke). `fill` pads the last octet.
export function huffman(text, fill = '1') {
  const bits = bitsOf(typeof text === 'string' ? [...Buffer.from(text, 'latin1')] : text);
  return packed(bits + fill.repeat((8 - (bits.length % 8)) % 8));
}

export function integer(value, prefixBits, flags = 0) {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.from([flags | value]);
  const bytes = [flags | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 | 128);
  return Buffer.from([...bytes, rest]);
}
export const string = (text) => Buffer.concat([integer(Buffer.byteLength(text, 'latin1'), 7), Buffer.from(text, 'latin1')]);
export const coded = (bytes) => Buffer.concat([integer(bytes.length, 7, 0x80), bytes]);  // a string of Huffman code
export const indexed = (index) => integer(index, 7, 0x80);
export const sizeUpdate = (size) => integer(size, 5, 0x20);
export const literal = (name, value) => Buffer.concat([Buffer.from([0x00]), string(name), string(value)]);
export const neverIndexed = (name, value) => Buffer.concat([Buffer.from([0x10]), string(name), string(value)]);
export const added = (name, value) => Buffer.concat([Buffer.from([0x40]), string(name), string(value)]);  // with incremental indexing
export const block = (fields) => Buffer.concat(fields.map(([name, value]) => literal(name, value)));

export class HpackError extends Error {}

// Keeps the dynamic table of one connection; throws HpackError for anything that RFC 7541 forbids.
export class Decoder {
  #entries = [];
  #size = 0;
  #capacity = 4096;
  #most = 4096;        // what our SETTINGS allow
  #mustShrinkTo;       // set when they came below the capacity: the next block has to begin with an update (section 4.2)

  allow(most) {
    this.#most = most;
    if (most < this.#capacity) this.#mustShrinkTo = Math.min(most, this.#mustShrinkTo ?? most);
  }

  decode(bytes) {
    let at = 0;
    const fields = [];
    const number = (prefixBits) => {
      const most = 2 ** prefixBits - 1;
      let value = bytes[at++] & most;
      if (value < most) return value;
      for (let shift = 1; ; shift *= 128) {
        if (at >= bytes.length) throw new HpackError('an integer is cut off');
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (value > 2 ** 32) throw new HpackError('an integer is too large');
        if (byte < 128) return value;
      }
    };
    const text = () => {
      const isCoded = (bytes[at] & 0x80) !== 0;
      const length = number(7);
      if (at + length > bytes.length) throw new HpackError('a string is cut off');
      const raw = bytes.subarray(at, at + length);
      at += length;
      return isCoded ? unhuffman(raw) : raw.toString('latin1');
    };
    while (at < bytes.length) {
      const first = bytes[at];
      if ((first & 0xe0) === 0x20) {
        if (fields.length > 0) throw new HpackError('a table size update after a field');
        const size = number(5);
        if (size > this.#most) throw new HpackError(`a table size of ${size}, allowed are ${this.#most}`);
        if (this.#mustShrinkTo !== undefined && size <= this.#mustShrinkTo) this.#mustShrinkTo = undefined;
        this.#capacity = size;
        this.#evict(0);
        continue;
      }
      if (this.#mustShrinkTo !== undefined) throw new HpackError('no table size update after SETTINGS_HEADER_TABLE_SIZE became smaller');
      if (first & 0x80) {
        fields.push(this.#at(number(7)));
        continue;
      }
      const adds = (first & 0xc0) === 0x40;
      const index = number(adds ? 6 : 4);
      const name = index > 0 ? this.#at(index)[0] : text();
      const field = [name, text()];
      fields.push(field);
      if (adds) this.#add(field);
    }
    return fields;
  }

  #at(index) {
    const entry = index <= staticTable.length ? staticTable[index - 1] : this.#entries[index - staticTable.length - 1];
    if (!entry) throw new HpackError(`index ${index} is in no table`);
    return entry;
  }
  #add(field) {
    const size = field[0].length + field[1].length + 32;
    this.#evict(size);
    if (size > this.#capacity) return;
    this.#entries.unshift(field);
    this.#size += size;
  }
  #evict(room) {
    while (this.#entries.length > 0 && this.#size + room > this.#capacity) {
      const [name, value] = this.#entries.pop();
      this.#size -= name.length + value.length + 32;
    }
  }
}

export function unhuffman(bytes) {
  let text = '';
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = code * 2 + (byte >> bit & 1);
      length += 1;
      const symbol = symbols.get(`${length}:${code}`);
      if (symbol === undefined) continue;
      if (symbol === eos) throw new HpackError('EOS inside a string');
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  if (length > 7 || code !== 2 ** length - 1) throw new HpackError('the padding of a string is not the beginning of EOS');
  return text;
}
