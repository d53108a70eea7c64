// The texts that a workbook's cells share, written to the disk and read from there by number: memory does not grow with them.
// ECMA-376 Part 1, sections 18.4.8 (si) and 18.4.9 (sst).
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZipMember } from '../zip/zip-archive.ts';
import { PagedFile } from './paged-file.ts';
import { brokenPart, MAX_TEXT, parsedXml } from './part-xml.ts';

/** A float64: where a text ends. */
const OFFSET_BYTES = 8;
const BATCH = 4096;
/** Texts that are kept as they are, of so many characters at most. */
const KEPT = 4096;
const MOST_KEPT = 128;

export class SharedTexts {
  readonly count: number;
  readonly #ends: PagedFile;
  readonly #bytes: PagedFile;
  readonly #keptNumbers = new Float64Array(KEPT).fill(-1);
  readonly #kept: string[] = Array.from({ length: KEPT }, () => '');

  constructor(count: number, ends: string, bytes: string) {
    this.count = count;
    this.#ends = new PagedFile(ends);
    this.#bytes = new PagedFile(bytes);
  }

  /** Undefined where there is none of this number. */
  at(number: number): string | undefined {
    if (!Number.isInteger(number) || number < 0 || number >= this.count) return undefined;
    const place = number % KEPT;
    if (this.#keptNumbers[place] === number) return this.#kept[place];
    const start = number === 0 ? 0 : this.#end(number - 1);
    const text = this.#bytes.read(start, this.#end(number) - start).toString();
    if (text.length <= MOST_KEPT) {
      this.#keptNumbers[place] = number;
      this.#kept[place] = text;
    }
    return text;
  }

  close(): void {
    this.#ends.close();
    this.#bytes.close();
  }

  #end(number: number): number {
    return this.#ends.read(number * OFFSET_BYTES, OFFSET_BYTES).readDoubleLE();
  }
}

/** Throws BrokenArchiveError. Readings aloud (rPh) are left out. */
export async function readSharedTexts(part: ZipMember, scratch: string): Promise<SharedTexts> {
  const paths = { ends: join(scratch, 'shared-ends'), bytes: join(scratch, 'shared-texts') };
  const [ends, bytes] = [await open(paths.ends, 'w'), await open(paths.bytes, 'w')];
  try {
    let [count, end] = [0, 0];
    const flush = async (texts: readonly string[]) => {
      const offsets = Buffer.alloc(texts.length * OFFSET_BYTES);
      const encoded = texts.map((text) => Buffer.from(text));
      encoded.forEach((one, i) => {
        end += one.length;
        offsets.writeDoubleLE(end, i * OFFSET_BYTES);
      });
      count += texts.length;
      await ends.appendFile(offsets);
      await bytes.appendFile(Buffer.concat(encoded));
    };
    for await (const texts of sharedTexts(part)) await flush(texts);
    return new SharedTexts(count, paths.ends, paths.bytes);
  } finally {
    await ends.close();
    await bytes.close();
  }
}

async function* sharedTexts(part: ZipMember): AsyncIterable<readonly string[]> {
  let texts: string[] = [];
  let text = '';
  const pieces = parsedXml(part, {
    open: (path) => {
      if (path.length === 2) text = '';
    },
    text: (path, piece) => {
      if (isTextOf(path, 2)) text += piece;
      if (text.length > MAX_TEXT) throw brokenPart(part, `a text in it has more than ${MAX_TEXT} characters`);
    },
    close: (path) => {
      if (path.length === 2 && path[1] === 'si') texts.push(text);
    },
  });
  for await (const _ of pieces) {
    if (texts.length < BATCH) continue;
    yield texts;
    texts = [];
  }
  yield texts;
}

/** Whether the element holds a text (`t`, or `t` of a run `r`) of the one that is `depth` deep. */
export function isTextOf(path: readonly string[], depth: number): boolean {
  if (path[depth] === 't') return path.length === depth + 1;
  return path[depth] === 'r' && path[depth + 1] === 't' && path.length === depth + 2;
}
