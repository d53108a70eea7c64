// One look at a sample's bytes: which encoding they are in, whether they are text at all, and the first of that text. Knows no
// columns.
import { isAscii } from 'node:buffer';
import type { Encoding } from '../core/contract.ts';
import { readBeginning } from '../ingest/packing.ts';
import { textBytes } from '../ingest/source-bytes.ts';
import { Utf8Check } from '../ingest/utf8-check.ts';

export type Survey = {
  readonly encoding: Encoding;
  /** Every encoding of a single byte, and UTF-8, reads it alike. */
  readonly isAscii: boolean;
  /** Why this encoding, in words. */
  readonly seen: string;
  /** The text's beginning as UTF-8, without byte order mark. */
  readonly head: Buffer;
  readonly headIsWhole: boolean;
};

/** Not a file of records; the text says what it is and what to do. */
export type NoText = { readonly problem: string };

/** Enough for some hundred records of a usual file. */
const HEAD_BYTES = 512 * 1024;
const PROBE_BYTES = 8192;

/** Throws as textBytes. `maxBytes`: of an archive's contents. */
export async function survey(path: string, maxBytes: number): Promise<Survey | NoText> {
  const { foreign } = await readBeginning(path);
  if (foreign !== undefined) return { problem: `it is ${foreign}` };
  const bytes = new ByteCensus();
  for await (const chunk of textBytes(path, 'utf-8', maxBytes)) {
    bytes.push(chunk);
    if (bytes.isSettled) break;
  }
  const found = bytes.end();
  if ('problem' in found) return found;
  return { ...found, ...(await headOf(path, found.encoding, maxBytes)) };
}

async function headOf(path: string, encoding: Encoding, maxBytes: number) {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of textBytes(path, encoding, maxBytes)) {
    parts.push(chunk);
    length += chunk.length;
    if (length > HEAD_BYTES)
      return { head: Buffer.concat(parts).subarray(0, HEAD_BYTES), headIsWhole: false };
  }
  return { head: Buffer.concat(parts), headIsWhole: true };
}

const MAGIC: readonly (readonly [string, string])[] = [
  [
    'PK\u0003\u0004',
    'a ZIP archive or an Excel workbook: unpack it, or draft from its sheet saved as CSV (a contract reads workbooks by "format": "xlsx")',
  ],
  ['%PDF', 'a PDF document: export its table as CSV'],
];

/** Not defined in windows-1252. */
const UNDEFINED_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

class ByteCensus {
  readonly #utf8 = new Utf8Check();
  readonly #high = new Set<number>();
  #first: Buffer = Buffer.alloc(0);
  #isAscii = true;
  #hasNul = false;

  push(chunk: Buffer): void {
    if (this.#first.length < PROBE_BYTES)
      this.#first = Buffer.concat([this.#first, chunk.subarray(0, PROBE_BYTES - this.#first.length)]);
    this.#utf8.push(chunk);
    this.#hasNul ||= chunk.includes(0);
    if (this.#utf8.isValid && (!this.#isAscii || isAscii(chunk))) return;
    this.#isAscii = false;
    if (this.#utf8.isValid) return;
    for (const byte of chunk) if (byte >= 0x80 && byte < 0xa0) this.#high.add(byte);
  }

  /** UTF-16 shows at once; so does what is no text. */
  get isSettled(): boolean {
    return this.#first.length >= 4 && (this.#wide() !== undefined || this.#magic() !== undefined);
  }

  end(): Pick<Survey, 'encoding' | 'isAscii' | 'seen'> | NoText {
    this.#utf8.end();
    if (this.#first.length === 0) return { problem: 'it is empty: it has not even a header line' };
    const magic = this.#magic();
    if (magic !== undefined) return { problem: `it is ${magic}` };
    const wide = this.#wide();
    if (wide) return { encoding: wide.encoding, isAscii: false, seen: wide.seen };
    if (this.#hasNul) return { problem: 'it holds NUL bytes, so it is not a text file: export it as CSV' };
    if (this.#utf8.isValid) {
      const seen = this.#isAscii ? 'plain ASCII, which UTF-8 includes' : 'every byte is valid UTF-8';
      return { encoding: 'utf-8', isAscii: this.#isAscii, seen };
    }
    if (UNDEFINED_1252.some((byte) => this.#high.has(byte)))
      return {
        encoding: 'iso-8859-1',
        isAscii: false,
        seen: 'not UTF-8, and with bytes that windows-1252 lacks',
      };
    const seen = `not UTF-8; taken for windows-1252, the most frequent other one: look at its special letters`;
    return { encoding: 'windows-1252', isAscii: false, seen };
  }

  #magic(): string | undefined {
    const start = this.#first.toString('latin1');
    return MAGIC.find(([mark]) => start.startsWith(mark))?.[1];
  }

  #wide(): { encoding: Encoding; seen: string } | undefined {
    const [a, b] = this.#first;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
      return { encoding: 'utf-16', seen: 'a byte order mark of UTF-16' };
    const pairs = Math.floor(this.#first.length / 2);
    if (pairs < 2) return undefined;
    let [even, odd] = [0, 0];
    for (let i = 0; i < 2 * pairs; i += 2) {
      if (this.#first[i] === 0) even += 1;
      if (this.#first[i + 1] === 0) odd += 1;
    }
    if (odd > pairs / 2 && even === 0) return { encoding: 'utf-16le', seen: 'every second byte is 0' };
    if (even > pairs / 2 && odd === 0) return { encoding: 'utf-16be', seen: 'every second byte is 0' };
    return undefined;
  }
}
