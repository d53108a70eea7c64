// The one way of watching: looks again and again, and compares with what was seen before. So it does not matter how files came,
// on what disk or in which bucket they lie, or what the system tells about them.
import { setTimeout } from 'node:timers/promises';
import { PlaceGoneError } from '../errors.ts';

/** What one look sees. */
export type Sight = {
  /** By key; another one whenever what the key stands for may have changed. */
  readonly marks: ReadonlyMap<string, string>;
  /** Whether a key that was not seen may be there all the same. Default: no key is. */
  readonly isUnseen?: (key: string) => boolean;
};

/** Between two looks at least; so a key that two looks see alike has stood still for that long. */
const PAUSE_MS = 500;
/** Looks that take long must not take all of the time. */
const PAUSE_PER_LOOK = 20;
const GONE = '';

/** One place, what was settled of it, and when it is to be looked at again. Nothing here waits. */
export class Watched {
  readonly #see: () => Promise<Sight>;
  readonly #nowMs: () => number;
  #settled: Map<string, string>;
  /** Keys that the last look saw changed, and that may still be changing. */
  #moving = new Map<string, string>();
  #costMs = Number.POSITIVE_INFINITY;
  #pauseMs = PAUSE_MS;
  #dueMs = 0;
  #isHurried = false;

  /** `settled`: marks that need no work. */
  constructor(
    see: () => Promise<Sight>,
    settled: Sight['marks'] = new Map(),
    nowMs = () => performance.now(),
  ) {
    this.#see = see;
    this.#settled = new Map(settled);
    this.#nowMs = nowMs;
  }

  /** When to look next, on the clock that was given; at once, at first. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Everything as it is now is somebody else's work: a sync that begins after this. */
  async settle(): Promise<void> {
    this.#settled = new Map((await this.#see()).marks);
  }

  /**
   * Looks, and returns the keys that are not as they were settled and look as they did the last time; gone ones included. They
   * count as settled. Where the look fails it throws, and the next one finds what this one would have.
   */
  async changed(): Promise<string[]> {
    const { marks, isUnseen = () => false } = await this.#look();
    const moving = new Map([...marks].filter(([key, mark]) => mark !== this.#settled.get(key)));
    for (const key of this.#settled.keys()) if (!marks.has(key) && !isUnseen(key)) moving.set(key, GONE);
    const rested = [...moving].filter(([key, mark]) => mark === this.#moving.get(key));
    for (const [key, mark] of rested) {
      moving.delete(key);
      if (mark === GONE) this.#settled.delete(key);
      else this.#settled.set(key, mark);
    }
    this.#moving = moving;
    // Whether it rests is asked soon, and once: what never rests must not keep the looks close together.
    this.#isHurried = moving.size > 0 && !this.#isHurried;
    if (this.#isHurried) this.#dueMs = this.#nowMs() + PAUSE_MS;
    return rested.map(([key]) => key);
  }

  async #look(): Promise<Sight> {
    const startedMs = this.#nowMs();
    try {
      const sight = await this.#see();
      const tookMs = this.#nowMs() - startedMs;
      // One slow look, on a cold disk or over a bad network, must not put off the next one for long.
      this.#pauseMs = Math.max(PAUSE_MS, Math.min(tookMs, this.#costMs) * PAUSE_PER_LOOK);
      this.#costMs = tookMs;
      return sight;
    } finally {
      this.#dueMs = this.#nowMs() + this.#pauseMs;
    }
  }
}

/** `take`: works on keys that changed; what it throws ends the watching. */
export type Watching = { readonly watched: Watched; take(keys: readonly string[]): Promise<void> };

/**
 * Looks at each place whenever it is due, in that order, one thing at a time, until `signal` is aborted. A look that fails is
 * told to `failed`, once for each reason, and tried again. Throws PlaceGoneError where a place is gone.
 */
export async function watch(
  places: readonly Watching[],
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  const reasons = new Map<Watching, string>();
  const look = async (place: Watching) => {
    try {
      const keys = await place.watched.changed();
      reasons.delete(place);
      return keys;
    } catch (error) {
      if (error instanceof PlaceGoneError) throw error;
      if (reasons.get(place) !== String(error)) failed(error);
      reasons.set(place, String(error));
      return [];
    }
  };
  const isDue = ({ watched }: Watching) => !signal.aborted && watched.dueMs <= performance.now();
  while (await hasPassed(Math.min(...places.map(({ watched }) => watched.dueMs)), signal))
    for (const place of places) {
      const keys = isDue(place) ? await look(place) : [];
      if (keys.length > 0 && !signal.aborted) await place.take(keys);
    }
}

/** Waits until then; at once, and false, where the signal is aborted. */
async function hasPassed(dueMs: number, signal: AbortSignal): Promise<boolean> {
  await setTimeout(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
