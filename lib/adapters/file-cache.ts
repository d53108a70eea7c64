// Local copies of immutable objects, up to a number of bytes: evicts the least recently used, never one in use.
import { access, rm } from 'node:fs/promises';
import { inParallel } from '../in-parallel.ts';
import type { LocalFile } from '../ports.ts';

export type CachedFile = { readonly path: string; readonly etag: string; readonly sizeBytes: number };
export type Lease = { readonly etag: string; readonly file: LocalFile };

type Entry = CachedFile & { uses: number };
type Fetch = { readonly entry: Promise<Entry | undefined>; waiters: number };

export class FileCache {
  readonly #maxBytes: number;
  /** Ordered by last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #fetches = new Map<string, Fetch>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The file under `key`; `fetch` is called if it is not cached, once for all concurrent callers. */
  async get(key: string, fetch: () => Promise<CachedFile | undefined>): Promise<Lease | undefined> {
    const entry = (await this.#present(key)) ?? (await this.#fetched(key, fetch));
    if (entry === undefined) return undefined;
    let released = false;
    const release = async () => {
      if (released) return;
      released = true;
      entry.uses -= 1;
      if (this.#entries.get(key) === entry) await this.#shrink();
      else if (entry.uses === 0) await rm(entry.path, { force: true });
    };
    return { etag: entry.etag, file: { path: entry.path, release } };
  }

  /** The object under `key` may have changed or gone. Files in use stay until they are released. */
  async forget(key: string): Promise<void> {
    this.#fetches.delete(key);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#drop(key, entry);
    if (entry.uses === 0) await rm(entry.path, { force: true });
  }

  async #present(key: string): Promise<Entry | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.uses += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    // Others may empty the scratch folder, for example between two invocations.
    const isThere = await access(entry.path).then(
      () => true,
      () => false,
    );
    if (isThere) return entry;
    if (this.#entries.get(key) === entry) this.#drop(key, entry);
    return undefined;
  }

  async #fetched(key: string, fetch: () => Promise<CachedFile | undefined>): Promise<Entry | undefined> {
    const known = this.#fetches.get(key);
    if (known) {
      known.waiters += 1;
      return known.entry;
    }
    const started: Fetch = { waiters: 1, entry: fetch().then((file) => this.#keep(key, started, file)) };
    this.#fetches.set(key, started);
    return started.entry.finally(() => {
      if (this.#fetches.get(key) === started) this.#fetches.delete(key);
    });
  }

  /** Counts all waiters at once, so that the file is not evicted between the end of a fetch and their turn. */
  #keep(key: string, fetch: Fetch, file: CachedFile | undefined): Entry | undefined {
    const isCurrent = this.#fetches.get(key) === fetch;
    if (isCurrent) this.#fetches.delete(key);
    if (file === undefined) return undefined;
    const entry = { ...file, uses: fetch.waiters };
    // A file that is too large to keep would only evict others.
    if (isCurrent && entry.sizeBytes <= this.#maxBytes) {
      this.#entries.set(key, entry);
      this.#bytes += entry.sizeBytes;
    }
    return entry;
  }

  async #shrink(): Promise<void> {
    const dropped: Entry[] = [];
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      if (entry.uses > 0) continue;
      this.#drop(key, entry);
      dropped.push(entry);
    }
    await inParallel(dropped, (entry) => rm(entry.path, { force: true }));
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.sizeBytes;
  }
}
