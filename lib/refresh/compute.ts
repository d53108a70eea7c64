// Computes one partition of a derived table from local files, and audits the rows before anybody sees them.
// Knows neither logs nor commits: relations in, a Parquet file or the reasons against it out.
import { type Derivation, THIS_PARTITION } from '../core/insight.ts';
import { sqlType } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import type { SqlSession } from '../ports.ts';
import { identifier, literal, writeParquet } from '../sql/quoting.ts';
import { canonicalDouble } from '../sql/value-forms.ts';
import { type AuditFailure, auditsOf, COMPUTED, createBeforeView, isAboutData, tryAudits } from './audit.ts';

/**
 * `file`: local; undefined where the partition has no rows, or an audit of severity `error` failed and they are not to be
 * published.
 */
export type Computed = {
  readonly file: (FileStatistics & { readonly path: string }) | undefined;
  readonly failures: readonly AuditFailure[];
};

/** The session's views hold the inputs, each under its name, and what audits relate to. `rowsBefore`: in the version before. */
export async function computePartition(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  rowsBefore: number,
  path: string,
): Promise<Computed> {
  try {
    await session.run(`CREATE OR REPLACE TEMP TABLE this AS ${rowsSql(derivation)}`);
    const audits = auditsOf(derivation, partition);
    await createBeforeView(session, audits, rowsBefore);
    const failures = await tryAudits(session, audits);
    const fails = failures.some(({ severity }) => severity === 'error');
    return { file: fails ? undefined : await writeFile(session, derivation, partition, path), failures };
  } catch (error) {
    // An overflow or a failed cast comes from the rows: computing them again gives the same.
    if (!isAboutData(error)) throw error;
    const failure = { audit: COMPUTED, severity: 'error', offending: undefined } as const;
    return {
      file: undefined,
      failures: [{ ...failure, example: `the SQL fails on these rows: ${error.message}` }],
    };
  } finally {
    await session.run('DROP TABLE IF EXISTS this');
  }
}

/** What the SQL reads as THIS_PARTITION. */
export async function createPartitionView(
  session: SqlSession,
  { columns }: Derivation,
  partition: PartitionValues,
): Promise<void> {
  const values = columns.flatMap(({ name, type }) =>
    name in partition
      ? [`CAST(${literal(partition[name] ?? null)} AS ${sqlType(type)}) AS ${identifier(name)}`]
      : [],
  );
  await session.run(`CREATE OR REPLACE TEMP VIEW ${THIS_PARTITION} AS SELECT ${values.join(', ')}`);
}

/** The derivation's SELECT; see `canonical` of Derivation. */
export function rowsSql({ sql, canonical = [] }: Pick<Derivation, 'sql' | 'canonical'>): string {
  if (canonical.length === 0) return sql;
  const replaced = canonical.map((name) => `${canonicalDouble(identifier(name))} AS ${identifier(name)}`);
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${sql}\n)`;
}

async function writeFile(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  path: string,
): Promise<Computed['file']> {
  const columns = derivation.columns.filter((column) => !(column.name in partition));
  const names = columns.map((column) => identifier(column.name)).join(', ');
  const rows = await session.run(writeParquet(`SELECT ${names} FROM this`, path));
  return rows === 0 ? undefined : { path, ...(await fileStatistics(session, path, columns)) };
}
