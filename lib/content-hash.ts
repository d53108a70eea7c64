// What a file holds, in a few letters: of a data file its bytes, of a source file its text. Two conversions of the same bytes
// come to the same, as long as the engine's memory is: under another limit it may cut a large file into other row groups.
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

/** The same of a text that comes in chunks, for whoever reads it anyway: a twentieth of a conversion's time. */
export class TextHash {
  readonly #hash = createHash('sha256');

  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  end(): string {
    return this.#hash.digest('hex').slice(0, HEX_DIGITS);
  }
}
