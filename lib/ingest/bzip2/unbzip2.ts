// Unpacks bzip2 (https://en.wikipedia.org/wiki/Bzip2 has the format) as it streams in: a block of at most 900,000 bytes at a time,
// each held against its checksum. No library for Node does so in bounded memory and is kept up.

import { Bits, Bzip2Error } from './bits.ts';
import { MAX_CODE, readBlock, type Sorted } from './block.ts';

const UNIT = 100_000;
const BLOCK = 0x314159;
const BLOCK_REST = 0x265359;
const END = 0x177245;
const END_REST = 0x385090;
/** More than a block can take when packed: its symbols by their longest codes, and its tables. */
const MAX_PACKED = (9 * UNIT * MAX_CODE) / 8 + 128 * 1024;
const PIECE_BYTES = 64 * 1024;

/** Throws Bzip2Error. Archives may follow each other. */
export async function* unbzip2(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const bits = new Bits();
  const unpacking = new Archives(bits);
  for await (const chunk of bytes) {
    bits.add(chunk);
    while (bits.bytesLeft >= MAX_PACKED) yield* unpacking.next();
  }
  while (bits.bytesLeft > 0 || !unpacking.isBetween) yield* unpacking.next();
}

class Archives {
  readonly #bits: Bits;
  #blockSize = 0;
  #checksum = 0;
  /** No archive has begun, or the last one has ended. */
  isBetween = true;

  constructor(bits: Bits) {
    this.#bits = bits;
  }

  /** The next block, or the beginning or end of an archive. */
  *next(): Iterable<Buffer> {
    if (this.isBetween) return this.#begin();
    const [mark, rest] = [this.#bits.read(24), this.#bits.read(24)];
    if (mark === END && rest === END_REST) return this.#end();
    if (mark !== BLOCK || rest !== BLOCK_REST) throw new Bzip2Error('a block does not begin as it should');
    const wanted = this.#bits.read32();
    const checksum = new Checksum();
    for (const piece of expanded(transformedBack(readBlock(this.#bits, this.#blockSize)))) {
      checksum.push(piece);
      yield piece;
    }
    if (checksum.value !== wanted) throw new Bzip2Error('the bytes of a block do not have its checksum');
    this.#checksum = (((this.#checksum << 1) | (this.#checksum >>> 31)) ^ wanted) >>> 0;
  }

  #begin(): void {
    const [mark, kind, level] = [this.#bits.read(16), this.#bits.read(8), this.#bits.read(8) - 0x30];
    if (mark !== 0x425a || kind !== 0x68 || level < 1 || level > 9)
      throw new Bzip2Error('what follows its end is no bzip2 archive');
    this.#blockSize = level * UNIT;
    this.#checksum = 0;
    this.isBetween = false;
  }

  #end(): void {
    if (this.#bits.read32() !== this.#checksum)
      throw new Bzip2Error('its blocks do not have the checksum of the whole');
    this.#bits.skipToByte();
    this.isBetween = true;
  }
}

/** Undoes the sorting of rotations (Burrows and Wheeler). */
function* transformedBack({ column, origin }: Sorted): Iterable<Uint8Array> {
  const starts = new Uint32Array(257);
  const add = (index: number, more: number) => {
    const before = starts[index] as number;
    starts[index] = before + more;
    return before;
  };
  for (const byte of column) add(byte + 1, 1);
  for (let i = 0; i < 256; i++) add(i + 1, starts[i] as number);
  const following = new Uint32Array(column.length);
  for (let i = 0; i < column.length; i++) following[add(column[i] as number, 1)] = i;
  let at = following[origin] as number;
  for (let left = column.length; left > 0; ) {
    const piece = new Uint8Array(Math.min(left, PIECE_BYTES));
    for (let i = 0; i < piece.length; i++) {
      piece[i] = column[at] as number;
      at = following[at] as number;
    }
    left -= piece.length;
    yield piece;
  }
}

/** After four equal bytes the next one says how many more there are. */
function* expanded(pieces: Iterable<Uint8Array>): Iterable<Buffer> {
  let last = -1;
  let equal = 0;
  let out = Buffer.allocUnsafe(2 * PIECE_BYTES);
  let length = 0;
  for (const piece of pieces)
    for (const byte of piece) {
      if (equal === 4) {
        out.fill(last, length, length + byte);
        length += byte;
        equal = 0;
      } else {
        equal = byte === last ? equal + 1 : 1;
        last = byte;
        out[length++] = byte;
      }
      if (length < PIECE_BYTES) continue;
      yield out.subarray(0, length);
      out = Buffer.allocUnsafe(2 * PIECE_BYTES);
      length = 0;
    }
  if (length > 0) yield out.subarray(0, length);
}

const POLYNOMIAL = 0x04c11db7;
const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ POLYNOMIAL : rest << 1;
  return rest;
});

class Checksum {
  #value = -1;

  push(bytes: Uint8Array): void {
    let value = this.#value;
    for (const byte of bytes) value = (value << 8) ^ (CRC[(value >>> 24) ^ byte] as number);
    this.#value = value;
  }

  get value(): number {
    return ~this.#value >>> 0;
  }
}
