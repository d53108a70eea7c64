// Answers one query over the lake: finds the tables that it reads, warns where they may differ from landing, runs it, and says
// in our words what DuckDB refuses.

import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { CliError, UsageError } from '../errors.ts';
import { isDropped } from '../evolve/drop-table.ts';
import { withViews } from '../inspect/lake-views.ts';
import { queryError } from '../inspect/query-errors.ts';
import { readQuery } from '../inspect/read-query.ts';
import { tablesOf } from '../inspect/readable-tables.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { Effects } from '../lake/effects.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import type { Terminal } from './terminal.ts';

/** `effects.catalog` may be empty: definitions only add hints. */
export type Asking = {
  readonly effects: Pick<Effects, 'lake' | 'tables' | 'sql' | 'catalog'>;
  readonly terminal: Terminal;
  readonly asOf: AsOf | undefined;
  /** Ends the query. */
  readonly signal: AbortSignal;
};

export const INTERRUPTED = 130;

/** `write` runs the SQL, in a session that has the tables as views. Throws CliError. */
export async function answerQuery(
  asking: Asking,
  sql: string,
  write: (session: SqlSession) => Promise<void>,
): Promise<void> {
  const { effects, asOf, signal } = asking;
  const reads = await effects.sql.session((session) => readQuery(session, sql));
  const tables = reads === undefined ? [] : await tablesOf(effects, effects.catalog, reads);
  await warnOfTables(asking, tables);
  requireOneTable(asOf, tables, reads?.isUnderstood ?? true);
  const answer = async (session: SqlSession, missing: readonly TableRef[]) => {
    try {
      if (signal.aborted) throw interrupted();
      await write(session);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (signal.aborted) throw interrupted(error);
      throw await queryError({ effects, session, sql, asOf, missing }, error);
    }
  };
  await withViews(effects, tables, answer, { asOf, sql });
}

function interrupted(cause?: SqlError): CliError {
  return new CliError('The query was interrupted.', INTERRUPTED, { cause });
}

/** Warns where the answer may differ from landing. */
async function warnOfTables(
  { effects: { catalog, tables: logs }, terminal, asOf }: Asking,
  tables: readonly TableRef[],
): Promise<void> {
  for (const table of tables) {
    const prefix = tablePrefix(table);
    const snapshot = await logs.latest(prefix).catch(() => undefined);
    if (snapshot === undefined || (asOf === undefined && isDropped(snapshot))) continue;
    const defined = catalog.resolve(table.name);
    const isDefined = defined !== undefined && sameTable(defined, table);
    if (catalog.datasets.length > 0 && !isDefined && !catalog.asideNamed(table.name))
      terminal.err([
        `warning: ${prefix} has no definition any more: its rows are those of the last sync ("npx sluice drop ${prefix}" removes it)`,
      ]);
    if (snapshot.foreign.length > 0)
      terminal.err([
        `warning: ${prefix} was changed by other programs, and the answer may include that: "npx sluice status" shows by which, "npx sluice sync" reverts it`,
      ]);
  }
}

function requireOneTable(asOf: AsOf | undefined, tables: readonly TableRef[], isCertain: boolean): void {
  if (asOf === undefined || !('version' in asOf) || tables.length <= 1) return;
  const names = tables.map(({ name }) => name).join(', ');
  throw new UsageError(
    `--as-of ${asOf.text} is a version, and each table counts its own: the query ${isCertain ? 'names' : 'may read'} ${names}. ` +
      `Use a time instead, such as --as-of 2024-01-31T10:00:00Z ("npx sluice history ${tables[0]?.name}" lists versions with their times)`,
  );
}
