// How many source files are converted at once: several small ones, since each waits most of its time for the store and the
// engine, but a large one alone, so that memory and disk are bounded by the larger of the two limits.
import type { ObjectVersion } from '../ports.ts';
import { unpackedBytes } from './size-limit.ts';

const FILES_AT_ONCE = 4;
const BYTES_AT_ONCE = 64 * 1024 * 1024;

/** One per batch. Work that finds no room waits; the first to come is the first to begin. */
export class SideBySide {
  #files = 0;
  #bytes = 0;
  readonly #waiting: (() => void)[] = [];

  async convert<T>(version: ObjectVersion, work: () => Promise<T>): Promise<T> {
    const bytes = Math.min(BYTES_AT_ONCE, unpackedBytes(version));
    while (this.#files === FILES_AT_ONCE || this.#bytes + bytes > BYTES_AT_ONCE)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#files += 1;
    this.#bytes += bytes;
    try {
      return await work();
    } finally {
      this.#files -= 1;
      this.#bytes -= bytes;
      for (const resume of this.#waiting.splice(0)) resume();
    }
  }
}
