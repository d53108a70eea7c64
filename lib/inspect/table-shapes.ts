// What each table is, from its log alone: its columns and how many rows it has, now or at a time.

import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { recordCount } from '../delta/stats.ts';
import { CliError, CorruptionError } from '../errors.ts';
import { isDropped } from '../evolve/drop-table.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { AsOf } from '../lake/as-of.ts';
import { snapshotAt } from './read-table-log.ts';
import type { LakeReads } from './readable-tables.ts';
import { columnsAt } from './table-at.ts';
import { findVersion } from './version-as-of.ts';

export type TableShape = {
  readonly table: TableRef;
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  readonly rows: number;
  /** Why its log cannot be read; there are no columns then. */
  readonly problem?: string;
};

/** Without those that the lake does not hold: then, or, having been dropped, any more. */
export async function tableShapes(
  { tables }: Pick<LakeReads, 'tables'>,
  refs: readonly TableRef[],
  asOf?: AsOf,
): Promise<TableShape[]> {
  const shapes = await mapInParallel(refs, async (table) => {
    const read = () => (asOf === undefined ? presentShape(tables, table) : pastShape(tables, table, asOf));
    return read().catch((error: unknown): TableShape => {
      if (!(error instanceof CorruptionError || error instanceof CliError)) throw error;
      return { table, columns: [], partitionColumns: [], rows: 0, problem: error.message };
    });
  });
  return shapes.filter((shape) => shape !== undefined);
}

async function presentShape(tables: LakeReads['tables'], table: TableRef): Promise<TableShape | undefined> {
  const snapshot = await tables.latest(tablePrefix(table));
  if (snapshot === undefined || isDropped(snapshot)) return undefined;
  return shapeOf(table, snapshot.metadata, snapshot.files.values());
}

async function pastShape(
  tables: LakeReads['tables'],
  table: TableRef,
  asOf: AsOf,
): Promise<TableShape | undefined> {
  const prefix = tablePrefix(table);
  const present = await tables.latest(prefix);
  const version = present && (await findVersion(tables, prefix, present, asOf));
  if (version === undefined) return undefined;
  const { metadata, files } = await snapshotAt(tables, prefix, version);
  return shapeOf(table, metadata, files.values());
}

function shapeOf(table: TableRef, metadata: Metadata, files: Iterable<Add>): TableShape {
  const { partitionColumns } = metadata;
  return { table, columns: columnsAt(metadata), partitionColumns, rows: recordCount(files) };
}
