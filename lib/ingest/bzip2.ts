// Unpacks bzip2 (https://en.wikipedia.org/wiki/Bzip2 has the format) as it streams in: a block of at most 900,000 bytes at a time,
// each held against its checksum. No library for Node does so in bounded memory and is kept up.

/** What is wrong with the archive, in words. */
export class Bzip2Error extends Error {
  override name = 'Bzip2Error';
}

const UNIT = 100_000;
/** No code of a symbol is longer. */
const MAX_CODE = 20;
/** Most codes are not longer: they are looked up. */
const SHORT_CODE = 10;
const GROUP_SYMBOLS = 50;
const [RUN_A, RUN_B] = [0, 1];
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

class Bits {
  #data: Buffer = Buffer.alloc(0);
  #position = 0;
  #buffer = 0;
  #count = 0;

  add(chunk: Buffer): void {
    this.#data = Buffer.concat([this.#data.subarray(this.#position), chunk]);
    this.#position = 0;
  }

  get bytesLeft(): number {
    return this.#data.length - this.#position + Math.floor(this.#count / 8);
  }

  /** At most 24. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#position === this.#data.length) throw new Bzip2Error('it ends too early');
      this.#buffer = (this.#buffer << 8) | (this.#data[this.#position++] as number);
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** The next ones, without taking them; zeros beyond the end. */
  peek(count: number): number {
    while (this.#count < count && this.#position < this.#data.length) {
      this.#buffer = (this.#buffer << 8) | (this.#data[this.#position++] as number);
      this.#count += 8;
    }
    const missing = count - this.#count;
    const bits = missing > 0 ? this.#buffer << missing : this.#buffer >>> -missing;
    return bits & ((1 << count) - 1);
  }

  /** Takes some that were peeked at. */
  drop(count: number): void {
    if (count > this.#count) throw new Bzip2Error('it ends too early');
    this.#count -= count;
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }

  /** An archive ends with a whole byte. What was peeked at stays. */
  skipToByte(): void {
    this.#count -= this.#count % 8;
  }
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

/** The last column of the sorted rotations, and which of them is the text. */
type Sorted = { readonly column: Uint8Array; readonly origin: number };

function readBlock(bits: Bits, blockSize: number): Sorted {
  if (bits.read(1) === 1)
    throw new Bzip2Error('it is of a kind that nobody has written since 1997 (randomised)');
  const origin = bits.read(24);
  const used = usedBytes(bits);
  const tables = bits.read(3);
  const groups = bits.read(15);
  if (used.length === 0 || tables < 2 || tables > 6 || groups < 1)
    throw new Bzip2Error('a block is malformed');
  const selectors = readSelectors(bits, tables, groups);
  const codes = Array.from({ length: tables }, () => new Codes(bits, used.length + 2));
  const column = new Uint8Array(blockSize);
  const length = readSymbols(bits, { used, selectors, codes, column });
  if (origin >= length) throw new Bzip2Error('a block is malformed');
  return { column: column.subarray(0, length), origin };
}

function usedBytes(bits: Bits): number[] {
  const sixteens = bits.read(16);
  const used: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (((sixteens >>> (15 - i)) & 1) === 0) continue;
    const within = bits.read(16);
    for (let j = 0; j < 16; j++) if (((within >>> (15 - j)) & 1) === 1) used.push(16 * i + j);
  }
  return used;
}

/** Which table each fifty symbols have, each told by its place among those used last. */
function readSelectors(bits: Bits, tables: number, groups: number): Uint8Array {
  const recent = Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: groups }, () => {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw new Bzip2Error('a block is malformed');
    const [table = 0] = recent.splice(place, 1);
    recent.unshift(table);
    return table;
  });
}

type Coded = {
  readonly used: readonly number[];
  readonly selectors: Uint8Array;
  readonly codes: readonly Codes[];
  readonly column: Uint8Array;
};

/** Fills the column with what the symbols stand for: runs of the byte that was last, or the place of another among the recent ones. */
function readSymbols(bits: Bits, { used, selectors, codes, column }: Coded): number {
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (const selector of selectors)
    for (let i = 0; i < GROUP_SYMBOLS; i++) {
      const symbol = (codes[selector] as Codes).read(bits);
      if (symbol === RUN_A || symbol === RUN_B) {
        run += weight << symbol;
        weight *= 2;
        if (run > column.length) throw new Bzip2Error('a block is longer than it may be');
        continue;
      }
      if (length + run + (symbol === end ? 0 : 1) > column.length)
        throw new Bzip2Error('a block is longer than it may be');
      column.fill(recent[0] as number, length, length + run);
      length += run;
      if (symbol === end) return length;
      run = 0;
      weight = 1;
      const byte = recent[symbol - 1] as number;
      recent.copyWithin(1, 0, symbol - 1);
      recent[0] = byte;
      column[length++] = byte;
    }
  throw new Bzip2Error('a block has no end');
}

/** Huffman codes, told by their lengths: those of a length follow each other, symbols ascending. */
class Codes {
  /** By the next bits, for short codes: the symbol and its code's length. */
  readonly #short = new Uint16Array(1 << SHORT_CODE);
  /** By length: the first code that is longer, cut to the length; what to take off a code for its place in `symbols`. */
  readonly #limits = new Int32Array(MAX_CODE + 2);
  readonly #offsets = new Int32Array(MAX_CODE + 2);
  readonly #symbols: Uint16Array;

  constructor(bits: Bits, symbols: number) {
    const lengths = new Uint8Array(symbols);
    let length = bits.read(5);
    for (let i = 0; i < symbols; i++) {
      for (;;) {
        if (length < 1 || length > MAX_CODE) throw new Bzip2Error('a block is malformed');
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths[i] = length;
    }
    this.#symbols = new Uint16Array(symbols);
    let place = 0;
    let code = 0;
    for (let size = 1; size <= MAX_CODE; size++) {
      this.#offsets[size] = code - place;
      for (let i = 0; i < symbols; i++)
        if (lengths[i] === size) {
          if (size <= SHORT_CODE) {
            const rest = SHORT_CODE - size;
            this.#short.fill((i << 4) | size, code << rest, (code + 1) << rest);
          }
          this.#symbols[place++] = i;
          code += 1;
        }
      this.#limits[size] = code;
      code *= 2;
    }
  }

  read(bits: Bits): number {
    const short = this.#short[bits.peek(SHORT_CODE)] as number;
    if (short !== 0) {
      bits.drop(short & 15);
      return short >>> 4;
    }
    let code = 0;
    for (let size = 1; size <= MAX_CODE; size++) {
      code = (code << 1) | bits.read(1);
      if (code >= (this.#limits[size] as number)) continue;
      const symbol = this.#symbols[code - (this.#offsets[size] as number)];
      if (symbol !== undefined) return symbol;
    }
    throw new Bzip2Error('a block is malformed');
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
