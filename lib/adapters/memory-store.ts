// An ObjectStore in memory, for tests and dry runs: the same preconditions as the real ones, nothing durable.
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkKey as checkName, checkPrefix, compareKeys } from '../core/object-key.ts';
import { TryAgainError } from '../errors.ts';
import type { ByteRange, Clock, LocalFile, ObjectStore, ObjectVersion, ScratchFolder } from '../ports.ts';

export type MemoryStoreOptions = {
  readonly clock: Clock;
  /** Where `download` puts its files; created when first needed. */
  readonly scratch: ScratchFolder;
  readonly location?: string;
  /** See ObjectStore. Default: none. */
  readonly keysPerRequest?: number;
};

/** `keys` lists all keys in order, for assertions. */
export type MemoryStore = ObjectStore & { keys(): string[] };

type Stored = ObjectVersion & { readonly bytes: Uint8Array };

export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  return new MemoryObjects(options);
}

class MemoryObjects implements MemoryStore {
  readonly location: string;
  readonly keysPerRequest?: number;
  private readonly options: MemoryStoreOptions;
  private readonly objects = new Map<string, Stored>();
  private writes = 0;

  constructor(options: MemoryStoreOptions) {
    this.options = options;
    this.location = options.location ?? 'memory';
    if (options.keysPerRequest !== undefined) this.keysPerRequest = options.keysPerRequest;
  }

  keys(): string[] {
    return [...this.objects.keys()].sort(compareKeys);
  }

  async head(key: string): Promise<ObjectVersion | undefined> {
    checkKey(key);
    const stored = this.objects.get(key);
    return stored && versionOf(stored);
  }

  async *list(prefix: string, after?: string): AsyncIterable<ObjectVersion> {
    checkPrefix(prefix);
    for (const key of this.keys()) {
      if (!key.startsWith(prefix) || (after !== undefined && compareKeys(key, after) <= 0)) continue;
      const stored = this.objects.get(key);
      if (stored) yield versionOf(stored);
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return this.objects.get(key)?.bytes.slice();
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    checkKey(key);
    this.put(key, bytes);
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    checkKey(key);
    if (this.objects.has(key)) return false;
    this.put(key, bytes);
    return true;
  }

  async download(key: string, etag?: string): Promise<LocalFile | undefined> {
    checkKey(key);
    const stored = this.objects.get(key);
    if (!stored || (etag !== undefined && stored.etag !== etag)) return undefined;
    const extension = /(\.[A-Za-z0-9]+){1,2}$/.exec(key)?.[0] ?? '';
    const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const path = join(this.options.scratch, `${name}-${stored.etag}${extension}`);
    if (!(await exists(path))) await this.writeWhole(path, stored.bytes);
    return { path, release: async () => {} };
  }

  async downloadRanges(
    key: string,
    etag: string,
    ranges: readonly ByteRange[],
  ): Promise<LocalFile | undefined> {
    checkKey(key);
    const stored = this.objects.get(key);
    if (stored?.etag !== etag) return undefined;
    this.writes += 1;
    const path = join(this.options.scratch, `range-${this.writes}`);
    await this.writeWhole(path, Buffer.concat(ranges.map(({ from, to }) => stored.bytes.subarray(from, to))));
    return { path, release: () => rm(path, { force: true }) };
  }

  async *readRange(key: string, etag: string, { from, to }: ByteRange): AsyncIterable<Uint8Array> {
    checkKey(key);
    const stored = this.objects.get(key);
    if (stored?.etag !== etag) throw new TryAgainError(`${key} has changed`);
    yield stored.bytes.subarray(from, to);
  }

  async upload(path: string, key: string): Promise<{ sizeBytes: number }> {
    checkKey(key);
    const bytes = await readFile(path);
    this.put(key, bytes);
    await rm(path);
    return { sizeBytes: bytes.byteLength };
  }

  async remove(keys: readonly string[]): Promise<void> {
    keys.forEach(checkKey);
    for (const key of keys) this.objects.delete(key);
  }

  private put(key: string, bytes: Uint8Array): void {
    this.writes += 1;
    this.objects.set(key, {
      key,
      etag: this.writes.toString(16).padStart(8, '0'),
      sizeBytes: bytes.byteLength,
      lastModifiedMs: this.options.clock().getTime(),
      bytes: Uint8Array.from(bytes),
    });
  }

  // By rename, so that a second download of the same version never finds a partial file.
  private async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.options.scratch, { recursive: true });
    this.writes += 1;
    const part = `${path}.${this.writes}.part`;
    await writeFile(part, bytes);
    await rename(part, path);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;

/** Longer keys fail, as in S3. */
function checkKey(key: string): void {
  checkName(key);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new Error(
      `${JSON.stringify(key)} cannot be an object's key: it has more than ${MAX_KEY_BYTES} bytes.`,
    );
}

function versionOf({ key, etag, sizeBytes, lastModifiedMs }: Stored): ObjectVersion {
  return { key, etag, sizeBytes, lastModifiedMs };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
