// Where a long listing may be cut into parts: at folders that follow the keys listed so far. Single folders if they seem large,
// else so many that a part has somewhat fewer keys than were listed.
import { compareKeys } from '../core/object-key.ts';

export type Folders = {
  /** What is listed: all keys begin with it. */
  readonly prefix: string;
  /** The folders of a folder that are greater than `after`, in order, each ending in `/`, those of a request at a time. */
  readonly folders: (folder: string, after: string) => AsyncIterable<readonly string[]>;
  /** Folders that were looked at before, and are not looked at again. */
  readonly asked: Set<string>;
};

/** Of the keys listed: a part that is as large as it seemed ends before it is looked at for parts of its own. */
const SHARE = 0.75;

/** At most `most`, ascending, greater than the last of `keys`, which are those listed, and less than `end`. */
export async function folderCuts(
  { prefix, folders, asked }: Folders,
  keys: readonly string[],
  end: string | undefined,
  most: number,
): Promise<string[]> {
  const cuts: string[] = [];
  const last = keys.at(-1) ?? '';
  for (const folder of foldersOf(last, prefix)) {
    const apart = asked.has(folder) ? 0 : foldersInAPart(keys, folder);
    if (apart === 0) continue;
    asked.add(folder);
    let passed = 0;
    for await (const found of folders(folder, last)) {
      // Whether a folder is listed of which `last` is a key, stores decide differently.
      for (const next of found.filter((it) => compareKeys(it, last) > 0)) {
        if (end !== undefined && compareKeys(next, end) >= 0) return cuts;
        passed += 1;
        if (passed % apart === 0) cuts.push(next);
        if (cuts.length === most) return cuts;
      }
      // To find parts of such small folders would cost as much as to list them.
      if (found.length < apart) break;
    }
  }
  return cuts;
}

/** The innermost first, `prefix` last. */
function foldersOf(key: string, prefix: string): string[] {
  const below = key.slice(prefix.length).split('/').slice(0, -1);
  return below.map((_, i) => `${prefix}${below.slice(0, below.length - i).join('/')}/`).concat(prefix);
}

/** 0 if no key shows a folder in it. */
function foldersInAPart(keys: readonly string[], folder: string): number {
  const inside = keys.filter((key) => key.startsWith(folder));
  const children = new Set(inside.map((key) => childOf(key, folder)));
  children.delete(undefined);
  if (children.size === 0) return 0;
  return Math.max(1, Math.floor((SHARE * keys.length * children.size) / inside.length));
}

/** Undefined for an object of the folder itself. */
function childOf(key: string, folder: string): string | undefined {
  const end = key.indexOf('/', folder.length);
  return end < 0 ? undefined : key.slice(0, end + 1);
}
