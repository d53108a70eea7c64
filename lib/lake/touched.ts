// Which partitions of a derived table must be recomputed, from the logs alone: law 6. Pure.
import type { Action, PartitionValues } from '../delta/actions.ts';
import type { Entry } from '../delta/snapshot.ts';
import { partitionId, partitionOf } from './partition.ts';

export type Touched = 'all' | ReadonlyMap<string, PartitionValues>;

/** The changes in one input's log since the derived table was last computed from it. */
export type InputChange = {
  readonly isOver: boolean;
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

/** `partitionBy`: the derived table's partition columns; [] for one partition. */
export function touchedPartitions(changes: readonly InputChange[], partitionBy: readonly string[]): Touched {
  const touched = new Map<string, PartitionValues>();
  for (const change of changes) {
    if (change.entries === undefined) return 'all';
    for (const action of change.entries.flatMap((entry) => entry.actions)) {
      if (!changesData(action)) continue;
      if (!change.isOver) return 'all';
      const values = partitionValues(action);
      // Another program may omit the partition of a file that it removes.
      if (values === undefined) return 'all';
      const partition = partitionOf(values, partitionBy);
      touched.set(partitionId(partition), partition);
    }
  }
  return touched;
}
