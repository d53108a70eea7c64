// When the commit of a log entry was made, by its writer's clock. Pure.
import type { Action } from '../delta/actions.ts';
import { commitInfoOf } from '../delta/commit-id.ts';
import { commitTimeMs } from '../delta/snapshot.ts';

/** Of the commit, or of its newest file where the commit does not say; ms since 1970. */
export function timeOf(actions: readonly Action[]): number {
  return commitTimeMs(commitInfoOf(actions)) ?? newestFile(actions);
}

function newestFile(actions: readonly Action[]): number {
  return actions.reduce(
    (newest, action) => ('add' in action ? Math.max(newest, action.add.modificationTime) : newest),
    0,
  );
}
