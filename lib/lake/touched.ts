// Which partitions of a derived table must be recomputed, from the logs alone: law 6. Pure.
import type { PartitionJoin } from '../core/insight.ts';
import type { Action, PartitionValues } from '../delta/actions.ts';
import type { Entry } from '../delta/snapshot.ts';
import { JoinedPartitions } from './joined-partitions.ts';
import { partitionId, partitionOf } from './partition.ts';

export type Touched = 'all' | ReadonlyMap<string, PartitionValues>;

/** The changes in one input's log since the derived table was last computed from it. */
export type InputChange = {
  readonly isOver: boolean;
  /** The columns of an input that is joined by partition; undefined for `over`, and for one that is read as a whole. */
  readonly by?: readonly PartitionJoin[] | undefined;
  /** Undefined: never computed from it, or an entry is missing. */
  readonly entries: readonly Entry[] | undefined;
};

function changesData(action: Action): boolean {
  if ('add' in action) return action.add.dataChange;
  return 'remove' in action && action.remove.dataChange;
}

function partitionValues(action: Action): PartitionValues | undefined {
  if ('add' in action) return action.add.partitionValues;
  return 'remove' in action ? action.remove.partitionValues : undefined;
}

/** `partitionBy`: the derived table's partition columns; [] for one partition. For joined inputs see touchedBeside. */
export function touchedPartitions(changes: readonly InputChange[], partitionBy: readonly string[]): Touched {
  const touched = new Map<string, PartitionValues>();
  for (const change of changes) {
    if (change.entries === undefined) return 'all';
    for (const action of change.entries.flatMap((entry) => entry.actions)) {
      if (!changesData(action)) continue;
      const values = partitionValues(action);
      // Another program may omit the partition of a file that it removes.
      if (values === undefined) return 'all';
      if (change.by?.every(({ theirs }) => theirs in values)) continue;
      if (!change.isOver) return 'all';
      const partition = partitionOf(values, partitionBy);
      touched.set(partitionId(partition), partition);
    }
  }
  return touched;
}

/**
 * Those of `existing` that see a partition of a joined input in which something changed. `seen`: of the driving input, what a
 * partition sees.
 */
export function touchedBeside(
  changes: readonly InputChange[],
  existing: readonly PartitionValues[],
  seen: (partition: PartitionValues) => readonly PartitionValues[],
): ReadonlyMap<string, PartitionValues> {
  const touched = new Map<string, PartitionValues>();
  for (const { by, entries = [] } of changes) {
    const actions = entries.flatMap((entry) => entry.actions).filter(changesData);
    if (by === undefined || actions.length === 0) continue;
    const changed = new JoinedPartitions(
      by,
      actions.map(partitionValues).filter((values) => values !== undefined),
    );
    for (const partition of existing)
      if (changed.of(seen(partition)).length > 0) touched.set(partitionId(partition), partition);
  }
  return touched;
}
