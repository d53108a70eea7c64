// Tables and insights of the lake as views of a SQL session, under their names: what `query` and the headlines read.

import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { Effects } from '../lake/effects.ts';
import type { SqlSession } from '../ports.ts';
import { LocalFiles } from '../refresh/inputs.ts';
import type { QueryReads } from '../sql/query-reads.ts';
import { identifier } from '../sql/quoting.ts';
import { versionAsOf } from './find-table.ts';
import { neededFiles } from './partition-pruning.ts';
import { columnsAt, relationAt, relationOf } from './table-at.ts';
import { TableLogs } from './table-log.ts';

/** Of `tables` those that a query can read; all of them where that is not certain. */
export function readTables(
  tables: readonly TableRef[],
  { named, isUnderstood }: QueryReads,
): readonly TableRef[] {
  return isUnderstood ? tables.filter(({ name }) => named.has(name.toLowerCase())) : tables;
}

export type ViewOptions = {
  /** The tables as they were. */
  readonly asOf?: AsOf | undefined;
  /** The one query that the views are for: data files that it cannot need are left out. */
  readonly sql?: string;
};

/**
 * Runs `work` with the views; `missing` names the tables that the lake does
 * not hold, yet or then. Throws CliError where a version does not exist, or its files were swept.
 */
export async function withViews<T>(
  effects: Effects,
  tables: readonly TableRef[],
  work: (session: SqlSession, missing: readonly TableRef[]) => Promise<T>,
  { asOf, sql }: ViewOptions = {},
): Promise<T> {
  const local = new LocalFiles(effects.lake);
  const missing: TableRef[] = [];
  try {
    return await effects.sql.session(async (session) => {
      for (const table of tables) {
        const prune: Prune = async (metadata, files) =>
          sql === undefined ? files : neededFiles(session, sql, table.name, metadata, files);
        const relation = await (asOf === undefined
          ? presentRelation(effects, local, table, prune)
          : pastRelation(effects, local, table, asOf, prune));
        if (relation === undefined) missing.push(table);
        else await session.run(`CREATE TEMP VIEW ${identifier(table.name)} AS ${relation}`);
      }
      return work(session, missing);
    });
  } finally {
    await local.release();
  }
}

/** The table by its own schema, whatever the contract says by now; what that adds is null until the next sync. */
type Prune = (metadata: Metadata, files: readonly Add[]) => Promise<readonly Add[]>;

/** What the contract adds to the table's own columns is null until the next sync. */
async function presentRelation(
  { catalog, tables }: Effects,
  local: LocalFiles,
  table: TableRef,
  prune: Prune,
): Promise<string | undefined> {
  const snapshot = await tables.latest(tablePrefix(table));
  if (snapshot === undefined) return undefined;
  const { metadata } = snapshot;
  const own = columnsAt(metadata);
  const defined = catalog.resolve(table.name) ? catalog.columnsOf(table) : [];
  const added = defined.filter(({ name }) => own.every((column) => column.name !== name));
  const files = await prune(metadata, [...snapshot.files.values()]);
  return relationOf(local, tablePrefix(table), metadata, files, added);
}

async function pastRelation(
  { tables }: Effects,
  local: LocalFiles,
  table: TableRef,
  asOf: AsOf,
  prune: Prune,
): Promise<string | undefined> {
  const log = await new TableLogs(tables).find(tablePrefix(table));
  if (log === undefined) return undefined;
  // The query may not read it at all, as where a CTE has its name: only the engine knows.
  if ('ms' in asOf && log.versionAt(asOf.ms) === undefined) return undefined;
  const version = versionAsOf(log, asOf);
  const live = log.filesAt(version).map(({ add }) => add);
  return relationAt(local, log, version, await prune(log.metadata(version), live));
}
