// In which version of a table the rows of a data file came into it, said by the file's tags: a snapshot names files without their
// past, and to look for it is to read a log. Pure.
import type { Action, Add } from './actions.ts';

/** Of a data file whose rows were in other data files of the table until its commit; absent for others. */
export const MOVED = 'sluice.moved';
/** The version, in digits. Of a file with moved rows of several sources it is said by its list of them, where the file says none. */
export const VERSION = 'sluice.version';

/** Its rows were in other data files until its commit. */
export function isMoved({ tags }: Pick<Add, 'tags'>): boolean {
  return tags?.[MOVED] !== undefined;
}

/** The entry's actions; rows that only move from file to file came before. */
export function withArrivals(actions: readonly Action[], version: number): Action[] {
  return actions.map((action) => {
    if (!('add' in action) || isMoved(action.add)) return action;
    return { add: { ...action.add, tags: { ...action.add.tags, [VERSION]: String(version) } } };
  });
}

/** Undefined where another program, or an older Sluice, wrote the file. */
export function arrivalVersion({ tags }: Pick<Add, 'tags'>): number | undefined {
  const text = tags?.[VERSION];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
