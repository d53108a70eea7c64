// Reads a small local file. In this thread, that takes a quarter of what the thread pool's round trips take; where the disk is slow, as
// over a network, the pool reads on, several files at once.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { fileBytes } from '../source-bytes.ts';

/** Of a disk that answers from its memory: far more than it takes, far less than a person notices. */
const SLOW_MS = 5;
/** After a slow one so many files are read through the pool. */
const THROUGH_POOL = 100;

let throughPool = 0;

/** Undefined for a file that has not exactly so many bytes: it changes while it is read, and may be large now. Throws for one that is none. */
export async function readSmall(path: string, sizeBytes: number): Promise<Buffer | undefined> {
  if (throughPool > 0) {
    throughPool -= 1;
    return readByPool(path, sizeBytes);
  }
  const startedMs = performance.now();
  try {
    return readHere(path, sizeBytes);
  } finally {
    if (performance.now() - startedMs > SLOW_MS) throughPool = THROUGH_POOL;
  }
}

function readHere(path: string, sizeBytes: number): Buffer | undefined {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size !== sizeBytes) return undefined;
    const bytes = Buffer.allocUnsafe(sizeBytes);
    return readSync(file, bytes, 0, sizeBytes, 0) === sizeBytes ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}

async function readByPool(path: string, sizeBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of fileBytes(path)) {
    bytes += chunk.length;
    if (bytes > sizeBytes) return undefined;
    chunks.push(chunk);
  }
  return bytes === sizeBytes ? Buffer.concat(chunks) : undefined;
}
