// Walks a folder as an ObjectStore lists it: lazily, in the UTF-8 order of whole keys, without hidden names. In a folder that
// others write to, entries that are not objects are reported, not skipped.
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../core/object-key.ts';
import { fileError } from './file-error.ts';
import { isPlaceFault, linkProblem, nameProblem, typeProblem } from './file-oddities.ts';
import { quickStat } from './quick-stat.ts';

export type FoundFile = { readonly key: string; readonly stats: BigIntStats };

export type Wanted = {
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly guard?: Guard | undefined;
};

/** For a folder that others write to. Without it all links are followed, and errors of a part are thrown. */
export type Guard = {
  /** The folder's path without symbolic links: links that leave it are not followed. */
  readonly realRoot: string;
  /** `key`: of the object or, ending in `/`, the prefix of the keys that cannot be listed. */
  unseen(key: string, problem: string): void;
};

type Entry = { readonly key: string; readonly isFolder: boolean; readonly isLink: boolean };
type Found = Entry & { readonly stats: BigIntStats };

/** The first ones of a folder are often all that is asked for. */
const STATS_AT_ONCE = { first: 2, most: 64 };

/** Files below `root` whose key starts with `prefix` and is greater than `after`; files that vanish meanwhile are skipped. */
export async function* walk(root: string, wanted: Wanted): AsyncIterable<FoundFile> {
  const folder = wanted.prefix.slice(0, wanted.prefix.lastIndexOf('/') + 1);
  if (folder.split('/').some((segment) => segment.startsWith('.'))) return;
  yield* walkFolder(root, folder, { ...wanted, above: [] });
}

/** The folders below `folder`, which ends in `/`: their keys, without the slash at their end. */
export async function foldersIn(root: string, folder: string): Promise<string[]> {
  const entries = await entriesIn(root, folder, { prefix: folder, above: [] });
  return entries.filter(({ isFolder }) => isFolder).map(({ key }) => key.slice(0, -1));
}

// `above`: the parent folders, by device and inode. Following a symbolic link to one of them would never end.
type Walk = Wanted & { readonly above: readonly string[] };

/** `known`: what was found of the folder in the one above it. */
async function* walkFolder(
  root: string,
  folder: string,
  walk: Walk,
  known?: BigIntStats,
): AsyncIterable<FoundFile> {
  const opened = await guarded(root, folder, walk, () => openFolder(root, folder, walk, known));
  if (opened === undefined) return;
  const below = { ...walk, above: [...walk.above, opened.identity] };
  let atOnce = STATS_AT_ONCE.first;
  for (let start = 0; start < opened.entries.length; ) {
    const chunk = opened.entries.slice(start, start + atOnce);
    start += chunk.length;
    atOnce = Math.min(STATS_AT_ONCE.most, atOnce * 4);
    const found = await guarded(root, folder, walk, () =>
      allOf(chunk.map((entry) => find(root, entry, walk))),
    );
    // A folder that can be read but not entered is reported once, not name by name.
    if (found === undefined) return;
    for (const file of found) {
      if (file?.isFolder) yield* walkFolder(root, file.key, below, file.stats);
      else if (file) yield file;
    }
  }
}

/** Rejects with the first failure, and only when nothing runs any more. All at once: a pool of workers costs twice the time here. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Undefined if the folder cannot be read, which is reported; without a guard, or in the root itself, it throws. */
async function guarded<T>(
  root: string,
  folder: string,
  { guard }: Walk,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const error = thrown instanceof ClosedFolder ? thrown.cause : thrown;
    if (guard === undefined || folder === '' || !isPlaceFault(error)) throw error;
    guard.unseen(folder, fileError(error, 'list', join(root, folder.slice(0, -1))).message);
    return undefined;
  }
}

/** Undefined if it is gone, or one of its own parent folders. */
async function openFolder(
  root: string,
  folder: string,
  walk: Walk,
  known?: BigIntStats,
): Promise<{ readonly identity: string; readonly entries: readonly Entry[] } | undefined> {
  const stats = known ?? (await unlessGone(stat(join(root, folder), { bigint: true })));
  const identity = stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
  if (identity === undefined) return undefined;
  if (walk.above.includes(identity)) {
    walk.guard?.unseen(
      folder.slice(0, -1),
      'it is a link to one of its own parent folders and is not followed: remove it',
    );
    return undefined;
  }
  return { identity, entries: await entriesIn(root, folder, walk) };
}

/** The files and folders in one folder that may match, in the order of their keys; those of folders end in `/`. */
async function entriesIn(root: string, folder: string, walk: Walk): Promise<Entry[]> {
  const options = { withFileTypes: true, encoding: 'buffer' } as const;
  const names = (await unlessGone(readdir(join(root, folder), options))) ?? [];
  const entries: Entry[] = [];
  for (const name of names) {
    if (name.name[0] === DOT) continue;
    const key = folder + name.name.toString();
    if (!isWanted(key, walk) && !isWanted(`${key}/`, walk)) continue;
    const problem = nameProblem(name.name) ?? typeProblem(name);
    if (problem)
      walk.guard?.unseen(problem.shown === undefined ? key : folder + problem.shown, problem.message);
    else {
      const isLink = name.isSymbolicLink();
      const isFolder = name.isDirectory() || (isLink && (await leadsToFolder(root, key, walk)));
      // A folder sorts with its slash.
      if (isFolder !== undefined) entries.push({ key: isFolder ? `${key}/` : key, isFolder, isLink });
    }
  }
  return entries.filter(({ key }) => isWanted(key, walk)).sort((a, b) => compareKeys(a.key, b.key));
}

const DOT = '.'.charCodeAt(0);

/** Whether a link leads to a folder, by following it; undefined if it must not be followed, which is reported. */
async function leadsToFolder(root: string, key: string, { guard }: Walk): Promise<boolean | undefined> {
  const path = join(root, key);
  try {
    const problem = guard && (await linkProblem(path, guard.realRoot));
    if (problem === undefined) return (await present(stat(path)))?.isDirectory() ?? false;
    guard?.unseen(key, problem.message);
  } catch (error) {
    tellAlone(root, key, guard, error);
  }
  return undefined;
}

/** Reports one entry that cannot be read while others in its folder can. Throws errors that affect more than this entry. */
function tellAlone(root: string, key: string, guard: Guard | undefined, error: unknown): void {
  if (guard === undefined || !isPlaceFault(error)) throw error;
  guard.unseen(key, fileError(error, 'read', join(root, key)).message);
}

function isWanted(key: string, { prefix, after }: Walk): boolean {
  return key.startsWith(prefix) && isAfter(key, after);
}

function isAfter(key: string, after: string | undefined): boolean {
  if (after === undefined || compareKeys(key, after) > 0) return true;
  return key.endsWith('/') && after.startsWith(key);
}

async function find(root: string, entry: Entry, { guard }: Walk): Promise<Found | undefined> {
  const { key, isFolder, isLink } = entry;
  const looking = quickStat(join(root, key));
  try {
    const stats = await (guard ? unlessGone(looking) : present(looking));
    return stats && (isFolder || stats.isFile()) ? { ...entry, stats } : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // A folder that can be read but not entered fails for each of its names: this is reported once, for the folder.
    if (!isLink && (code === 'EACCES' || code === 'EPERM')) throw new ClosedFolder('', { cause: error });
    tellAlone(root, key, guard, error);
    return undefined;
  }
}

/** `cause`: the operating system's error. */
class ClosedFolder extends Error {}

/** `work`'s result; undefined if the file or folder does not exist (any more). */
export async function present<T>(work: Promise<T>): Promise<T | undefined> {
  // ELOOP: a symbolic link to itself counts as broken. ENAMETOOLONG: no such file can exist.
  return without(work, ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);
}

/** The same for an entry just seen in a folder: the only excuse is that it is gone. */
function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  return without(work, ['ENOENT', 'ENOTDIR']);
}

async function without<T>(work: Promise<T>, absences: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (absences.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
