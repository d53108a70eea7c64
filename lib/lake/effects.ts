// What the use cases are given: the definitions, and the outside world by its ports.
import type { Catalog } from '../core/catalog.ts';
import type { TableRef } from '../core/insight.ts';
import type { DeltaTables } from '../delta/tables.ts';
import type { Clock, Log, NewId, ObjectStore, Queue, ScratchFolder, SqlEngine } from '../ports.ts';

/** "This derived table has news": a hint to recompute what its inputs' logs say was touched. */
export type Refresh = { readonly target: TableRef };

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
  /** Source files beyond it are rejected. Default: what the disk of `scratch` has room for; see size-limit.ts. */
  readonly maxSourceBytes?: number;
};

/** Tells every table that is computed from `table` alone or with others that there may be news. */
export async function announce(effects: Effects, table: TableRef): Promise<void> {
  const dependents = effects.catalog.dependents(table);
  if (dependents.length > 0) await effects.refreshes.send(dependents.map(({ target }) => ({ target })));
}
