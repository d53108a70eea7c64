// A block of a bzip2 archive: its Huffman codes, and the column of sorted rotations that they write.
import { type Bits, Bzip2Error } from './bits.ts';

/** No code of a symbol is longer. */
export const MAX_CODE = 20;
/** Most codes are not longer: they are looked up. */
const SHORT_CODE = 10;
const GROUP_SYMBOLS = 50;
const [RUN_A, RUN_B] = [0, 1];

/** The last column of the sorted rotations, and which of them is the text. */
export type Sorted = { readonly column: Uint8Array; readonly origin: number };

/** Throws Bzip2Error. */
export function readBlock(bits: Bits, blockSize: number): Sorted {
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
