// Writes a source file's accepted rows as Parquet: in the file's order, without repeated keys, split by partition.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type RowKey, rowKeys, tableColumns } from '../core/contract.ts';
import { partitionExpression, selectColumn, type Validation } from '../core/validation-sql.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import type { SqlSession } from '../ports.ts';
import { identifier, literal, readParquet, writeParquet } from '../sql/quoting.ts';
import type { RowSource, SourceFile } from './row-source.ts';

export type DataFile = FileStatistics & { readonly path: string; readonly partition: PartitionValues };

/** Set if all partition values come from the source's key: the whole file is one partition. */
function singlePartition(file: SourceFile): PartitionValues | undefined {
  const columns = file.dataset.partitionBy;
  if (!columns.every((p) => p.transform === 'identity' && file.fromPath.has(p.field))) return undefined;
  return Object.fromEntries(columns.map((p) => [p.name, file.fromPath.get(p.field) ?? null]));
}

function dataColumns(file: SourceFile): string[] {
  const partitions = new Set(file.dataset.partitionBy.map((p) => p.name));
  return tableColumns(file.dataset).flatMap((column) =>
    partitions.has(column.name) ? [] : [identifier(column.name)],
  );
}

/** Returns the number of rows without a violation that are not skipped. `signal`: aborts when they are no longer needed. */
export function copyAccepted(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  rules: Validation,
  to: string,
  /** Rows that are left out, valid or not: see anySkips. */
  skipped: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const leftOut = new Set(
    singlePartition(file) === undefined ? [] : file.dataset.partitionBy.map((p) => p.name),
  );
  const keyFields = new Set(rowKeys(file.dataset).flatMap((key) => key.fields));
  const fields = [...rules.values].filter(([name]) => !leftOut.has(name) || keyFields.has(name));
  const derived = file.dataset.partitionBy.filter((p) => p.transform !== 'identity');
  const select = [
    ...fields.map(([name, value]) => selectColumn(value, name)),
    ...derived.map((p) =>
      selectColumn(partitionExpression(p.transform, rules.values.get(p.field) as string), p.name),
    ),
  ];
  return session.run(
    writeParquet(
      `SELECT ${select.join(', ')} FROM ${rules.relation(source.relation)} WHERE ${rules.valid}${skipped === undefined ? '' : ` AND NOT ${skipped}`}`,
      to,
    ),
    signal,
  );
}

function present(key: RowKey): string {
  return key.fields.map((name) => `${identifier(name)} IS NOT NULL`).join(' AND ');
}

function list(key: RowKey): string {
  return key.fields.map(identifier).join(', ');
}

export async function hasRepeatedKey(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
): Promise<boolean> {
  for (const key of rowKeys(file.dataset)) {
    const sql = `SELECT 1 FROM ${readParquet(accepted)} WHERE ${present(key)} GROUP BY ${list(key)} HAVING count(*) > 1 LIMIT 1`;
    if ((await session.rows(sql)).length > 0) return true;
  }
  return false;
}

/** The rows are in the file's order, so that the first row here is also the first row in the flags. */
export async function keepFirstOfEachKey(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
): Promise<number> {
  const all = join(file.scratch, 'repeated.parquet');
  await rename(accepted, all);
  const isFirst = rowKeys(file.dataset).map(
    (key) =>
      `(NOT (${present(key)}) OR row_number() OVER (PARTITION BY ${list(key)} ORDER BY file_row_number) = 1)`,
  );
  return session.run(
    writeParquet(`SELECT * FROM ${readParquet(all)} QUALIFY ${isFirst.join(' AND ')}`, accepted),
  );
}

/** No file for a partition without rows, except in replace mode, where an empty file empties the table. */
export async function splitByPartition(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
  rows: number,
): Promise<DataFile[]> {
  const columns = tableColumns(file.dataset).filter(
    (c) => !file.dataset.partitionBy.some((p) => p.name === c.name),
  );
  const described = async (path: string, partition: PartitionValues): Promise<DataFile> => ({
    path,
    partition,
    ...(await fileStatistics(session, path, columns)),
  });
  const single = singlePartition(file);
  const keyInPartition = file.dataset.partitionBy.some((p) => file.dataset.primaryKey.includes(p.name));
  if (single !== undefined && !keyInPartition)
    return rows === 0 && file.dataset.mode === 'append' ? [] : [await described(accepted, single)];
  const names = file.dataset.partitionBy.map((p) => p.name);
  // In Delta, an empty text in a partition column is null.
  const text = (name: string) => `nullif(CAST(${identifier(name)} AS VARCHAR), '')`;
  const texts = names.map((name) => `${text(name)} AS ${identifier(name)}`).join(', ');
  const partitions = await session.rows<Record<string, string | null>>(
    `SELECT DISTINCT ${texts} FROM ${readParquet(accepted)} ORDER BY ALL`,
  );
  const files: DataFile[] = [];
  for (const [i, partition] of partitions.entries()) {
    const path = join(file.scratch, `part-${i}.parquet`);
    const where = names
      .map((name) => `${text(name)} IS NOT DISTINCT FROM ${literal(partition[name] ?? null)}`)
      .join(' AND ');
    const select = `SELECT ${dataColumns(file).join(', ')} FROM ${readParquet(accepted)} WHERE ${where}`;
    await session.run(writeParquet(select, path));
    files.push(await described(path, partition));
  }
  return files;
}
