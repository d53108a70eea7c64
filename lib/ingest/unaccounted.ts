// Finds rows in a dataset's table that no source file accounts for: another program wrote them, or rewrote a source's rows
// into other files. Nothing may be added beside them, because the same rows would count twice.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { TryAgainError } from '../errors.ts';
import { isMerged } from '../lake/shares.ts';
import { sourceOf } from '../lake/tags.ts';

export function unaccountedFiles({ files }: Snapshot): Add[] {
  return [...files.values()].filter((add) => !isMerged(add) && sourceOf(add) === undefined);
}

/** Throws TryAgainError if other programs changed the table and this was not reverted yet. */
export function requireAccounted({ name }: Dataset, snapshot: Snapshot): void {
  const [change] = snapshot.foreign;
  if (change === undefined && unaccountedFiles(snapshot).length === 0) return;
  const who =
    change === undefined
      ? 'another program'
      : `${change.engine ?? 'another program'} (${change.operation ?? 'an unnamed operation'}, version ${change.version})`;
  throw new TryAgainError(
    `the table of ${name} was changed by ${who}: nothing is added beside rows that no source file accounts for. "npx sluice sync" reverts that change or reports why it cannot; "npx sluice rebuild ${name}" rebuilds the table from landing only`,
  );
}
