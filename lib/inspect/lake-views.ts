// Tables and insights of the lake as views of a SQL session, under their names: what `query` and the headlines read.

import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { isDropped } from '../evolve/drop-table.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { SqlSession } from '../ports.ts';
import { LocalFiles } from '../refresh/inputs.ts';
import { identifier } from '../sql/quoting.ts';
import { neededFiles } from './partition-pruning.ts';
import { snapshotAt } from './read-table-log.ts';
import type { LakeReads } from './readable-tables.ts';
import { relationAt, relationOf } from './table-at.ts';
import { findVersion, versionAsOf } from './version-as-of.ts';

export type ViewOptions = {
  /** The tables as they were. */
  readonly asOf?: AsOf | undefined;
  /** The one query that the views are for: data files that it cannot need are left out. */
  readonly sql?: string;
};

/**
 * Runs `work` with the views; `missing` names the tables that the lake does not hold: yet, then, or any more. Throws CliError where
 * a version does not exist, or its files were swept.
 */
export async function withViews<T>(
  effects: LakeReads,
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

type Prune = (metadata: Metadata, files: readonly Add[]) => Promise<readonly Add[]>;

/** The table by its own schema, whatever a definition says by now. */
async function presentRelation(
  { tables }: LakeReads,
  local: LocalFiles,
  table: TableRef,
  prune: Prune,
): Promise<string | undefined> {
  const snapshot = await tables.latest(tablePrefix(table));
  if (snapshot === undefined || isDropped(snapshot)) return undefined;
  const { metadata } = snapshot;
  return relationOf(local, tablePrefix(table), metadata, await prune(metadata, [...snapshot.files.values()]));
}

async function pastRelation(
  { tables }: LakeReads,
  local: LocalFiles,
  table: TableRef,
  asOf: AsOf,
  prune: Prune,
): Promise<string | undefined> {
  const prefix = tablePrefix(table);
  const present = await tables.latest(prefix);
  if (present === undefined) return undefined;
  // Of a time before the table: the query may not read it at all, as where a CTE has its name, which only the engine knows.
  const version = await ('ms' in asOf ? findVersion : versionAsOf)(tables, prefix, present, asOf);
  if (version === undefined) return undefined;
  const { metadata, files } = await snapshotAt(tables, prefix, version);
  return relationAt(tables, local, { prefix, version, metadata }, await prune(metadata, [...files.values()]));
}
