// Copies a part of a local file into a new one.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './ports.ts';

/** An empty file for a range without bytes; what lies beyond the end is left out. */
export async function copyRange(source: string, { from, to }: ByteRange, path: string): Promise<void> {
  const bytes = to > from ? createReadStream(source, { start: from, end: to - 1 }) : [];
  await pipeline(bytes, createWriteStream(path));
}
