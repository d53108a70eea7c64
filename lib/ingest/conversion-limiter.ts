// Limits how many source files are converted at once: several small ones, because each mostly waits for the store and
// DuckDB; a large one alone, which bounds memory and disk.
import type { ObjectVersion } from '../ports.ts';
import { unpackedBytes } from './size-limit.ts';

export const FILES_AT_ONCE = 4;
const BYTES_AT_ONCE = 64 * 1024 * 1024;

/** A conversion's part of memory and disk: all, or a share. */
export type Room = 'alone' | 'shared';

/** The share was too small; all of it may be enough. */
export class NeedsRoomError extends Error {
  override readonly name = 'NeedsRoomError';
}

/** One per batch. Work that finds no room waits: first come, first served. */
export class ConversionLimiter {
  #files = 0;
  #bytes = 0;
  readonly #waiting: (() => void)[] = [];

  /** Repeats work that throws NeedsRoomError, alone. */
  async convert<T>(version: ObjectVersion, work: (room: Room) => Promise<T>): Promise<T> {
    const bytes = unpackedBytes(version);
    if (bytes < BYTES_AT_ONCE) {
      try {
        return await this.#within(bytes, () => work('shared'));
      } catch (error) {
        if (!(error instanceof NeedsRoomError)) throw error;
      }
    }
    return this.#within(BYTES_AT_ONCE, () => work('alone'));
  }

  async #within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
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
