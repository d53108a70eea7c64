// The inputs of the use cases: the definitions, and the outside world as ports.
import type { Catalog } from '../core/catalog.ts';
import type { TableRef } from '../core/insight.ts';
import type { DeltaTables } from '../delta/tables.ts';
import type { Clock, Log, NewId, ObjectStore, Queue, ScratchFolder, SqlEngine } from '../ports.ts';
import type { Jobs } from './jobs.ts';

/** "This derived table has new inputs": a hint to recompute the partitions that its inputs' logs show as touched. */
export type Refresh = { readonly target: TableRef };

/** Which small source files of a batch are converted together, into data files that they share. */
export type Bundling = {
  /** Larger files are converted on their own. */
  readonly mostFileBytes: number;
  /** Of all files of a bundle: they are in memory at the same time. */
  readonly mostBytes: number;
  /** The log names each of them in one action. */
  readonly mostFiles: number;
};

export type Effects = {
  readonly catalog: Catalog;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  /** The Delta tables of `lake`. */
  readonly tables: DeltaTables;
  readonly sql: SqlEngine;
  readonly refreshes: Queue<Refresh>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly scratch: ScratchFolder;
  /** Source files beyond it are rejected. Default: the free space on the disk of `scratch`; see size-limit.ts. */
  readonly maxSourceBytes?: number;
  /** Default: BUNDLING, see bundles.ts. */
  readonly bundling?: Bundling;
  /** Partitions of derived tables that see more bytes of data files are not computed here. Default: none is too large. */
  readonly maxPartitionBytes?: number;
  /** Does what is too large here. Absent: such work is refused. */
  readonly jobs?: Jobs;
};

/** Notifies every table that is computed from `table` that it may have new rows. */
export async function announce(effects: Effects, table: TableRef): Promise<void> {
  const dependents = effects.catalog.dependents(table);
  if (dependents.length > 0) await effects.refreshes.send(dependents.map(({ target }) => ({ target })));
}
