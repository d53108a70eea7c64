// Parts of files as streams, and as new files.
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { TryAgainError } from './errors.ts';
import type { ByteRange, LocalFile } from './ports.ts';

const MIB = 1024 * 1024;

/** Of a local file. What lies beyond its end is left out. */
export async function* rangeBytes(path: string, { from, to }: ByteRange): AsyncGenerator<Uint8Array> {
  if (to > from) yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: MIB });
}

/** The parts that `read` gives, one after the other, as a new file at `path`; undefined, and no file, where it throws TryAgainError. */
export async function writeRanges(
  ranges: readonly ByteRange[],
  read: (range: ByteRange) => AsyncIterable<Uint8Array>,
  path: string,
): Promise<LocalFile | undefined> {
  const release = () => rm(path, { force: true });
  const bytes = async function* () {
    for (const range of ranges) yield* read(range);
  };
  try {
    await pipeline(bytes, createWriteStream(path));
    return { path, release };
  } catch (error) {
    await release();
    if (error instanceof TryAgainError) return undefined;
    throw error;
  }
}
