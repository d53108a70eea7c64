// What one refresh commits: the computed partitions in the place of the old ones, up to which input versions the table is
// current now, and which partitions stay behind. Pure.
import type { Derivation } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Action, Add, Metadata } from '../delta/actions.ts';
import { commitNumber } from '../delta/commit-id.ts';
import { removeAction } from '../delta/partitions.ts';
import { parseSchema, schemaString } from '../delta/schema.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { CorruptionError } from '../errors.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { PENDING } from '../lake/tags.ts';
import type { Part, Work } from './compute-all.ts';
import type { Input } from './inputs.ts';
import type { Pending } from './pending.ts';
import { inputCommitId, inputId } from './plan.ts';

export function commitActions(
  { derivation, base, inputs, related, plan }: Work,
  parts: readonly Part[],
  pending: Pending,
  now: number,
): Action[] {
  const replaced = new Set([...parts.map((part) => part.partition), ...plan.drop].map(partitionId));
  const isReplaced = (add: Add) =>
    replaced.has(partitionId(partitionOf(add.partitionValues, derivation.partitionBy)));
  const reshaped = isReshaped(derivation, base);
  const metaData = newMetadata(derivation, base, pending);
  return [
    ...(metaData ? [{ metaData }] : []),
    ...inputVersions([...inputs, ...related]).flatMap((input) => [
      { txn: { appId: inputId(input), version: input.snapshot.version, lastUpdated: now } },
      {
        txn: {
          appId: inputCommitId(input),
          version: commitNumber(input.snapshot.commitId),
          lastUpdated: now,
        },
      },
    ]),
    ...[...base.files.values()]
      .filter((add) => reshaped || isReplaced(add))
      .map((add) => removeAction(add, now)),
    ...parts.flatMap(({ adds }) => adds.map((add) => ({ add }))),
  ];
}

/** A table may be read and related to; the lower version is the one that nothing was missed since. */
function inputVersions(inputs: readonly Input[]): Input[] {
  const lowest = new Map<string, Input>();
  for (const input of inputs) {
    const known = lowest.get(inputId(input));
    if (known === undefined || input.snapshot.version < known.snapshot.version)
      lowest.set(inputId(input), input);
  }
  return [...lowest.values()];
}

/**
 * Files of another partitioning, or with another type for a column, cannot stay beside the new ones: no reader could read the
 * table. So they all go at once, and a partition that failed has no rows until it passes.
 */
function isReshaped(derivation: Derivation, base: Snapshot): boolean {
  if (base.metadata.partitionColumns.join() !== derivation.partitionBy.join()) return true;
  return knownColumns(base).some(({ name, type }) =>
    derivation.columns.some((column) => column.name === name && column.type !== type),
  );
}

/** Without those that another program gave the table, in types that Sluice never writes. */
function knownColumns({ metadata }: Snapshot): readonly Column[] {
  try {
    return parseSchema(metadata.schemaString);
  } catch (error) {
    if (error instanceof CorruptionError) return [];
    throw error;
  }
}

/** Undefined where nothing about the table itself changes. The schema changes with the rows that have it, in one commit. */
function newMetadata(derivation: Derivation, base: Snapshot, pending: Pending): Metadata | undefined {
  const { [PENDING]: before, ...others } = base.metadata.configuration;
  const after =
    pending.stale.length + pending.waiting.length + (pending.running ?? []).length === 0
      ? undefined
      : JSON.stringify(pending);
  const schema = schemaString(derivation.columns);
  const partitionColumns = derivation.partitionBy;
  const isSameShape =
    schema === base.metadata.schemaString &&
    partitionColumns.join() === base.metadata.partitionColumns.join();
  if (before === after && isSameShape) return undefined;
  return {
    ...base.metadata,
    schemaString: schema,
    partitionColumns,
    configuration: { ...others, ...(after === undefined ? {} : { [PENDING]: after }) },
  };
}
