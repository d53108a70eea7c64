// Finds by listing what the watcher of a landing folder missed: events of a file system are hints, and a folder that
// appears full of files is seen only in part. Says which keys to look at; ingest finds out what happened to them.

import { CliError, PlaceGoneError } from '../errors.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { ObjectStore, ObjectVersion, Unseen } from '../ports.ts';
import type { Changes } from './changes.ts';

const ABSENT = '';

/** What was seen of each key, and what was last brought to the lake. */
export class LandingPoll {
  readonly #landing: ObjectStore;
  #settled = new Map<string, string>();
  #seen = new Map<string, string>();
  #unseen: Unseen[] = [];

  constructor(landing: ObjectStore) {
    this.#landing = landing;
  }

  /** Everything as it is now is somebody else's work: a sync that begins after this. */
  async begin(): Promise<void> {
    this.#settled = await this.#list();
    this.#seen = this.#settled;
  }

  /** The keys are brought to the state that they are in now, or to a later one. */
  async settle(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      try {
        const version = await this.#landing.head(key);
        if (version) this.#settled.set(key, mark(version));
        else this.#settled.delete(key);
      } catch (error) {
        // Whoever brings it to the lake says why it cannot be looked at.
        if (!(error instanceof CliError) || error instanceof PlaceGoneError) throw error;
      }
    }
  }

  /** What is there and cannot be seen, by the listing before. */
  get unseen(): readonly Unseen[] {
    return this.#unseen;
  }

  /** Keys that changed since they were settled and stood still from the poll before to this one; gone ones included. */
  async missed(): Promise<string[]> {
    const present = await this.#list();
    const still = (key: string) => (present.get(key) ?? ABSENT) === (this.#seen.get(key) ?? ABSENT);
    const keys = new Set([...present.keys(), ...this.#settled.keys()]);
    const missed = [...keys].filter(
      (key) => present.get(key) !== this.#settled.get(key) && still(key) && !isUnseen(this.#unseen, key),
    );
    this.#seen = present;
    return missed;
  }

  async #list(): Promise<Map<string, string>> {
    const marks = new Map<string, string>();
    const unseen: Unseen[] = [];
    for await (const version of this.#landing.list('', undefined, (one) => unseen.push(one)))
      marks.set(version.key, mark(version));
    this.#unseen = unseen;
    return marks;
  }
}

function mark(version: ObjectVersion): string {
  return `${version.etag} ${version.lastModifiedMs}`;
}

const PAUSE_MS = 2_000;
/** Of a landing with very many files a poll takes its time: it must not take all of it. */
const PAUSE_PER_SWEEP = 20;

export type PollObserver = {
  readonly failed: (error: unknown) => void;
  readonly unseen: (unseen: Unseen) => void;
  readonly require: () => Promise<void>;
};

/**
 * Polls from time to time until `changes` is stopped. What a poll cannot read it tells `failed`, once; the next one tries
 * again. `unseen` is told what cannot be seen since the poll began, each once. `require` is asked before each poll: what it
 * throws is the end of all work.
 */
export async function pollLanding(
  poll: LandingPoll,
  changes: Changes,
  { failed, unseen, require }: PollObserver,
): Promise<void> {
  const idOf = ({ key, problem }: Unseen) => `${key}\n${problem}`;
  let told = new Set(poll.unseen.map(idOf));
  let pauseMs = PAUSE_MS;
  let said: string | undefined;
  while (await changes.stillWanted(pauseMs)) {
    const started = performance.now();
    try {
      await require();
      for (const key of await poll.missed()) changes.add(key);
      for (const one of poll.unseen) if (!told.has(idOf(one))) unseen(one);
      told = new Set(poll.unseen.map(idOf));
      said = undefined;
    } catch (error) {
      if (error instanceof PlaceGoneError) return changes.fail(error);
      if (String(error) !== said) failed(error);
      said = String(error);
    }
    pauseMs = Math.max(PAUSE_MS, (performance.now() - started) * PAUSE_PER_SWEEP);
  }
}
