// Computes one partition of a derived table from local files, and audits the rows before anybody sees them.
// Knows neither logs nor commits: relations in, a Parquet file or the reasons against it out.
import { type Derivation, sqlToRun, THIS_PARTITION } from '../core/insight.ts';
import { type Column, sqlType } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import type { SqlSession } from '../ports.ts';
import { identifier, literal, readParquet, writeParquet } from '../sql/quoting.ts';
import { canonicalDouble } from '../sql/value-forms.ts';
import {
  type AuditFailure,
  auditsOf,
  COMPUTED,
  createBeforeView,
  isAboutData,
  otherAudits,
  partitionAudits,
  reason,
  tryAudits,
} from './audit.ts';

/**
 * `file`: local; undefined where the partition has no rows, or an audit of severity `error` failed and they are not to be
 * published.
 */
export type Computed = {
  readonly file: (FileStatistics & { readonly path: string }) | undefined;
  readonly failures: readonly AuditFailure[];
};

const OF_SQUARES =
  'A statistic such as stddev(x) sums up squares, which have 38 digits at most: take it of fewer digits, such as CAST(x AS DECIMAL(18, 6))';

/** The session's views hold the inputs, each under its name, and what audits relate to. `rowsBefore`: in the version before. */
export async function computePartition(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  rowsBefore: number,
  path: string,
): Promise<Computed> {
  const columns = fileColumns(derivation, partition);
  const names = columns.map((column) => identifier(column.name)).join(', ');
  const write = (from: string) => session.run(writeParquet(`SELECT ${names} FROM ${from}`, path));
  // A whole table may have many rows: they are held once, in the file. A partition's file lacks columns that are audited.
  const isWhole = columns.length === derivation.columns.length;
  try {
    const written = isWhole ? await write(`(${rowsSql(derivation)}\n)`) : undefined;
    const rows = isWhole ? `SELECT * FROM ${readParquet(path)}` : rowsSql(derivation);
    await session.run(`CREATE OR REPLACE TEMP ${isWhole ? 'VIEW' : 'TABLE'} this AS ${rows}`);
    const audits = auditsOf(derivation, partition);
    await createBeforeView(session, audits, rowsBefore);
    const failures = await tryAudits(session, audits);
    const fails = failures.some(({ severity }) => severity === 'error');
    if (fails || (written ?? (await write('this'))) === 0) return { file: undefined, failures };
    return { file: { path, ...(await fileStatistics(session, path, columns)) }, failures };
  } catch (error) {
    return notComputed(derivation, error);
  } finally {
    await session.run(`DROP ${isWhole ? 'VIEW' : 'TABLE'} IF EXISTS this`);
  }
}

/** Of the data files, which lack those that partition. */
function fileColumns({ columns }: Derivation, partition: PartitionValues): Column[] {
  return columns.filter(({ name }) => !(name in partition));
}

/** An overflow or a failed cast comes from the rows: computing them again gives the same. Throws any other error. */
function notComputed({ exactSql }: Derivation, error: unknown): Computed {
  if (!isAboutData(error)) throw error;
  const failure = { audit: COMPUTED, severity: 'error', offending: undefined } as const;
  const said = reason(error);
  const hint = exactSql !== undefined && /overflow/i.test(said) ? `. ${OF_SQUARES}` : '';
  return {
    file: undefined,
    failures: [{ ...failure, example: `the SQL fails on these rows: ${said}${hint}` }],
  };
}

/** Like computePartition for a shard of the driving input's rows. What is asked of the partition as a whole is left to auditShards. */
export async function computeShard(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  path: string,
): Promise<Computed> {
  const all = `${path}.all`;
  try {
    const everyColumn = derivation.columns.map(({ name }) => identifier(name)).join(', ');
    await session.run(writeParquet(`SELECT ${everyColumn} FROM (${rowsSql(derivation)}\n)`, all));
    await session.run(`CREATE TEMP VIEW this AS SELECT * FROM ${readParquet(all)}`);
    const failures = await tryAudits(session, partitionAudits(partition));
    const columns = fileColumns(derivation, partition);
    const names = columns.map(({ name }) => identifier(name)).join(', ');
    if ((await session.run(writeParquet(`SELECT ${names} FROM this`, path))) === 0)
      return { file: undefined, failures };
    return { file: { path, ...(await fileStatistics(session, path, columns)) }, failures };
  } catch (error) {
    return notComputed(derivation, error);
  } finally {
    await session.run('DROP VIEW IF EXISTS this');
  }
}

/** `relation`: of the files that computeShard wrote, which have the partition's own values. */
export async function auditShards(
  session: SqlSession,
  derivation: Derivation,
  partition: PartitionValues,
  rowsBefore: number,
  relation: string,
): Promise<readonly AuditFailure[]> {
  await session.run(`CREATE TEMP VIEW this AS ${relation}`);
  try {
    const audits = otherAudits(derivation, partition);
    await createBeforeView(session, audits, rowsBefore);
    return await tryAudits(session, audits);
  } finally {
    await session.run('DROP VIEW this');
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

/** The derivation's SELECT; see `exactSql`, `canonical` and `cast` of Derivation. */
export function rowsSql({
  canonical = [],
  cast = [],
  ...written
}: Pick<Derivation, 'sql' | 'exactSql' | 'canonical' | 'cast'>): string {
  const sql = sqlToRun(written);
  if (canonical.length === 0 && cast.length === 0) return sql;
  const replaced = [
    ...canonical.map((name) => `${canonicalDouble(identifier(name))} AS ${identifier(name)}`),
    ...cast.map(({ name, type }) => `CAST(${identifier(name)} AS ${sqlType(type)}) AS ${identifier(name)}`),
  ];
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${sql}\n)`;
}
