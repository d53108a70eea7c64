// A store over another one that it never changes: what is written lies in a folder of its own, what is removed is hidden. A use
// case that works on it does all that it does otherwise, and the store below stays as it is: see rehearsal.ts.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../core/object-key.ts';
import { TryAgainError } from '../errors.ts';
import { rangeBytes, writeRanges } from '../file-ranges.ts';
import { moveFile } from '../move-file.ts';
import type { ByteRange, Clock, LocalFile, ObjectStore, ObjectVersion, Unseen } from '../ports.ts';

export type OverlayOptions = {
  /** Read, and never written to. */
  readonly below: ObjectStore;
  /** A folder on the local disk for what is written; its maker removes it. */
  readonly folder: string;
  readonly clock: Clock;
};

type Written = { readonly version: ObjectVersion; readonly path: string };

/**
 * A log (`<table>/_delta_log/`) parts from that below with the first entry that is created in it: what others commit below from
 * then on is not seen.
 */
export function overlayStore(options: OverlayOptions): ObjectStore {
  return new OverlayStore(options);
}

class OverlayStore implements ObjectStore {
  readonly location: string;
  readonly keysPerRequest?: number;
  readonly #below: ObjectStore;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();
  readonly #removed = new Set<string>();
  /** The first own key of each log, by the log's prefix. */
  readonly #parted = new Map<string, string>();
  #writes = 0;

  constructor({ below, folder, clock }: OverlayOptions) {
    this.location = below.location;
    if (below.keysPerRequest !== undefined) this.keysPerRequest = below.keysPerRequest;
    this.#below = below;
    this.#folder = folder;
    this.#clock = clock;
  }

  async head(key: string): Promise<ObjectVersion | undefined> {
    return this.#written.get(key)?.version ?? (this.#isHidden(key) ? undefined : this.#below.head(key));
  }

  async *list(
    prefix: string,
    after?: string,
    unseen?: (unseen: Unseen) => void,
  ): AsyncIterable<ObjectVersion> {
    const own = [...this.#written.values()]
      .map(({ version }) => version)
      .filter(({ key }) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0))
      .sort((a, b) => compareKeys(a.key, b.key));
    let next = 0;
    for await (const version of this.#below.list(prefix, after, unseen)) {
      for (let first = own[next]; first && compareKeys(first.key, version.key) < 0; first = own[next]) {
        yield first;
        next += 1;
      }
      if (!this.#written.has(version.key) && !this.#isHidden(version.key)) yield version;
    }
    yield* own.slice(next);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const own = this.#written.get(key);
    if (own) return readFile(own.path);
    return this.#isHidden(key) ? undefined : this.#below.read(key);
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    checkKey(key);
    const path = await this.#newPath(key);
    await writeFile(path, bytes);
    this.#keep(key, path, bytes.byteLength);
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    checkKey(key);
    if ((await this.head(key)) !== undefined) return false;
    const path = await this.#newPath(key);
    await writeFile(path, bytes);
    // Nothing is awaited from here on: of several creators one comes first.
    if (this.#written.has(key)) {
      await rm(path);
      return false;
    }
    const log = logOf(key);
    if (log !== undefined && !this.#parted.has(log)) this.#parted.set(log, key);
    this.#keep(key, path, bytes.byteLength);
    return true;
  }

  async download(key: string, etag?: string): Promise<LocalFile | undefined> {
    const own = this.#written.get(key);
    if (own === undefined) return this.#isHidden(key) ? undefined : this.#below.download(key, etag);
    if (etag !== undefined && etag !== own.version.etag) return undefined;
    return { path: own.path, release: async () => {} };
  }

  async downloadRanges(
    key: string,
    etag: string,
    ranges: readonly ByteRange[],
  ): Promise<LocalFile | undefined> {
    if (!this.#written.has(key) && !this.#isHidden(key)) return this.#below.downloadRanges(key, etag, ranges);
    return writeRanges(ranges, (range) => this.readRange(key, etag, range), await this.#newPath(key));
  }

  async *readRange(key: string, etag: string, range: ByteRange): AsyncIterable<Uint8Array> {
    const own = this.#written.get(key);
    if (own === undefined && !this.#isHidden(key)) return yield* this.#below.readRange(key, etag, range);
    if (etag !== own?.version.etag) throw new TryAgainError(`${key} has changed`);
    yield* rangeBytes(own.path, range);
  }

  async upload(source: string, key: string): Promise<{ sizeBytes: number }> {
    checkKey(key);
    const path = await this.#newPath(key);
    await moveFile(source, path);
    const { size: sizeBytes } = await stat(path);
    this.#keep(key, path, sizeBytes);
    return { sizeBytes };
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    for (const key of keys) {
      this.#written.delete(key);
      this.#removed.add(key);
    }
  }

  #isHidden(key: string): boolean {
    if (this.#removed.has(key)) return true;
    const first = this.#parted.get(logOf(key) ?? '');
    return first !== undefined && compareKeys(key, first) >= 0;
  }

  /** Names of files say nothing of keys, which no file system need take. A file that is replaced stays: a reader may have it. */
  async #newPath(key: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return join(this.#folder, `${randomUUID()}${/(\.[A-Za-z0-9]+){1,2}$/.exec(key)?.[0] ?? ''}`);
  }

  #keep(key: string, path: string, sizeBytes: number): void {
    this.#writes += 1;
    const version = {
      key,
      etag: `overlay-${this.#writes}`,
      sizeBytes,
      lastModifiedMs: this.#clock().getTime(),
    };
    this.#written.set(key, { version, path });
    this.#removed.delete(key);
  }
}

/** The prefix of the log that a key belongs to. */
function logOf(key: string): string | undefined {
  return /^.*\/_delta_log\//.exec(key)?.[0];
}

function checkKey(key: string): void {
  if (key === '') throw new Error(`${JSON.stringify(key)} cannot be an object's key: it is empty.`);
}
