// What the log says of a data file's rows, from the Parquet footer alone: PROTOCOL.md, "Per-file Statistics".
// A bound that some reader might round is left out: it would skip a file that has the rows it looks for.
import { type Column, sqlType } from '../core/schema.ts';
import { fileLiteral, identifier, literal } from '../core/sql-text.ts';
import type { Row, SqlSession, Value } from '../ports.ts';

/** `stats` is JSON text for `add.stats`. */
export type FileStatistics = { readonly rows: number; readonly stats: string };

/** `columns`: those of the file itself, so without the table's partition columns. */
export async function fileStatistics(
  session: SqlSession,
  path: string,
  columns: readonly Column[],
): Promise<FileStatistics> {
  const file = fileLiteral(path);
  const [count] = await session.rows<{ rows: number }>(
    `SELECT num_rows AS rows FROM parquet_file_metadata(${file})`,
  );
  const rows = count?.rows ?? 0;
  const nullCount: string[] = [];
  const minValues: string[] = [];
  const maxValues: string[] = [];
  const bounds = rows === 0 ? new Map<string, ColumnBounds>() : await readBounds(session, file, columns);
  for (const { name, type } of columns) {
    const column = rows === 0 ? { nulls: 0, min: null, max: null } : bounds.get(name);
    if (column?.nulls == null) continue;
    nullCount.push(member(name, String(column.nulls)));
    const min = bound(column.min, type, 'floor');
    const max = bound(column.max, type, 'ceil');
    if (min === undefined || max === undefined) continue;
    minValues.push(member(name, min));
    maxValues.push(member(name, max));
  }
  const values = rows === 0 ? '' : `"minValues":{${minValues}},"maxValues":{${maxValues}},`;
  return { rows, stats: `{"numRecords":${rows},${values}"nullCount":{${nullCount}}}` };
}

type ColumnBounds = { readonly nulls: number | null; readonly min: Value; readonly max: Value };

async function readBounds(
  session: SqlSession,
  file: string,
  columns: readonly Column[],
): Promise<Map<string, ColumnBounds>> {
  const chunks = columns.flatMap((column, index) => boundColumns(column, index)).join(', ');
  const [row] = await session.rows<Row>(`SELECT ${chunks} FROM parquet_metadata(${file})`);
  const bounds = new Map<string, ColumnBounds>();
  columns.forEach(({ name }, index) => {
    const nulls = row?.[`nulls${index}`] as number | null | undefined;
    bounds.set(name, {
      nulls: nulls ?? null,
      min: row?.[`min${index}`] ?? null,
      max: row?.[`max${index}`] ?? null,
    });
  });
  return bounds;
}

// Row groups are compared by value, not by text. Where one with values has no statistics, nothing is known of the column.
function boundColumns({ name, type }: Column, index: number): string[] {
  const own = `path_in_schema = ${literal(name)}`;
  const nulls = `CASE WHEN bool_and(stats_null_count IS NOT NULL) FILTER (${own}) THEN CAST(sum(stats_null_count) FILTER (${own}) AS BIGINT) END AS ${identifier(`nulls${index}`)}`;
  if (!isBounded(type)) return [nulls];
  const known = `bool_and(stats_null_count = num_values OR stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL) FILTER (${own})`;
  // CASE, not FILTER: the cast must not see another column's texts.
  const value = (aggregate: string, text: string) =>
    `CASE WHEN ${known} THEN ${aggregate}(CASE WHEN ${own} THEN CAST(${text} AS ${sqlType(type)}) END) END`;
  return [
    nulls,
    `${value('min', 'stats_min_value')} AS ${identifier(`min${index}`)}`,
    `${value('max', 'stats_max_value')} AS ${identifier(`max${index}`)}`,
  ];
}

function isBounded(type: string): boolean {
  return (
    type === 'long' ||
    type === 'integer' ||
    type === 'date' ||
    type === 'timestamp' ||
    type.startsWith('decimal')
  );
}

/** A bound as JSON text; undefined where there is none that every reader takes for exactly this value. */
function bound(value: Value, type: string, round: 'floor' | 'ceil'): string | undefined {
  if (value === null) return undefined;
  const text = String(value);
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? JSON.stringify(text) : undefined;
  if (type === 'timestamp') return timestampBound(text, round);
  // Above 15 digits a reader that goes through binary floating point gets another number.
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').replace(/^0+/, '').length <= 15
    ? text
    : undefined;
}

// Delta's readers take milliseconds: a bound must not be tighter than the values.
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
