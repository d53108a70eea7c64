// Tags of data files that are long and seldom asked for: a log entry has them, and a snapshot says in their place which entry. So
// neither a snapshot nor a checkpoint grows by them; entries are never deleted. Pure.
import type { Action, Add, Remove } from './actions.ts';

/** Of a data file with the rows of several sources: what it has of each; see lib/lake/shares.ts. */
export const SHARES = 'sluice.shares';
/** In place of long tags: the version whose entry has them, and the path of the data file that they are of there. */
const PLACE = 'sluice.entry';
/** Beside PLACE, where the file has only some of what is listed there: which, as ranges of positions: `0-2 4-16`. */
const POSITIONS = 'sluice.positions';

export type Tagged = Pick<Add | Remove, 'tags'>;
export type Place = { readonly version: number; readonly path: string };

/** It has long tags, here or in an entry. */
export function isLongTagged({ tags }: Tagged): boolean {
  return tags?.[SHARES] !== undefined || tags?.[PLACE] !== undefined;
}

/** As a snapshot holds a file that the entry of `version` adds. */
export function withoutLongTags(add: Add, version: number): Add {
  if (add.tags?.[SHARES] === undefined) return add;
  const { [SHARES]: _, ...tags } = add.tags;
  return { ...add, tags: { [PLACE]: `${version} ${add.path}`, ...tags } };
}

/** What an earlier entry lists need not be listed again. */
export function withoutRepeats(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (tags[PLACE] === undefined) return tags;
  const { [SHARES]: _, ...others } = tags;
  return others;
}

/** Without the long ones, and without what says where they are. */
export function shortTags(tags: Add['tags']): Record<string, string> {
  const { [SHARES]: _, [PLACE]: __, [POSITIONS]: ___, ...others } = tags ?? {};
  return others;
}

/** Tags of a file that has some of what the list of another one has: the positions of `kept` there, in order. Undefined if no entry has the list. */
export function tagsOfPart({ tags }: Tagged, kept: readonly number[]): Record<string, string> | undefined {
  const place = tags?.[PLACE];
  return place === undefined ? undefined : { [PLACE]: place, [POSITIONS]: rangesText(kept) };
}

/** The positions in the list at the file's place that it has; undefined for all. */
export function positionsIn({ tags }: Tagged): number[] | undefined {
  return tags?.[POSITIONS]?.split(' ').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

function rangesText(positions: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const position of positions) {
    const last = ranges.at(-1);
    if (last && last[1] + 1 === position) last[1] = position;
    else ranges.push([position, position]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

/** Where the file's long tags are; undefined if it has none, or has them itself. */
export function longTagsPlace({ tags }: Tagged): Place | undefined {
  const text = tags?.[PLACE];
  if (text === undefined || tags?.[SHARES] !== undefined) return undefined;
  const end = text.indexOf(' ');
  return { version: Number(text.slice(0, end)), path: text.slice(end + 1) };
}

/** Of an entry's data files, by their paths. */
export type LongTags = ReadonlyMap<string, string>;

export function longTagsIn(actions: readonly Action[]): LongTags {
  const lists = new Map<string, string>();
  for (const action of actions) {
    const list = 'add' in action ? action.add.tags?.[SHARES] : undefined;
    if (list !== undefined && 'add' in action) lists.set(action.add.path, list);
  }
  return lists;
}

/** The file with the long tags of the entry's file at `path`; undefined if it has none there. */
export function withLongTags<File extends Tagged>(
  file: File,
  lists: LongTags,
  path: string,
): File | undefined {
  const text = lists.get(path);
  return text === undefined ? undefined : { ...file, tags: { ...file.tags, [SHARES]: text } };
}
