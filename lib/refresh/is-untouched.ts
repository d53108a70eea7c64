// Tells from snapshots alone that a refresh has nothing to do and nothing to say: most tables of a large lake, most of the time.
import type { Catalog } from '../core/catalog.ts';
import { type Derivation, relatedTables, sameTable, type TableRef } from '../core/insight.ts';
import { commitNumber } from '../delta/commit-id.ts';
import { configuration, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import { DEFINITION } from '../lake/tags.ts';
import { isUnderDefinition } from './inputs.ts';
import { readPending } from './pending.ts';
import { inputCommitId, inputId } from './plan.ts';

/**
 * `seen`: the newest snapshot of a table; undefined if it is not known. False is no answer: planRefresh finds out then.
 * Stale partitions are something to say.
 */
export function isUntouched(
  catalog: Catalog,
  derivation: Derivation,
  seen: (table: TableRef) => Snapshot | undefined,
): boolean {
  const target = seen(derivation.target);
  if (target === undefined || !isSettled(target, derivation)) return false;
  const over = derivation.over;
  return [...derivation.inputs, ...relatedTables(derivation)].every((table) => {
    const snapshot = seen(table);
    if (snapshot === undefined) return false;
    const isOver = over !== undefined && sameTable(over, table);
    const input = { table, snapshot, isOver };
    return (
      snapshot.foreign.length === 0 &&
      isUnderDefinition(catalog, input) &&
      txnVersion(target, inputId(input)) === snapshot.version &&
      snapshot.commitId !== undefined &&
      txnVersion(target, inputCommitId(input)) === commitNumber(snapshot.commitId)
    );
  });
}

/** All its rows are of its definition, and none waits or is stale. */
function isSettled(target: Snapshot, { hash }: Derivation): boolean {
  const { all, stale, waiting, running = [] } = readPending(target);
  return (
    configuration(target, DEFINITION) === hash &&
    target.foreign.length === 0 &&
    !all &&
    stale.length + waiting.length + running.length === 0 &&
    [...target.files.values()].every(({ tags }) => tags?.[DEFINITION] !== undefined)
  );
}
