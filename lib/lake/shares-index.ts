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

export function nameHash(name: string): number {
  return crc32(name);
}

/** False if it has none of them. `wanted`: hashes of names. */
export function mayHave(index: string, wanted: ReadonlySet<number>): boolean {
  const hashes = Buffer.from(index, 'base64');
  for (let at = 0; at < hashes.length; at += HASH_BYTES) if (wanted.has(hashes.readUInt32LE(at))) return true;
  return false;
}
