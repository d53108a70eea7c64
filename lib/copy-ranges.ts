// Copies parts of a local file into a new one.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './ports.ts';

const MIB = 1024 * 1024;

/** One after the other; what lies beyond the end is left out. */
export async function copyRanges(source: string, ranges: readonly ByteRange[], path: string): Promise<void> {
  await pipeline(bytesOf(source, ranges), createWriteStream(path));
}

async function* bytesOf(source: string, ranges: readonly ByteRange[]): AsyncGenerator<Uint8Array> {
  for (const { from, to } of ranges)
    if (to > from) yield* createReadStream(source, { start: from, end: to - 1, highWaterMark: MIB });
}
