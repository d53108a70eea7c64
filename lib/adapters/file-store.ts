// An ObjectStore in a folder. A write becomes visible only when a complete, synced file is renamed or linked.
import { createHash, randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { access, copyFile, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { checkKey, checkPrefix } from '../core/object-key.ts';
import { CliError, LocationGoneError, TryAgainError } from '../errors.ts';
import { rangeBytes, writeRanges } from '../file-ranges.ts';
import type { ByteRange, LocalFile, ObjectStore, ObjectVersion, ScratchFolder, Unseen } from '../ports.ts';
import { Disk, linkIfAbsent, renameIfSameDisk, unlinkFile } from './disk.ts';
import { fileError } from './file-error.ts';
import { type FoundFile, foldersIn, present, walk } from './file-listing.ts';
import { isInside, linkProblem } from './file-oddities.ts';
import { quickStat } from './quick-stat.ts';

export type FileStoreOptions = {
  /** false: skip every fsync; the state after a power cut is then undefined. For tests. Default true. */
  readonly durable?: boolean;
  /**
  /**
   * Where `download` copies files that a symbolic link places outside `root`, because DuckDB must not read there. Absent:
   * such files are read in place, too.
   */
  readonly scratch?: ScratchFolder;
  /**
   * true: `list` reports or throws on entries that are not objects, and does not follow links that leave the folder.
   * Default false, for a folder that only Sluice writes: such entries are skipped.
   */
  readonly filledByOthers?: boolean;
};

/**
 * Objects are the files below `root` whose path has no name starting with `.`; the first write creates `root`. Once it has
 * existed, it must stay: if it is gone or is another folder (an unmounted disk), no object counts as absent and nothing is
 * written. Throws LocationGoneError.
 */
export function fileStore(root: string, options: FileStoreOptions = {}): ObjectStore {
  return new FileObjects(resolve(root), options);
}

class FileObjects implements ObjectStore {
  readonly location: string;
  private readonly disk: Disk;
  /** The root's identity when first seen, by device and inode. */
  private identity: string | undefined;
  /** The root's path without symbolic links, when last asked for. */
  private realRoot: string | undefined;
  private readonly scratch: ScratchFolder | undefined;
  private readonly filledByOthers: boolean;

  constructor(location: string, { durable = true, scratch, filledByOthers = false }: FileStoreOptions) {
    this.location = location;
    this.disk = new Disk(durable);
    this.scratch = scratch;
    this.filledByOthers = filledByOthers;
  }

  async head(key: string): Promise<ObjectVersion | undefined> {
    const path = this.path(key);
    if (this.identity === undefined) await this.requireRoot();
    const stats = isHidden(key) ? undefined : await reading(path, present(quickStat(path)));
    if (stats?.isFile()) {
      if (this.filledByOthers) await this.requireInside(path);
      return version({ key, stats });
    }
    await this.requireRoot();
    return undefined;
  }

  async *list(
    prefix: string,
    after?: string,
    unseen: (unseen: Unseen) => void = refuseUnseen,
  ): AsyncIterable<ObjectVersion> {
    checkPrefix(prefix);
    await this.requireRoot();
    try {
      const realRoot = this.filledByOthers ? await present(realpath(this.location)) : undefined;
      const tell = (key: string, problem: string) => unseen({ key, problem });
      const guard = realRoot === undefined ? undefined : { realRoot, unseen: tell };
      for await (const found of walk(this.location, { prefix, after, guard })) yield version(found);
    } catch (error) {
      throw fileError(error, 'list', join(this.location, prefix));
    }
    // An object that was not found may exist if the folder was removed meanwhile.
    await this.requireRoot();
  }

  async folders(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    await this.requireRoot();
    try {
      return await foldersIn(this.location, prefix);
    } catch (error) {
      throw fileError(error, 'list', join(this.location, prefix));
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    if (!(await this.head(key))) return undefined;
    const path = this.path(key);
    const bytes = await reading(path, present(readFile(path)));
    if (bytes === undefined) await this.requireRoot();
    return bytes;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    await this.place(key, async (part, path) => {
      await this.disk.writeSynced(part, bytes);
      await rename(part, path);
    });
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.place(key, async (part, path) => {
      await this.disk.writeSynced(part, bytes);
      const created = await linkIfAbsent(part, path);
      await rm(part, { force: true });
      return created;
    });
  }

  async download(key: string, etag?: string): Promise<LocalFile | undefined> {
    const version = await this.head(key);
    if (version === undefined || (etag !== undefined && version.etag !== etag)) return undefined;
    const path = this.path(key);
    // An error when opening the path would be less clear.
    await reading(path, access(path, constants.R_OK));
    // In a folder that others fill, `head` refuses links that leave it.
    if (this.scratch === undefined || this.filledByOthers) return { path, release: async () => {} };
    const root = await reading(path, present(realpath(this.location)));
    const real = await reading(path, present(realpath(path)));
    if (root === undefined || real === undefined) return undefined;
    return isInside(real, root) ? { path, release: async () => {} } : this.copy(path, this.scratch);
  }

  async downloadRanges(
    key: string,
    etag: string,
    ranges: readonly ByteRange[],
  ): Promise<LocalFile | undefined> {
    const copy = join(this.scratch ?? tmpdir(), randomUUID());
    try {
      return await writeRanges(ranges, (range) => this.readRange(key, etag, range), copy);
    } catch (error) {
      throw fileError(error, 'write', copy);
    }
  }

  /** Read in place: the version is compared before and after. */
  async *readRange(key: string, etag: string, range: ByteRange): AsyncIterable<Uint8Array> {
    await this.requireVersion(key, etag);
    try {
      yield* rangeBytes(this.path(key), range);
    } catch (error) {
      await this.requireVersion(key, etag);
      throw fileError(error, 'read', this.path(key));
    }
    await this.requireVersion(key, etag);
  }

  private async requireVersion(key: string, etag: string): Promise<void> {
    if ((await this.head(key))?.etag !== etag) throw new TryAgainError(`${key} has changed`);
  }

  private async copy(path: string, scratch: ScratchFolder): Promise<LocalFile> {
    const copy = join(scratch, `${randomUUID()}${/(\.[A-Za-z0-9]+){1,2}$/.exec(path)?.[0] ?? ''}`);
    await reading(path, copyFile(path, copy));
    return { path: copy, release: () => rm(copy, { force: true }) };
  }

  async upload(source: string, key: string): Promise<{ sizeBytes: number }> {
    return this.place(key, async (part, path) => {
      await this.disk.sync(source);
      const { size } = await stat(source);
      if (!(await renameIfSameDisk(source, path))) {
        await copyFile(source, part);
        await this.disk.sync(part);
        await rename(part, path);
        await rm(source);
      }
      return { sizeBytes: size };
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    keys.forEach(checkKey);
    for (const key of keys.filter((key) => !isHidden(key))) {
      const path = this.path(key);
      try {
        await unlinkFile(path);
        await this.disk.removeEmptyFolders(dirname(path), this.location);
      } catch (error) {
        throw fileError(error, 'remove', path);
      }
    }
  }

  /** Throws CliError if a link in the path leaves the folder. */
  private async requireInside(path: string): Promise<void> {
    const problem = async (realRoot: string) => reading(path, linkProblem(path, realRoot));
    if (this.realRoot !== undefined && (await problem(this.realRoot)) === undefined) return;
    // The folder itself may be a link, to another one than before.
    this.realRoot = await reading(this.location, realpath(this.location));
    const outside = await problem(this.realRoot);
    if (outside) throw new CliError(`cannot read ${path}: ${outside.message}.`);
  }

  private path(key: string): string {
    checkKey(key);
    return join(this.location, key);
  }

  /** Runs `work` with a hidden temporary name next to the key's file; afterwards the folder is synced and the name is gone. */
  private async place<T>(key: string, work: (part: string, path: string) => Promise<T>): Promise<T> {
    const path = this.path(key);
    if (isHidden(key))
      throw new Error(`${JSON.stringify(key)} cannot be stored: names that start with '.' are not objects.`);
    await this.requireRoot();
    const folder = dirname(path);
    const part = join(folder, `.${randomUUID()}.part`);
    try {
      for (let attempt = 1; ; attempt += 1) {
        await this.disk.makeFolder(folder);
        try {
          const result = await work(part, path);
          await present(this.disk.sync(folder));
          return result;
        } catch (error) {
          // A concurrent remove() may have removed the empty folder.
          if (attempt === 10 || (await present(stat(folder)))) throw error;
        }
      }
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      throw fileError(error, 'write', path);
    }
  }

  private async requireRoot(): Promise<void> {
    const stats = await reading(this.location, present(quickStat(this.location)));
    const identity = stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
    this.identity ??= identity;
    if (identity === this.identity) return;
    const what = identity === undefined ? 'is gone' : 'is not the same folder as before';
    throw new LocationGoneError(
      `${this.location} ${what} while Sluice uses it: was it deleted, moved or unmounted? Its files do not count as deleted. Restore it and start again.`,
    );
  }
}

function refuseUnseen({ key, problem }: Unseen): never {
  throw new CliError(`${key}: ${problem}`);
}

function version({ key, stats }: FoundFile): ObjectVersion {
  return {
    key,
    etag: etag(stats),
    sizeBytes: Number(stats.size),
    lastModifiedMs: Number(stats.mtimeMs),
  };
}

function etag({ mtimeNs, ctimeNs, size, ino }: BigIntStats): string {
  return createHash('sha256').update(`${mtimeNs} ${ctimeNs} ${size} ${ino}`).digest('hex').slice(0, 16);
}

function isHidden(key: string): boolean {
  return key.startsWith('.') || key.includes('/.');
}

async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}
