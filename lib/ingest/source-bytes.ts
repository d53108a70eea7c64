// Reads a source file's text as UTF-8 bytes: unpacked by its first bytes, decoded (decoded.ts), without byte order mark.
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { Encoding } from '../core/encodings.ts';
import { Bzip2Error } from './bzip2/bits.ts';
import { unbzip2 } from './bzip2/unbzip2.ts';
import { decoded } from './decoded.ts';
import { beginningOf, HEAD_BYTES, openFile, sizeOf } from './packing.ts';
import { pour } from './pour.ts';
import { ZstdBlocks } from './zstd-blocks.ts';

const CHUNK_BYTES = 1024 * 1024;
const LEAST_BYTES = CHUNK_BYTES / 2;

/** The archive cannot be unpacked to its end: bad data. */
export class BrokenArchiveError extends Error {
  override readonly name = 'BrokenArchiveError';
}

/** The archive holds more than may be read here; `bytes` is how much was unpacked. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
  readonly bytes: number;
  constructor(bytes: number) {
    super(`the archive holds more than ${bytes} bytes`);
    this.bytes = bytes;
  }
}

/** `maxBytes`: limit of an archive's contents. Throws TooLargeError beyond it, and BrokenArchiveError. */
export function textBytes(path: string, encoding: Encoding, maxBytes = Infinity): AsyncIterable<Buffer> {
  const bytes = unpacked(fileBytes(path), maxBytes);
  return withoutMark(encoding === 'utf-8' ? bytes : decoded(bytes, encoding));
}

/**
 * What gzip, zstd or bzip2 packed, by the first bytes; any other bytes as they are. Throws TooLargeError beyond `maxBytes` unpacked
 * bytes, and BrokenArchiveError, also for an archive within the archive.
 */
export async function* unpacked(bytes: AsyncIterable<Buffer>, maxBytes: number): AsyncIterable<Buffer> {
  const whole = bytes[Symbol.asyncIterator]();
  try {
    const first = await firstOf(whole);
    const rest = following(first, whole);
    const { packing } = beginningOf(first);
    if (packing === undefined || packing === 'none' || packing === 'zip') return yield* rest;
    let hasBegun = false;
    for await (const chunk of joined(atMost(maxBytes, UNPACKERS[packing](rest)))) {
      if (!hasBegun) requireText(packing, chunk);
      hasBegun = true;
      yield chunk;
    }
  } finally {
    await whole.return?.();
  }
}

const UNPACKERS = { gzip: gunzipped, zstd: unzstd, bzip2: bunzipped };

/** So many that they tell what they are; fewer if there are no more. */
async function firstOf(bytes: AsyncIterator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < HEAD_BYTES) {
    const { done, value } = await bytes.next();
    if (done) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* following(first: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}

function requireText(outer: string, chunk: Buffer): void {
  const { packing, foreign } = beginningOf(chunk);
  if (packing === 'none') return;
  const what = foreign ?? `a ${packing} archive: pack the file once`;
  throw new BrokenArchiveError(`the ${outer} archive holds ${what}`);
}

/** Joins small chunks: unpacking may give single bytes, and the readers rescan an incomplete record with each chunk. */
async function* joined(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length < LEAST_BYTES) continue;
    yield pieces.length === 1 ? piece : Buffer.concat(pieces);
    [pieces, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(pieces);
}

export async function* atMost(maxBytes: number, bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    if (read > maxBytes) throw new TooLargeError(read);
    yield chunk;
  }
}

/**
 * Reads a small file in one chunk of its size: a stream would allocate full chunks, one extra at the file's end, and leave
 * them to the garbage collector. Each chunk is read while the one before is in use.
 */
export async function* fileBytes(path: string): AsyncIterable<Buffer> {
  const file = await openFile(path);
  const read = (position: number, size: number) => {
    const wanted = Math.min(CHUNK_BYTES, Math.max(1, size - position));
    return file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, position);
  };
  let reading: ReturnType<typeof read> | undefined;
  try {
    const size = await sizeOf(file, path);
    reading = read(0, size);
    for (let position = 0; ; ) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      position += bytesRead;
      reading = read(position, size);
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    }
  } finally {
    // If the next chunk is not read, its error does not matter.
    await reading?.catch(() => undefined);
    await file.close();
  }
}

async function* gunzipped(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const plain = createGunzip({ chunkSize: CHUNK_BYTES });
  const packed = { end: 0 };
  // A broken archive ends `plain` with the error, which its reader gets; the promise would only repeat it.
  const poured = pour(measured(bytes, packed), plain).catch(() => undefined);
  try {
    yield* plain;
    await poured;
    // Zeros may pad an archive. Node reads nothing that comes after them.
    if (packed.end > plain.bytesWritten)
      throw new BrokenArchiveError(
        'the gzip archive goes on after zeros behind its end, which nobody would read: send the file again, or what follows as another file',
      );
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw new BrokenArchiveError(
      `the gzip archive is broken: ${(error as Error).message}. Send the file again`,
      { cause: error },
    );
  } finally {
    plain.destroy();
    await poured;
  }
}

/** The same bytes. `packed.end`: how many there are up to the last one that is not zero. */
async function* measured(bytes: AsyncIterable<Buffer>, packed: { end: number }): AsyncIterable<Buffer> {
  let before = 0;
  for await (const chunk of bytes) {
    const last = chunk.findLastIndex((byte) => byte !== 0);
    if (last >= 0) packed.end = before + last + 1;
    before += chunk.length;
    yield chunk;
  }
}

async function* unzstd(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const pieces: Buffer[] = [];
  let isComplete = false;
  const unpacking = new Decompress((piece, final) => {
    pieces.push(Buffer.from(piece));
    isComplete ||= final === true;
  });
  const push = (chunk: Uint8Array, final: boolean): Buffer[] => {
    try {
      unpacking.push(chunk, final);
    } catch (error) {
      const message = `the zstd archive is broken: ${(error as Error).message}. Send the file again`;
      throw new BrokenArchiveError(message, { cause: error });
    }
    return pieces.splice(0);
  };
  const blocks = new ZstdBlocks();
  for await (const chunk of bytes) {
    for (const piece of blocks.push(chunk)) yield* push(piece, false);
    if (blocks.refusal !== undefined) throw new BrokenArchiveError(blocks.refusal);
  }
  yield* push(blocks.end(), true);
  if (!isComplete)
    throw new BrokenArchiveError('the zstd archive is broken: it ends too early. Send the file again');
}

async function* bunzipped(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* unbzip2(bytes);
  } catch (error) {
    if (!(error instanceof Bzip2Error)) throw error;
    throw new BrokenArchiveError(`the bzip2 archive is broken: ${error.message}. Send the file again`, {
      cause: error,
    });
  }
}

export const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The first chunk has at least the mark's length, or is the whole text. */
export async function* withoutMark(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < BYTE_ORDER_MARK.length) continue;
    yield start.subarray(start.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0);
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}
