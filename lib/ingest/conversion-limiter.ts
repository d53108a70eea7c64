// How many source files are converted at once: several small ones, since each waits most of its time for the store and the
// engine, but a large one alone, so that memory and disk are bounded by the larger of the two limits.
import type { ObjectVersion } from '../ports.ts';
import { unpackedBytes } from './size-limit.ts';

export const FILES_AT_ONCE = 4;
const BYTES_AT_ONCE = 64 * 1024 * 1024;

/** What a conversion has of memory and disk: all, or a share. */
export type Room = 'alone' | 'shared';

/** The share was too small; all of it may do. */
export class NeedsRoomError extends Error {
  override readonly name = 'NeedsRoomError';
}

/** One per batch. Work that finds no room waits; the first to come is the first to begin. */
export class ConversionLimiter {
  #files = 0;
  #bytes = 0;
  readonly #waiting: (() => void)[] = [];

  /** Work that throws NeedsRoomError is done again, alone. */
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
