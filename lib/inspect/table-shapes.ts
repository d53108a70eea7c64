// What each table is, from its log alone: its columns and how many rows it has, now or at a time.

import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { recordCount } from '../delta/stats.ts';
import { CliError, CorruptionError } from '../errors.ts';
import { isDropped } from '../evolve/drop-table.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { AsOf } from '../lake/as-of.ts';
import { versionAsOf } from './find-table.ts';
import type { LakeReads } from './readable-tables.ts';
import { columnsAt } from './table-at.ts';
import { TableLogs } from './table-log.ts';

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
  const logs = new TableLogs(tables);
  const shapes = await mapInParallel(refs, async (table) => {
    const read = () => (asOf === undefined ? presentShape(tables, table) : pastShape(logs, table, asOf));
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

async function pastShape(logs: TableLogs, table: TableRef, asOf: AsOf): Promise<TableShape | undefined> {
  const log = await logs.find(tablePrefix(table));
  if (log === undefined) return undefined;
  if ('ms' in asOf ? log.versionAt(asOf.ms) === undefined : asOf.version > log.newest) return undefined;
  const version = versionAsOf(log, asOf);
  return shapeOf(
    table,
    log.metadata(version),
    log.filesAt(version).map(({ add }) => add),
  );
}

function shapeOf(table: TableRef, metadata: Metadata, files: Iterable<Add>): TableShape {
  const { partitionColumns } = metadata;
  return { table, columns: columnsAt(metadata), partitionColumns, rows: recordCount(files) };
}
