// Writes a source file's accepted rows as Parquet: in the file's order, which tells the versions of a key apart, without repeated
// keys, split by partition.
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Field, rowKeys, tableColumns } from '../core/contract.ts';
import type { PartitionColumn } from '../core/partition-column.ts';
import { partitionExpression } from '../core/partition-sql.ts';
import type { Column } from '../core/schema.ts';
import { selectColumn, type Validation } from '../core/validation-sql.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import { OutOfMemoryError, type SqlSession } from '../ports.ts';
import { identifier, readParquet, writeParquet } from '../sql/quoting.ts';
import { mayBundle } from './bundle/bundles.ts';
import { heldBefore } from './part-keys.ts';
import { keyFields, repeatedKeys, repeats } from './repeated-keys.ts';
import type { RowSource, SourceFile } from './row-source.ts';
import { MOST_HASHED_ROWS, rowsHash } from './rows-hash.ts';
import { oneFile, type Part, splitRows, writeParts } from './split-rows.ts';

/** `hash`: see ROWS in tags.ts. */
export type DataFile = FileStatistics & {
  readonly path: string;
  readonly partition: PartitionValues;
  readonly hash?: string;
};

/** Where rows come from, as far as that decides about their columns. */
type Origin = Pick<SourceFile, 'dataset' | 'fromPath'>;

/** Set if all partition values come from the source's key: the whole file is one partition. */
function singlePartition(file: Origin): PartitionValues | undefined {
  const columns = file.dataset.partitionBy;
  if (!columns.every((p) => p.transform === 'identity' && file.fromPath.has(p.field))) return undefined;
  return Object.fromEntries(columns.map((p) => [p.name, file.fromPath.get(p.field) ?? null]));
}

/** The columns of the table, and of its data files, which lack those that partition. */
export function columnsOf({ dataset }: Origin): { readonly own: Column[]; readonly partitioning: Column[] } {
  const names = new Set(dataset.partitionBy.map((p) => p.name));
  const columns = tableColumns(dataset);
  return {
    own: columns.filter(({ name }) => !names.has(name)),
    partitioning: columns.filter(({ name }) => names.has(name)),
  };
}

/**
 * Whether rows are written to their partitions as they are read: where nothing is asked of them as a whole or of their order, and
 * where values make folder names (see writeParts).
 */
function splitsAtOnce(file: SourceFile): boolean {
  const { dataset } = file;
  const isAsked = dataset.mode === 'upsert' || rowKeys(dataset).length > 0;
  if (isAsked || singlePartition(file) !== undefined) return false;
  const derived = dataset.partitionBy.flatMap((p) => (p.transform === 'identity' ? [] : [p.name]));
  return columnsOf(file).partitioning.every(({ name, type }) => type !== 'string' || derived.includes(name));
}

/** Accepted rows, in one file, or in parts: see splitsAtOnce. */
export type AcceptedRows = { readonly rows: number; readonly parts?: readonly Part[] };

/** Writes the rows that are valid and not skipped. `signal`: aborts when they are no longer needed. */
export async function copyAccepted(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  rules: Validation,
  to: string,
  /** Rows that are left out, valid or not: see anySkips. */
  skipped: string | undefined,
  signal: AbortSignal,
): Promise<AcceptedRows> {
  const isKept = skipped === undefined ? rules.valid : `${rules.valid} AND NOT ${skipped}`;
  const query = `SELECT ${selection(file, rules)} FROM ${rules.relation(source.relation)} WHERE ${isKept}`;
  const inOneFile = async () => ({ rows: await session.run(writeParquet(query, to), signal) });
  if (!splitsAtOnce(file)) return inOneFile();
  const folder = `${to}-parts`;
  await rm(folder, { recursive: true, force: true });
  try {
    const names = file.dataset.partitionBy.map((p) => p.name);
    const parts = await writeParts(session, query, names, folder, signal);
    return { rows: parts.reduce((sum, part) => sum + part.rows, 0), parts };
  } catch (error) {
    // A row group of each partition has to fit. In one file there is one.
    if (!(error instanceof OutOfMemoryError)) throw error;
    await rm(folder, { recursive: true, force: true });
    return inOneFile();
  }
}

/** Of a SELECT over validated rows: all columns of the table; those that partition it only where rows tell them, or a key needs them. */
export function selection(file: Origin, rules: Validation): string {
  const { dataset } = file;
  const leftOut = new Set(singlePartition(file) === undefined ? [] : dataset.partitionBy.map((p) => p.name));
  const ofKeys = new Set([...dataset.primaryKey, ...keyFields(dataset)]);
  const fields = [...rules.values].filter(([name]) => !leftOut.has(name) || ofKeys.has(name));
  const derived = dataset.partitionBy.filter((p) => p.transform !== 'identity');
  return [
    ...fields.map(([name, value]) => selectColumn(value, name)),
    ...derived.map((p) => selectColumn(derivedValue(file, p, rules), p.name)),
  ].join(', ');
}

function derivedValue(file: Origin, column: PartitionColumn, rules: Validation): string {
  const field = file.dataset.fields.find(({ name }) => name === column.field) as Field;
  return partitionExpression(column, field, rules.values.get(field.name) as string);
}

export async function hasRepeatedKey(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
): Promise<boolean> {
  if (file.part?.keys !== undefined && file.part.keys.held.size > 0) return true;
  for (const key of rowKeys(file.dataset)) {
    const sql = repeatedKeys(file.dataset, key, readParquet(accepted));
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
    (key, number) =>
      `NOT ${repeats(file.dataset, key, { column: identifier, ...heldBefore(file, key, number) })}`,
  );
  const kept = `SELECT * FROM ${readParquet(all)} QUALIFY ${isFirst.join(' AND ')} ORDER BY file_row_number`;
  return session.run(writeParquet(kept, accepted));
}

/** In an upsert dataset: the rows that another row of the file with the same key, whichever is newer, keeps from being current. */
export async function countSuperseded(
  session: SqlSession,
  { dataset }: SourceFile,
  accepted: string,
  rows: number,
): Promise<number> {
  if (dataset.mode !== 'upsert' || rows === 0) return 0;
  const key = dataset.primaryKey.map(identifier).join(', ');
  const sql = `SELECT count(*) AS keys FROM (SELECT DISTINCT ${key} FROM ${readParquet(accepted)})`;
  const [found] = await session.rows<{ keys: number }>(sql);
  return rows - Number(found?.keys ?? rows);
}

/** No file for a partition without rows, except in replace mode, where an empty file empties the table. */
export async function splitByPartition(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
  { rows, parts }: AcceptedRows,
): Promise<DataFile[]> {
  const { own, partitioning } = columnsOf(file);
  const described = async (path: string, partition: PartitionValues): Promise<DataFile> => {
    const statistics = await fileStatistics(session, path, own);
    const hash = await hashOfFew(session, file, path, statistics.rows);
    return { path, partition, ...statistics, ...(hash === undefined ? {} : { hash }) };
  };
  const single = singlePartition(file);
  const keyInPartition = file.dataset.partitionBy.some((p) => file.dataset.primaryKey.includes(p.name));
  if (single !== undefined && !keyInPartition)
    return rows === 0 && file.dataset.mode === 'append' ? [] : [await described(accepted, single)];
  const files: DataFile[] = [];
  if (parts !== undefined) {
    for (const { partition, paths } of parts)
      files.push(await described(await oneFile(session, paths, own), partition));
    return files;
  }
  // In Delta, an empty text in a partition column is null.
  const text = (name: string) => `nullif(CAST(${identifier(name)} AS VARCHAR), '')`;
  const texts = file.dataset.partitionBy.map(({ name }) => `${text(name)} AS ${identifier(name)}`).join(', ');
  const partitions = await session.rows<Record<string, string | null>>(
    `SELECT DISTINCT ${texts} FROM ${readParquet(accepted)} ORDER BY ALL`,
  );
  const split = {
    ...{ path: accepted, columns: own, partitionColumns: partitioning, folder: `${accepted}-split` },
    isOrdered: file.dataset.mode === 'upsert',
  };
  const paths = await splitRows(session, split, partitions);
  for (const [i, partition] of partitions.entries())
    files.push(await described(paths[i] as string, partition));
  return files;
}

/** Of a file that others may equal which are converted in another way. */
async function hashOfFew(
  session: SqlSession,
  { dataset, part }: SourceFile,
  path: string,
  rows: number,
): Promise<string | undefined> {
  if (!mayBundle(dataset) || part !== undefined || rows === 0 || rows > MOST_HASHED_ROWS) return undefined;
  const hash = rowsHash(columnsOf({ dataset, fromPath: new Map() }).own, 'file_row_number');
  const [found] = await session.rows<{ hash: string }>(`SELECT ${hash} AS hash FROM ${readParquet(path)}`);
  return found?.hash;
}
