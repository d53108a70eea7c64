// Parts of a local file.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './ports.ts';

const MIB = 1024 * 1024;

/** What lies beyond the end is left out. */
export async function* rangeBytes(path: string, { from, to }: ByteRange): AsyncGenerator<Uint8Array> {
  if (to > from) yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: MIB });
}

/** One after the other, into a new file. */
export async function copyRanges(source: string, ranges: readonly ByteRange[], path: string): Promise<void> {
  const bytes = async function* () {
    for (const range of ranges) yield* rangeBytes(source, range);
  };
  await pipeline(bytes, createWriteStream(path));
}
