// Computes one partition of a derived table from local files, and audits the rows before anybody sees them.
// Knows neither logs nor commits: relations in, a Parquet file or the reasons against it out.
import type { Derivation } from '../core/insight.ts';
import { identifier, literal } from '../core/sql-text.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import { SqlError, type SqlSession } from '../ports.ts';

/** A local file; undefined where the partition has no rows. */
export type Computed = { readonly file: (FileStatistics & { readonly path: string }) | undefined };
/** The partition is not to be published; the message says which audit failed and how. */
export type Failed = { readonly failure: string };

/** The session's views hold the inputs, each under its name. */
export async function computePartition(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  path: string,
): Promise<Computed | Failed> {
  try {
    await session.run(`CREATE OR REPLACE TEMP TABLE this AS ${derivation.sql}`);
    const failure = await firstFailure(session, derivation, partition);
    return failure === undefined ? await writeFile(session, derivation, partition, path) : { failure };
  } catch (error) {
    // An overflow or a failed cast comes from the rows: computing them again gives the same.
    if (error instanceof SqlError && error.kind === 'data')
      return { failure: `the SQL fails on these rows: ${error.message}` };
    throw error;
  } finally {
    await session.run('DROP TABLE IF EXISTS this');
  }
}

async function writeFile(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  path: string,
): Promise<Computed> {
  const columns = derivation.columns.filter((column) => !(column.name in partition));
  const names = columns.map((column) => identifier(column.name)).join(', ');
  const rows = await session.run(
    `COPY (SELECT ${names} FROM this) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  return { file: rows === 0 ? undefined : { path, ...(await fileStatistics(session, path, columns)) } };
}

/** All audits in one statement: on a small partition the engine's time is that of its statements, not of its rows. */
async function firstFailure(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
): Promise<string | undefined> {
  const audits = auditsOf(derivation, partition);
  if (audits.length === 0) return undefined;
  const counts = audits.map(
    ({ sql }, index) =>
      `SELECT ${index} AS audit, count(*) AS offending, CAST(any_value(audited) AS VARCHAR) AS example FROM (${sql}\n) AS audited`,
  );
  const failed = await session.rows<{ audit: number; offending: number; example: string | null }>(
    `SELECT * FROM (${counts.join(' UNION ALL ')}) WHERE offending > 0 ORDER BY audit LIMIT 1`,
  );
  return failed
    .map(
      ({ audit, offending, example }) =>
        `audit ${audits[audit]?.name}: ${offending} offending rows, such as ${example}`,
    )
    .at(0);
}

function auditsOf(
  derivation: Derivation,
  partition: PartitionValues,
): { readonly name: string; readonly sql: string }[] {
  const audits: { name: string; sql: string }[] = [];
  const columns = Object.keys(partition);
  if (columns.length > 0) {
    const differs = columns.map(
      (name) => `CAST(${identifier(name)} AS VARCHAR) IS DISTINCT FROM ${literal(partition[name] ?? null)}`,
    );
    audits.push({ name: 'partition', sql: `SELECT * FROM this WHERE ${differs.join(' OR ')}` });
  }
  if (derivation.key.length > 0) {
    const key = [...columns, ...derivation.key.filter((name) => !columns.includes(name))].map(identifier);
    const required = derivation.key.map((name) => `${identifier(name)} IS NULL`).join(' OR ');
    audits.push({ name: 'key not null', sql: `SELECT * FROM this WHERE ${required}` });
    audits.push({
      name: 'key unique',
      sql: `SELECT ${key.join(', ')} FROM this GROUP BY ${key.join(', ')} HAVING count(*) > 1`,
    });
  }
  return [...audits, ...derivation.audits];
}
