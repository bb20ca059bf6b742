// RFC 7541: what a decoder must refuse, and what it must take.
import { connectionError, must, served } from '../case.mjs';
import { added, block, coded, eos, huffman, indexed, integer, literal, neverIndexed, sizeUpdate, string } from '../hpack.mjs';
import { headers, request } from '../wire.mjs';

const bad = (section, what, bytes) => must('7541', section, what, connectionError('COMPRESSION_ERROR'), (c) => c.send(headers(1, Buffer.concat([request(c.target), bytes]))));
const badFirst = (section, what, bytes) => must('7541', section, what, connectionError('COMPRESSION_ERROR'), (c) => c.send(headers(1, Buffer.concat([bytes, request(c.target)]))));
const good = (section, what, bytes) => must('7541', section, what, served(), (c) => c.send(headers(1, Buffer.concat([request(c.target), bytes]))));
const huffmanValue = (bytes) => Buffer.concat([Buffer.from([0x00]), string('x-coded'), coded(bytes)]);

// ---- tables and indices
bad('6.1', 'index 0', indexed(0));
bad('2.3.3', 'index 62 of an empty dynamic table', indexed(62));
bad('2.3.3', 'an index far beyond both tables', indexed(10_000));
bad('2.3.3', 'the name of a literal at an index beyond both tables', Buffer.concat([integer(70, 6, 0x40), string('v')]));
bad('2.3.3', 'the name of a literal without indexing at an index beyond both tables', Buffer.concat([integer(70, 4, 0x00), string('v')]));
bad('4.4', 'an entry larger than the table empties it', Buffer.concat([added('x-one', '1'), added('x-huge', 'v'.repeat(4097)), indexed(62)]));
good('4.4', 'an entry larger than the table is no error in itself', added('x-huge', 'v'.repeat(4097)));
badFirst('4.3', 'an entry that a smaller table has evicted', Buffer.concat([sizeUpdate(0), sizeUpdate(10), added('x-one', '1'), indexed(62)]));
must('7541', '4.4', 'entries are evicted from the oldest on', connectionError('COMPRESSION_ERROR'), (c) => c.send(headers(1, Buffer.concat([request(c.target), ...Array.from({ length: 60 }, (_, i) => added(`x-${100 + i}`, 'v'.repeat(63))), indexed(62 + 41)]))));
must('7541', '4.4', 'as many entries as fit are kept', served(), (c) => c.send(headers(1, Buffer.concat([request(c.target), ...Array.from({ length: 60 }, (_, i) => added(`x-${100 + i}`, 'v'.repeat(63))), indexed(62 + 39)]))));
must('7541', '2.3.2', 'an entry that was added in one request is used in the next', served({ about: 3 }), async (c) => {
  c.send(headers(1, Buffer.concat([request(c.target), added('x-one', '1')])));
  await c.answered(1);
  c.send(headers(3, Buffer.concat([request(c.target), indexed(62)])));
});
must('7541', '2.3.2', 'the newest entry has the lowest index', served({ about: 1 }), (c) => c.send(headers(1, Buffer.concat([
  added(':authority', 'localhost'), added(':path', c.target.path ?? '/'), added(':scheme', 'https'), added(':method', 'GET'), literal('x', 'y')]))));
good('2.3.2', 'the same entry twice in the dynamic table is no error', Buffer.concat([added('x-one', '1'), added('x-one', '1'), indexed(62), indexed(63)]));
must('7541', 'A', 'a request made of the static table alone', served(), (c) => c.send(headers(1, Buffer.concat([indexed(2), indexed(7), indexed(4), integer(1, 4), string('localhost')]))));

// ---- table size updates
badFirst('6.3', 'a table size above what the server has allowed', sizeUpdate(4097));
badFirst('6.3', 'a table size of 2^30', sizeUpdate(2 ** 30));
bad('4.2', 'a table size update after a field', sizeUpdate(100));
must('7541', '4.2', 'a table size of 0, and then the largest again', served(), (c) => c.send(headers(1, Buffer.concat([sizeUpdate(0), sizeUpdate(4096), request(c.target)]))));

// ---- integers and strings
bad('5.1', 'an integer that overflows', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]));
bad('5.1', 'an integer that goes on for ever', Buffer.concat([Buffer.from([0xff]), Buffer.alloc(30, 0x80), Buffer.from([0x00])]));
bad('5.1', 'an integer that is cut off', Buffer.from([0xff, 0x80]));
bad('5.2', 'a string longer than the field block', Buffer.concat([Buffer.from([0x00]), string('x'), Buffer.from([0x7e, 0x61])]));
bad('5.2', 'a field without its value', Buffer.concat([Buffer.from([0x00]), string('x-name')]));
bad('5.2', 'EOS inside a Huffman string', huffmanValue(huffman([97, eos, 98])));
bad('5.2', 'padding of a Huffman string that is not ones', huffmanValue(huffman('a', '0')));
bad('5.2', 'padding of a Huffman string longer than 7 bits', huffmanValue(Buffer.concat([huffman('ab'), Buffer.from([0xff])])));
bad('5.2', 'a Huffman string that is nothing but padding', huffmanValue(Buffer.from([0xff, 0xff])));
must('7541', '5.2', 'every octet that may stand in a value, in Huffman code', served(), (c) => c.send(headers(1, Buffer.concat([request(c.target),
  huffmanValue(huffman(`x${Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => byte >= 32 && byte !== 127).map((byte) => String.fromCharCode(byte)).join('')}x`))]))));
must('7541', '5.2', 'a path in Huffman code', served(), (c) => c.send(headers(1, Buffer.concat([block([[':method', 'GET'], [':scheme', 'https'], [':authority', 'localhost']]),
  Buffer.from([0x00]), string(':path'), coded(huffman(c.target.path ?? '/'))]))));
good('6.2.3', 'a field that must never be indexed', neverIndexed('x-secret', 'v'));
must('7541', '6.2.3', 'a field that was never to be indexed is in no table', connectionError('COMPRESSION_ERROR'), (c) => c.send(headers(1, Buffer.concat([request(c.target), neverIndexed('x-secret', 'v'), indexed(62)]))));
