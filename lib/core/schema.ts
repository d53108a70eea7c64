// Column types as Delta names them, and as DuckDB names them. Knows no tables and no contracts.

/** A Delta primitive type name: PROTOCOL.md, "Primitive Types". */
export type ColumnType =
  | 'string'
  | 'long'
  | 'integer'
  | 'double'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | `decimal(${number},${number})`;

export type Column = {
  readonly name: string;
  readonly type: ColumnType;
  readonly description?: string;
};

/** Columns that DuckDB adds to every file (https://duckdb.org/docs/stable/data/multiple_files/overview). */
export const ENGINE_COLUMNS: readonly string[] = ['file_index', 'file_row_number'];

const SQL_TYPES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  integer: 'INTEGER',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
};

/** `decimal(18,6)` → `DECIMAL(18,6)`, `long` → `BIGINT`, … */
export function sqlType(type: ColumnType): string {
  return SQL_TYPES[type] ?? type.toUpperCase();
}

/** The Delta type that represents a DuckDB type's values unchanged; undefined if there is none (HUGEINT, TIMESTAMP, LIST, …). */
export function columnType(duckdbType: string): ColumnType | undefined {
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(duckdbType);
  if (decimal) return `decimal(${Number(decimal[1])},${Number(decimal[2])})`;
  for (const [delta, duckdb] of Object.entries(SQL_TYPES))
    if (duckdb === duckdbType) return delta as ColumnType;
  return undefined;
}
