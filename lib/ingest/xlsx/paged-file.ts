// Reads parts of a file on the disk at once, and keeps some pages of it in memory: for a table that is too large to be held, of which
// mostly the same or neighbouring parts are asked for.
import { closeSync, openSync, readSync } from 'node:fs';

const PAGE_BYTES = 4 * 1024;
const MOST_PAGES = 4096;

export class PagedFile {
  readonly #file: number;
  /** The one that was used last comes last. */
  readonly #pages = new Map<number, Buffer>();
  #latest: readonly [number: number, page: Buffer] = [-1, Buffer.alloc(0)];

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** Throws RangeError where the file has not so many bytes. */
  read(position: number, length: number): Buffer {
    const number = Math.floor(position / PAGE_BYTES);
    const start = position - number * PAGE_BYTES;
    if (start + length > PAGE_BYTES) return this.#readPast(position, length);
    const part = this.#page(number).subarray(start, start + length);
    if (part.length < length) throw new RangeError(`the file ends before byte ${position + length}`);
    return part;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Beyond the end of a page. */
  #readPast(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let read = 0; read < length; ) {
      const more = readSync(this.#file, bytes, read, length - read, position + read);
      if (more === 0) throw new RangeError(`the file ends before byte ${position + length}`);
      read += more;
    }
    return bytes;
  }

  #page(number: number): Buffer {
    if (this.#latest[0] === number) return this.#latest[1];
    const page = this.#pages.get(number) ?? this.#load(number);
    this.#pages.delete(number);
    this.#pages.set(number, page);
    if (this.#pages.size > MOST_PAGES) this.#pages.delete(this.#pages.keys().next().value as number);
    this.#latest = [number, page];
    return page;
  }

  #load(number: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(PAGE_BYTES);
    let length = 0;
    for (;;) {
      const more = readSync(this.#file, bytes, length, PAGE_BYTES - length, number * PAGE_BYTES + length);
      length += more;
      if (more === 0 || length === PAGE_BYTES) return bytes.subarray(0, length);
    }
  }
}
