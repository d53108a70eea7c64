// What a merged file's tags in a snapshot say of its sources: a short hash of each name. Whoever looks for a source asks the log only
// about files that may have it. Pure.
import { crc32 } from 'node:zlib';

const HASH_BYTES = 4;

/** Text for a tag: the names' hashes, one after the other, as base64. */
export function namesIndex(names: readonly string[]): string {
  const hashes = Buffer.alloc(names.length * HASH_BYTES);
  for (const [i, name] of names.entries()) hashes.writeUInt32LE(nameHash(name), i * HASH_BYTES);
  return hashes.toString('base64');
}

/** How many names are in it. */
export function indexedNames(index: string): number {
  return Buffer.byteLength(index, 'base64') / HASH_BYTES;
}

function nameHash(name: string): number {
  return crc32(name);
}

/** The hashes of names that are looked for. */
export class WantedNames {
  readonly #hashes: ReadonlySet<number>;
  /** By the lower half of a hash: most of an index is passed over by it. */
  readonly #halves = new Uint8Array(0x10000);

  constructor(names: Iterable<string>) {
    this.#hashes = new Set(Array.from(names, nameHash));
    for (const hash of this.#hashes) this.#halves[hash & 0xffff] = 1;
  }

  /** False if the index has none of them. */
  mayBeIn(index: string): boolean {
    const bytes = Buffer.from(index, 'base64');
    for (let at = 0; at + HASH_BYTES <= bytes.length; at += HASH_BYTES) {
      const half = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      if (this.#halves[half] === 1 && this.#hashes.has(bytes.readUInt32LE(at))) return true;
    }
    return false;
  }
}
