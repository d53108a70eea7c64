// The only way of watching: polls and compares with what was seen before. So it does not matter how files arrive, on which
// disk or in which bucket they are, or which events the system reports.
import { setTimeout } from 'node:timers/promises';
import { LocationGoneError } from '../errors.ts';

/** The result of one look. */
export type Sight = {
  /** By key; it differs whenever the object of the key may have changed. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Whether a key that was not seen may still exist. Default: none does. */
  readonly isUnseen?: (key: string) => boolean;
};

/** The minimum time between two looks; a key that two looks see unchanged has been stable for that long. */
const PAUSE_MS = 500;
/** Slow looks must not take all of the time. */
const PAUSE_PER_LOOK = 20;
const GONE = '';

/** One watched location: its settled state and the time of the next look. Nothing here waits. */
export class Watched {
  readonly #see: () => Promise<Sight>;
  readonly #nowMs: () => number;
  #settled: Map<string, string>;
  /** Keys that changed in the last look and may still be changing. */
  #moving = new Map<string, string>();
  #costMs = Number.POSITIVE_INFINITY;
  #pauseMs = PAUSE_MS;
  #dueMs = 0;
  #isHurried = false;

  /** `settled`: the state that needs no work. */
  constructor(
    see: () => Promise<Sight>,
    settled: Sight['fingerprints'] = new Map(),
    nowMs = () => performance.now(),
  ) {
    this.#see = see;
    this.#settled = new Map(settled);
    this.#nowMs = nowMs;
  }

  /** When to look next, on the given clock; the first time at once. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Treats the current state as settled: a sync that starts after this processes it. */
  async settle(): Promise<void> {
    this.#settled = new Map((await this.#see()).fingerprints);
  }

  /**
   * Looks, and returns the keys that differ from their settled state and are unchanged since the last look, including deleted
   * ones. They then count as settled. If the look fails it throws, and the next one finds the same changes.
   */
  async changed(): Promise<string[]> {
    const { fingerprints, isUnseen = () => false } = await this.#look();
    const moving = new Map(
      [...fingerprints].filter(([key, fingerprint]) => fingerprint !== this.#settled.get(key)),
    );
    for (const key of this.#settled.keys())
      if (!fingerprints.has(key) && !isUnseen(key)) moving.set(key, GONE);
    const rested = [...moving].filter(([key, fingerprint]) => fingerprint === this.#moving.get(key));
    for (const [key, fingerprint] of rested) {
      moving.delete(key);
      if (fingerprint === GONE) this.#settled.delete(key);
      else this.#settled.set(key, fingerprint);
    }
    this.#moving = moving;
    // Looks again soon, but only once: a key that never settles must not keep the looks close together.
    this.#isHurried = moving.size > 0 && !this.#isHurried;
    if (this.#isHurried) this.#dueMs = this.#nowMs() + PAUSE_MS;
    return rested.map(([key]) => key);
  }

  async #look(): Promise<Sight> {
    const startedMs = this.#nowMs();
    try {
      const sight = await this.#see();
      const tookMs = this.#nowMs() - startedMs;
      // One slow look, on a cold disk or over a bad network, must not delay the next one for long.
      this.#pauseMs = Math.max(PAUSE_MS, Math.min(tookMs, this.#costMs) * PAUSE_PER_LOOK);
      this.#costMs = tookMs;
      return sight;
    } finally {
      this.#dueMs = this.#nowMs() + this.#pauseMs;
    }
  }
}

/** `take` processes changed keys; if it throws, watching ends. */
export type Watching = { readonly watched: Watched; take(keys: readonly string[]): Promise<void> };

/**
 * Looks at each location when it is due, in this order, one at a time, until `signal` is aborted. A failing look is reported
 * to `failed`, once for each reason, and retried. Throws LocationGoneError if a location is gone.
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
      if (error instanceof LocationGoneError) throw error;
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

/** Waits until then; returns false at once if the signal is aborted. */
async function hasPassed(dueMs: number, signal: AbortSignal): Promise<boolean> {
  await setTimeout(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
