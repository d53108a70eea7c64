// Tags of data files that are long and seldom asked for: a log entry has them, and a snapshot says in their place which entry. So
// neither a snapshot nor a checkpoint grows by them; entries are never deleted. Pure.
import type { Action, Add, Remove } from './actions.ts';

/** Of a data file with the rows of several sources: what it has of each; see lib/lake/shares.ts. */
export const SHARES = 'sluice.shares';
/** In place of long tags: the version whose entry has them, and the path that the data file has there. */
const PLACE = 'sluice.entry';

export type Tagged = Pick<Add | Remove, 'tags'>;
export type Place = { readonly version: number; readonly path: string };

/** It has long tags, here or in an entry. */
export function isLongTagged({ tags }: Tagged): boolean {
  return tags?.[SHARES] !== undefined || tags?.[PLACE] !== undefined;
}

/** As a snapshot holds a file that the entry of `version` adds. */
export function withoutLongTags(add: Add, version: number): Add {
  if (add.tags?.[SHARES] === undefined) return add;
  return { ...add, tags: { ...shortTags(add.tags), [PLACE]: `${version} ${add.path}` } };
}

/** Without the long ones, and without what says where they are. */
export function shortTags(tags: Add['tags']): Record<string, string> {
  const { [SHARES]: _, [PLACE]: __, ...others } = tags ?? {};
  return others;
}

/** Where the file's long tags are; undefined if it has none, or has them itself. */
export function longTagsPlace({ tags }: Tagged): Place | undefined {
  const text = tags?.[PLACE];
  if (text === undefined || tags?.[SHARES] !== undefined) return undefined;
  const end = text.indexOf(' ');
  return { version: Number(text.slice(0, end)), path: text.slice(end + 1) };
}

/** The file with the long tags that the actions of an entry have at `path`; undefined if they have none there. */
export function withLongTags<File extends Tagged>(
  file: File,
  actions: readonly Action[],
  path: string,
): File | undefined {
  const found = actions.find((action) => 'add' in action && action.add.path === path);
  const text = found && 'add' in found ? found.add.tags?.[SHARES] : undefined;
  return text === undefined ? undefined : { ...file, tags: { ...shortTags(file.tags), [SHARES]: text } };
}

/** An entry's actions, in which files that another program added again have their long tags, if `actionsOf` knows the entry. */
export function withAllTags(
  actions: readonly Action[],
  actionsOf: (version: number) => readonly Action[] | undefined,
): readonly Action[] {
  const isLean = (action: Action) => 'add' in action && longTagsPlace(action.add) !== undefined;
  if (!actions.some(isLean)) return actions;
  return actions.map((action) => {
    const place = 'add' in action ? longTagsPlace(action.add) : undefined;
    const origin = place && actionsOf(place.version);
    const whole = place && origin && 'add' in action && withLongTags(action.add, origin, place.path);
    return whole ? { add: whole } : action;
  });
}
