// Lists in several parts at once what takes many pages, still in the order of the keys. A part is a range of keys: together they are
// the whole wherever one ends and the next begins. Where they should is guessed from the names of folders; a bad guess costs requests.
import { compareKeys } from '../core/object-key.ts';
import type { ObjectVersion } from '../ports.ts';
import { folderCuts } from './folder-cuts.ts';

/** Where a page begins, in S3's words. */
export type From = { readonly StartAfter?: string } | { readonly ContinuationToken: string };

export type Page = {
  readonly objects: readonly ObjectVersion[];
  /** Undefined behind the last page. */
  readonly next: From | undefined;
};

/** What one listing asks a bucket for. Objects and folders come in the order of their UTF-8 bytes. */
export type Listed = {
  /** All keys begin with it. */
  readonly prefix: string;
  readonly from: From;
  readonly page: (from: From, signal: AbortSignal) => Promise<Page>;
  /**
   * The folders of a folder that are greater than `after`, each ending in `/`, those of a request at a time; not always all. Absent:
   * all is one part.
   */
  readonly folders?: (folder: string, after: string, signal: AbortSignal) => AsyncIterable<readonly string[]>;
};

/** A listing of no more takes them one after the other, each when it is wanted; so does what lies in one folder. */
const PAGES_ALONE = 10;
const REQUESTS_AT_ONCE = 8;
/** Pages that are asked for or wait behind the one that is wanted next. */
const PAGES_AHEAD = 128;
const MAX_CUTS = 64;

/** Who stops early ends the requests under way; there were no more pages ahead than were taken. */
export async function* listInParts(listed: Listed): AsyncGenerator<ObjectVersion, void> {
  const listing = new Listing(listed);
  try {
    for (let page = await listing.next(); page; page = await listing.next())
      for (const object of page) yield object;
  } finally {
    await listing.stop();
  }
}

/** The keys behind the end of the part before it, up to `end`. */
type Part = {
  end: string | undefined;
  /** Undefined when the last page was asked for. */
  from: From | undefined;
  readonly pages: (readonly ObjectVersion[])[];
  /** The pages since the part was looked at for folders. */
  unparted: (readonly ObjectVersion[])[];
  /** The folders in which it was looked for others. */
  readonly asked: Set<string>;
  isAsking: boolean;
  failure: { readonly error: unknown } | undefined;
};

class Listing {
  readonly #listed: Listed;
  /** In order; the first one is taken from. */
  readonly #parts: Part[];
  /** None of them rejects. */
  readonly #asking = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #taken = 0;
  #isParted = false;

  constructor(listed: Listed) {
    this.#listed = listed;
    this.#parts = [newPart(listed.from, undefined)];
  }

  /** Undefined behind the last page. Throws a page's error where the page would have come. */
  async next(): Promise<readonly ObjectVersion[] | undefined> {
    for (;;) {
      const [first] = this.#parts;
      if (first === undefined) return undefined;
      const page = first.pages.shift();
      if (page) {
        this.#taken += 1;
        this.#askAhead();
        return page;
      }
      if (first.failure) throw first.failure.error;
      if (!first.isAsking && first.from === undefined) {
        this.#parts.shift();
        continue;
      }
      if (!first.isAsking && this.#asking.size < REQUESTS_AT_ONCE) this.#ask(first);
      await Promise.race(this.#asking);
    }
  }

  /** When it resolves, nothing is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#asking);
  }

  /** The first parts first, as far as others wait for them. */
  #askAhead(): void {
    if (!this.#isParted || this.#stop.signal.aborted) return;
    const waiting = this.#parts.reduce((sum, { pages }) => sum + pages.length, 0);
    const ahead = Math.min(PAGES_AHEAD, this.#taken) - waiting;
    let room = Math.min(REQUESTS_AT_ONCE, ahead) - this.#asking.size;
    for (const part of this.#parts) {
      if (room <= 0 || part.failure) return;
      if (part.isAsking || part.from === undefined) continue;
      this.#ask(part);
      room -= 1;
    }
  }

  #ask(part: Part): void {
    part.isAsking = true;
    const asking = this.#advance(part)
      .catch((error: unknown) => {
        part.failure = { error };
      })
      .then(() => {
        part.isAsking = false;
        this.#asking.delete(asking);
        this.#askAhead();
      });
    this.#asking.add(asking);
  }

  async #advance(part: Part): Promise<void> {
    if (part.from === undefined) return;
    if (part.unparted.length === PAGES_ALONE) await this.#divide(part);
    const { objects, next } = await this.#listed.page(part.from, this.#stop.signal);
    const { end } = part;
    const inside = end === undefined ? objects : objects.filter(({ key }) => compareKeys(key, end) <= 0);
    part.from = inside.length < objects.length ? undefined : next;
    part.unparted.push(inside);
    if (inside.length > 0) part.pages.push(inside);
  }

  /** Gives what lies behind the next folders to parts of its own. */
  async #divide(part: Part): Promise<void> {
    const keys = part.unparted.flatMap((page) => page.map(({ key }) => key));
    part.unparted = [];
    const { prefix, folders: foldersOf } = this.#listed;
    if (foldersOf === undefined) return;
    const folders = (folder: string, after: string) => foldersOf(folder, after, this.#stop.signal);
    // Each part costs a request or more: small ones together no more than what was listed before.
    const most = Math.min(MAX_CUTS, this.#taken);
    // Whoever may list objects, but no folders, loses time alone; of all else that fails the next page speaks.
    const cuts = await folderCuts({ prefix, folders, asked: part.asked }, keys, part.end, most).catch(
      () => [],
    );
    const [first] = cuts;
    if (first === undefined) return;
    const parts = cuts.map((cut, i) => newPart({ StartAfter: cut }, cuts[i + 1] ?? part.end));
    this.#parts.splice(this.#parts.indexOf(part) + 1, 0, ...parts);
    part.end = first;
    this.#isParted = true;
  }
}

function newPart(from: From, end: string | undefined): Part {
  return { end, from, pages: [], unparted: [], asked: new Set(), isAsking: false, failure: undefined };
}
