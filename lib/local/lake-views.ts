// Tables and insights of the lake as views of a SQL session, under their names: what `query` and the headlines read.
import { LocalFiles, tableRelation } from '../aggregate/inputs.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { identifier } from '../core/sql-text.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../effects.ts';
import type { SqlSession } from '../ports.ts';

const PARALLEL_FETCHES = 16;

/** Everything that has a name: the datasets' tables, then the insights. Arrivals are inner workings. */
export function namedTables({ catalog }: Effects): TableRef[] {
  const tables = catalog.datasets.map(({ name }): TableRef => ({ kind: 'tables', name }));
  const derived = catalog.derivations
    .map(({ target }) => target)
    .filter((target) => !tables.some((table) => sameTable(table, target)));
  return [...tables, ...derived];
}

/** The tables whose names occur as words in the SQL text: no other can be meant. */
export function mentionedTables(effects: Effects, sql: string): TableRef[] {
  const words = new Set(sql.toLowerCase().match(/[a-z0-9_]+/g));
  return namedTables(effects).filter(({ name }) => words.has(name.toLowerCase()));
}

/** Runs `work` with the views; `missing` names the tables that the lake does not hold yet. */
export async function withViews<T>(
  effects: Effects,
  tables: readonly TableRef[],
  work: (session: SqlSession, missing: readonly TableRef[]) => Promise<T>,
): Promise<T> {
  const local = new LocalFiles(effects.lake);
  const missing: TableRef[] = [];
  try {
    return await effects.sql.session(async (session) => {
      for (const table of tables) {
        const snapshot = await effects.tables.latest(tablePrefix(table));
        if (snapshot === undefined) {
          missing.push(table);
          continue;
        }
        await fetchFiles(local, tablePrefix(table), snapshot);
        const relation = await tableRelation(effects.catalog, local, table, snapshot, [
          ...snapshot.files.values(),
        ]);
        await session.run(`CREATE TEMP VIEW ${identifier(table.name)} AS ${relation}`);
      }
      return work(session, missing);
    });
  } finally {
    await local.release();
  }
}

/** Many at once: from S3 one after the other takes its time. */
async function fetchFiles(local: LocalFiles, prefix: string, { files }: Snapshot): Promise<void> {
  const waiting = files.values();
  const worker = async () => {
    for (const add of waiting) await local.path(prefix, add);
  };
  await Promise.all(Array.from({ length: PARALLEL_FETCHES }, worker));
}
