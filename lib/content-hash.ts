// A short hash of a file's content: of a data file its bytes, of a source file its text. Two conversions of the same bytes
// are equal under the same memory limit: with another limit DuckDB may split a large file into other row groups.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const HEX_DIGITS = 32;

/** 32 hex digits of the file's SHA-256. */
export async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex').slice(0, HEX_DIGITS);
}

/** The same for a text that arrives in chunks, computed while it is read: it takes 5 % of a conversion's time. */
export class TextHash {
  readonly #hash = createHash('sha256');

  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  end(): string {
    return this.#hash.digest('hex').slice(0, HEX_DIGITS);
  }
}
