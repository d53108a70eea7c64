// Computes a data file's statistics for the log from its Parquet footer: PROTOCOL.md, "Per-file Statistics".
// Omits bounds that a reader might round, because that reader would skip files that contain matching rows.
import { parseLogJson } from '../core/log-json.ts';
import { isNested } from '../core/nested-type.ts';
import type { Column } from '../core/schema.ts';
import type { SqlSession } from '../ports.ts';
import { fileLiteral } from '../sql/quoting.ts';
import type { Add } from './actions.ts';

/** `stats` is JSON text for `add.stats`. */
export type FileStatistics = { readonly rows: number; readonly stats: string };

/** A data file, or what it has of one source. */
type Counted = Pick<Add, 'stats'>;

/** Number of rows of the files, from their statistics. */
export function recordCount(files: Iterable<Counted>): number {
  let rows = 0;
  for (const add of files) rows += recordedRows(add) ?? 0;
  return rows;
}

// Of other statistics a long-lived process counts the same files again and again.
const counted = new WeakMap<Counted, number>();

/** Undefined if the file's writer did not say. */
export function recordedRows(add: Counted): number | undefined {
  // As Sluice writes it: a merged file has the statistics of very many sources.
  const first = /^\{"numRecords":(\d{1,15})[,}]/.exec(add.stats ?? '')?.[1];
  if (first !== undefined) return Number(first);
  const known = counted.get(add);
  if (known !== undefined) return known;
  const { numRecords } = parseLogJson<{ numRecords?: number }>(add.stats ?? '{}', "a data file's stats");
  if (numRecords !== undefined) counted.set(add, numRecords);
  return numRecords;
}

/** A column's chunk in one row group, as `parquet_metadata` returns it. */
type Chunk = {
  readonly group: number;
  readonly column: string;
  readonly place: number;
  readonly rows: number;
  readonly nulls: number | null;
  readonly min: string | null;
  readonly max: string | null;
};

/** `columns`: of the file itself, without the table's partition columns. Nothing is known of lists and structs. */
export async function fileStatistics(
  session: SqlSession,
  path: string,
  columns: readonly Column[],
): Promise<FileStatistics> {
  const chunks = await session.rows<Chunk>(
    `SELECT row_group_id AS "group", path_in_schema AS "column", column_id AS place, row_group_num_rows AS rows,
       stats_null_count AS nulls, stats_min_value AS min, stats_max_value AS max
     FROM parquet_metadata(${fileLiteral(path)})`,
  );
  const byColumn = new Map<string, Chunk[]>();
  for (const chunk of chunks) byColumn.set(chunk.column, [...(byColumn.get(chunk.column) ?? []), chunk]);
  const groups = new Map(chunks.map((chunk) => [chunk.group, chunk.rows]));
  const rows = [...groups.values()].reduce((sum, count) => sum + count, 0);
  const nullCount: string[] = [];
  const minValues: string[] = [];
  const maxValues: string[] = [];
  for (const { name, type } of columns) {
    // Where a struct has no bounds, delta-rs makes null ones of them for pyarrow, which then finds no row without a value.
    if (type.startsWith('struct<'))
      for (const bounds of [minValues, maxValues]) bounds.push(member(name, '{}'));
    const own = byColumn.get(name) ?? [];
    // A struct's field may have the path that is another column's name.
    if (isNested(type) || own.some(({ place }) => place !== own[0]?.place)) continue;
    if ((rows > 0 && own.length === 0) || own.some((chunk) => chunk.nulls === null)) continue;
    nullCount.push(member(name, String(own.reduce((sum, chunk) => sum + (chunk.nulls ?? 0), 0))));
    const [min, max] = [bound(least(own, type), type, 'floor'), bound(greatest(own, type), type, 'ceil')];
    if (min === undefined || max === undefined) continue;
    minValues.push(member(name, min));
    maxValues.push(member(name, max));
  }
  const values = rows === 0 ? '' : `"minValues":{${minValues}},"maxValues":{${maxValues}},`;
  return { rows, stats: `{"numRecords":${rows},${values}"nullCount":{${nullCount}}}` };
}

function least(chunks: readonly Chunk[], type: string): string | null {
  return extreme(chunks, (chunk) => chunk.min, type, -1);
}

function greatest(chunks: readonly Chunk[], type: string): string | null {
  return extreme(chunks, (chunk) => chunk.max, type, 1);
}

/** Null if a row group with values has no statistics: then nothing is known about the column. */
function extreme(
  chunks: readonly Chunk[],
  textOf: (chunk: Chunk) => string | null,
  type: string,
  sign: -1 | 1,
): string | null {
  let found: string | null = null;
  for (const chunk of chunks) {
    if (chunk.nulls === chunk.rows) continue;
    const text = textOf(chunk);
    if (text === null || !isBounded(type)) return null;
    if (found === null || compareValues(text, found, type) === sign) found = text;
  }
  return found;
}

/** Row groups are compared by value, not by text: 9 is less than 10. ISO dates and times sort correctly as text. */
function compareValues(a: string, b: string, type: string): -1 | 0 | 1 {
  const temporal = type === 'date' || type === 'timestamp';
  const [left, right] = temporal ? [a, b] : [unscaled(a), unscaled(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** DuckDB writes all values of a decimal column with the same number of digits after the point. */
function unscaled(text: string): bigint {
  return /^-?\d+(\.\d+)?$/.test(text) ? BigInt(text.replace('.', '')) : 0n;
}

/** Of a column's least and greatest values as the engine casts them to texts: as JSON; undefined if fileStatistics omits them. */
export function jsonBounds(
  type: string,
  least: string | null,
  greatest: string | null,
): readonly [min: string, max: string] | undefined {
  if (!isBounded(type)) return undefined;
  const [min, max] = [bound(least, type, 'floor'), bound(greatest, type, 'ceil')];
  return min === undefined || max === undefined ? undefined : [min, max];
}

function isBounded(type: string): boolean {
  return /^(long|integer|date|timestamp|decimal\(.*)$/.test(type);
}

/** A bound as JSON text; undefined if not every reader would read it as exactly this value. */
function bound(text: string | null, type: string, round: 'floor' | 'ceil'): string | undefined {
  if (text === null) return undefined;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? JSON.stringify(text) : undefined;
  if (type === 'timestamp') return timestampBound(text, round);
  // Above 15 digits, a reader that uses binary floating point gets a different number.
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').replace(/^0+/, '').length <= 15
    ? text
    : undefined;
}

// Delta readers use milliseconds: rounding must not make a bound tighter than the values.
function timestampBound(text: string, round: 'floor' | 'ceil'): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text);
  if (!match) return undefined;
  const micros = (match[3] ?? '').padEnd(6, '0');
  const floor = Date.parse(`${match[1]}T${match[2]}.${micros.slice(0, 3)}Z`);
  const iso = new Date(floor + (round === 'ceil' && micros.slice(3) !== '000' ? 1 : 0)).toISOString();
  return iso.length === 24 ? JSON.stringify(iso) : undefined;
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}
