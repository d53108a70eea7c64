// Checks at memory speed whether a stream of bytes is valid UTF-8; characters may span two chunks.
import { isUtf8 } from 'node:buffer';

const MAX_CHARACTER_BYTES = 4;

export class Utf8Check {
  /** So far; an incomplete character counts as valid until the end. */
  isValid = true;
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    if (!this.isValid) return;
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = wholeLength(data);
    this.isValid = isUtf8(data.subarray(0, whole));
    this.#rest = data.subarray(whole);
  }

  end(): void {
    if (this.#rest.length > 0) this.isValid = false;
  }
}

/** Without an incomplete last character. */
function wholeLength(data: Buffer): number {
  for (let back = 1; back < MAX_CHARACTER_BYTES && back <= data.length; back++) {
    const byte = data[data.length - back] as number;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? data.length - back : data.length;
  }
  return data.length;
}
