// Writes rows as one Parquet file for each partition that they have: all partitions in one pass over the rows or, where the engine
// lacks the memory for that, half of them at a time. What the partitions are is their caller's to say.
import { rm } from 'node:fs/promises';
import { type Column, sqlType } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { OutOfMemoryError, type SqlSession } from '../ports.ts';
import { fileLiteral, identifier, literal, readParquet, writeParquet } from '../sql/quoting.ts';

/** A partition's rows, in as many files as the engine made of them. */
export type Part = {
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly paths: readonly string[];
};

/** As DuckDB's RETURN_STATS tells it. */
type WrittenFile = {
  readonly filename: string;
  readonly count: number;
  readonly partition_keys: Readonly<Record<string, string | null>>;
};

/**
 * The query's rows in files below `folder`, which must not exist, by the values of the columns `by`, which the files do not have.
 * The engine makes folder names of the values: no two of them may differ in case alone, or be longer than a folder's name.
 * The rows of a file are in no order. Parts are sorted by their values.
 */
export async function writeParts(
  session: SqlSession,
  query: string,
  by: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<Part[]> {
  const columns = by.map(identifier).join(', ');
  const written = await session.rows<WrittenFile>(
    `COPY (${query}) TO ${literal(folder)} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (${columns}), RETURN_STATS)`,
    signal,
  );
  const parts = new Map<string, Part>();
  for (const { filename, count, partition_keys: values } of written) {
    const partition = Object.fromEntries(by.map((name) => [name, values[name] ?? null]));
    const id = JSON.stringify(Object.values(partition));
    const { rows = 0, paths = [] } = parts.get(id) ?? {};
    parts.set(id, { partition, rows: rows + count, paths: [...paths, filename] });
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

export type RowsToSplit = {
  /** A Parquet file. */
  readonly path: string;
  /** Its columns that files of partitions have. */
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly Column[];
  /** Whether the rows of a partition stay in the file's order. */
  readonly isOrdered: boolean;
  /** Below it are the files; it must not exist. */
  readonly folder: string;
};

const [NUMBER, ROW] = ['_sluice_part', '_sluice_row'];

/** One file for each of the partitions, in their order; each must have rows. In Delta, an empty text in a partition column is null. */
export async function splitRows(
  session: SqlSession,
  rows: RowsToSplit,
  partitions: readonly PartitionValues[],
): Promise<string[]> {
  if (partitions.length === 0) return [];
  const numbered = partitions.map((partition, number) => ({ partition, number }));
  const parts = await written(session, rows, numbered);
  const paths: string[] = [];
  for (const { partition, paths: found } of parts)
    paths[Number(partition[NUMBER])] = await oneFile(
      session,
      found,
      rows.columns,
      rows.isOrdered ? ROW : undefined,
    );
  return paths;
}

type Numbered = { readonly partition: PartitionValues; readonly number: number };

async function written(
  session: SqlSession,
  rows: RowsToSplit,
  partitions: readonly Numbered[],
): Promise<Part[]> {
  const folder = `${rows.folder}-${partitions[0]?.number}-${partitions.length}`;
  try {
    return await writeParts(session, numberedRows(rows, partitions), [NUMBER], folder);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError) || partitions.length < 2) throw error;
  }
  await rm(folder, { recursive: true, force: true });
  const half = Math.ceil(partitions.length / 2);
  return [
    ...(await written(session, rows, partitions.slice(0, half))),
    ...(await written(session, rows, partitions.slice(half))),
  ];
}

/** The rows of these partitions, each with its partition's number: unlike a text, a number is always a valid folder name. */
function numberedRows(
  { path, columns, partitionColumns, isOrdered }: RowsToSplit,
  partitions: readonly Numbered[],
): string {
  const typed = (value: string | null, { type }: Column) =>
    `CAST(${value === null ? 'NULL' : literal(value)} AS ${sqlType(type)})`;
  const lines = partitions.map(
    ({ partition, number }) =>
      `(${[number, ...partitionColumns.map((column) => typed(partition[column.name] ?? null, column))].join(', ')})`,
  );
  const names = partitionColumns.map((_, i) => `p${i}`);
  const on = partitionColumns.map(({ name, type }, i) =>
    type === 'string'
      ? `coalesce(source.${identifier(name)}, '') = coalesce(parts.p${i}, '')`
      : `source.${identifier(name)} IS NOT DISTINCT FROM parts.p${i}`,
  );
  const own = columns.map(({ name }) => `source.${identifier(name)}`);
  const row = isOrdered ? [`source.file_row_number AS ${ROW}`] : [];
  return `SELECT ${[...own, ...row, `parts.number AS ${NUMBER}`].join(', ')} FROM ${readParquet(path)} AS source
    JOIN (VALUES ${lines.join(', ')}) AS parts(${['number', ...names].join(', ')}) ON ${on.join(' AND ')}`;
}

/** The path of one file with the rows of all of them, in the order of the column `order`, which it has not, if there is one. */
export async function oneFile(
  session: SqlSession,
  paths: readonly string[],
  columns: readonly Column[],
  order?: string,
): Promise<string> {
  const [first = ''] = paths;
  if (paths.length === 1 && order === undefined) return first;
  const path = `${first}.joined`;
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  const from = `read_parquet([${paths.map(fileLiteral).join(', ')}], hive_partitioning = false)`;
  const ordered = order === undefined ? '' : ` ORDER BY ${order}`;
  await session.run(writeParquet(`SELECT ${names} FROM ${from}${ordered}`, path));
  return path;
}
