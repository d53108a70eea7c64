// Walks a folder as an ObjectStore lists it: lazily, in the UTF-8 order of whole keys, without hidden names.
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mapInParallel } from '../in-parallel.ts';
import { compareKeys } from './object-key.ts';

export type FoundFile = { readonly key: string; readonly stats: BigIntStats };

type Found = { readonly key: string; readonly stats: BigIntStats; readonly isFolder: boolean };

const STATS_AT_ONCE = 64;

/** Files below `root` whose key starts with `prefix` and is greater than `after`; what vanishes meanwhile is skipped. */
export async function* walk(root: string, prefix: string, after?: string): AsyncIterable<FoundFile> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder.split('/').some((segment) => segment.startsWith('.'))) return;
  yield* walkFolder(root, folder, { prefix, after, above: [] });
}

// `above`: the folders on the way down, by device and inode. A symbolic link to one of them would never end.
type Walk = {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly above: readonly string[];
};

async function* walkFolder(root: string, folder: string, walk: Walk): AsyncIterable<FoundFile> {
  const stats = await present(stat(join(root, folder), { bigint: true }));
  if (!stats?.isDirectory()) return;
  const identity = `${stats.dev}:${stats.ino}`;
  if (walk.above.includes(identity)) return;
  const below = { ...walk, above: [...walk.above, identity] };
  const names = await keysIn(root, folder, walk);
  for (let start = 0; start < names.length; start += STATS_AT_ONCE) {
    const chunk = names.slice(start, start + STATS_AT_ONCE);
    for (const found of await mapInParallel(chunk, (name) => find(root, name))) {
      if (found?.isFolder) yield* walkFolder(root, found.key, below);
      else if (found) yield found;
    }
  }
}

/** Keys of the files and, ending in `/`, of the folders in one folder that may hold what is wanted, in order. */
async function keysIn(root: string, folder: string, { prefix, after }: Walk): Promise<string[]> {
  const entries = (await present(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  const keys: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const key = folder + entry.name;
    // A link says only when it is followed which of the two it is; a folder sorts with its slash.
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolderLink(join(root, key))));
    keys.push(isFolder ? `${key}/` : key);
  }
  return keys
    .filter((key) => key.startsWith(prefix))
    .filter((key) => isAfter(key, after))
    .sort(compareKeys);
}

function isAfter(key: string, after: string | undefined): boolean {
  if (after === undefined || compareKeys(key, after) > 0) return true;
  return key.endsWith('/') && after.startsWith(key);
}

async function isFolderLink(path: string): Promise<boolean> {
  return (await present(stat(path)))?.isDirectory() ?? false;
}

async function find(root: string, key: string): Promise<Found | undefined> {
  const isFolder = key.endsWith('/');
  const stats = await present(stat(join(root, key), { bigint: true }));
  if (!stats || (!isFolder && !stats.isFile())) return undefined;
  return { key, stats, isFolder };
}

/** `work`'s result; undefined where the file or folder does not exist (any more). */
export async function present<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  // ELOOP: a symbolic link to itself, which is as good as broken. ENAMETOOLONG: no such file can ever have been made.
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG';
}
