// Rows in a table of source files that no source file accounts for: another program wrote them, or moved a source's rows into
// files of its own. Nothing may be added beside them, for the same rows would count twice.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { TryAgainError } from '../errors.ts';
import { readOrigin } from '../lake/tags.ts';

export function unaccountedFiles({ files }: Snapshot): Add[] {
  return [...files.values()].filter((add) => readOrigin(add) === undefined);
}

/** Throws TryAgainError where other programs changed the table and nobody has taken that back yet. */
export function requireAccounted({ name }: Dataset, snapshot: Snapshot): void {
  const [change] = snapshot.foreign;
  if (change === undefined && unaccountedFiles(snapshot).length === 0) return;
  const who =
    change === undefined
      ? 'another program'
      : `${change.engine ?? 'another program'} (${change.operation ?? 'an unnamed operation'}, version ${change.version})`;
  throw new TryAgainError(
    `the table of ${name} was changed by ${who}: nothing is added beside rows that no source file accounts for. "npx sluice sync" takes that change back, or says why it cannot; "npx sluice rebuild ${name}" makes the table from landing alone`,
  );
}
