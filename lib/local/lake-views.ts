// Tables and insights of the lake as views of a SQL session, under their names: what `query` and the headlines read.
import { LocalFiles } from '../aggregate/inputs.ts';
import type { AsOf } from '../core/as-of.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import { relationSql } from '../core/relation-sql.ts';
import { identifier } from '../core/sql-text.ts';
import { CONTRACT, DEFINITION } from '../core/tags.ts';
import { parseSchema } from '../delta/schema.ts';
import { configuration } from '../delta/snapshot.ts';
import type { Effects } from '../effects.ts';
import { namedTables, versionAsOf } from '../explain/find-table.ts';
import { fetchFiles, relationAt } from '../explain/table-at.ts';
import { TableLogs } from '../explain/table-log.ts';
import type { SqlSession } from '../ports.ts';

/** The tables whose names occur as words in the SQL text: no other can be meant. */
export function mentionedTables(effects: Effects, sql: string): TableRef[] {
  const words = new Set(sql.toLowerCase().match(/[a-z0-9_]+/g));
  return namedTables(effects).filter(({ name }) => words.has(name.toLowerCase()));
}

/**
 * Runs `work` with the views, as the tables were at `asOf` where that is given; `missing` names the tables that the lake does
 * not hold (yet, or then). Throws CliError where a version does not exist, or its files were swept.
 */
export async function withViews<T>(
  effects: Effects,
  tables: readonly TableRef[],
  work: (session: SqlSession, missing: readonly TableRef[]) => Promise<T>,
  asOf?: AsOf,
): Promise<T> {
  const local = new LocalFiles(effects.lake);
  const missing: TableRef[] = [];
  try {
    return await effects.sql.session(async (session) => {
      for (const table of tables) {
        const relation = await (asOf === undefined
          ? presentRelation(effects, local, table)
          : pastRelation(effects, local, table, asOf));
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
async function presentRelation(
  effects: Effects,
  local: LocalFiles,
  table: TableRef,
): Promise<string | undefined> {
  const prefix = tablePrefix(table);
  const snapshot = await effects.tables.latest(prefix);
  if (snapshot === undefined) return undefined;
  const files = [...snapshot.files.values()];
  await fetchFiles(local, prefix, files);
  const own = parseSchema(snapshot.metadata.schemaString);
  const added = effects.catalog
    .columnsOf(table)
    .filter(({ name }) => own.every((column) => column.name !== name));
  const definition = configuration(snapshot, CONTRACT) ?? configuration(snapshot, DEFINITION);
  const shape = {
    columns: [...own, ...added],
    partitionColumns: snapshot.metadata.partitionColumns,
    withSource: false,
    mixed:
      added.length > 0 || files.some(({ tags }) => (tags?.[CONTRACT] ?? tags?.[DEFINITION]) !== definition),
  };
  const relationFiles = files.map(async (add) => ({
    path: await local.path(prefix, add),
    partitionValues: add.partitionValues,
  }));
  return relationSql(shape, await Promise.all(relationFiles));
}

async function pastRelation(
  effects: Effects,
  local: LocalFiles,
  table: TableRef,
  asOf: AsOf,
): Promise<string | undefined> {
  const log = await new TableLogs(effects.tables).find(tablePrefix(table));
  if (log === undefined) return undefined;
  // A word of the SQL may be the name of a table that it does not read at all: only the engine knows.
  if ('ms' in asOf && log.versionAt(asOf.ms) === undefined) return undefined;
  const version = versionAsOf(log, asOf);
  return relationAt(
    local,
    log,
    version,
    log.filesAt(version).map(({ add }) => add),
  );
}
