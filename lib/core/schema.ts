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

/** The Delta type that represents a DuckDB type's values unchanged; undefined if there is none (TINYINT, TIMESTAMP, LIST, …). */
export function columnType(duckdbType: string): ColumnType | undefined {
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(duckdbType);
  if (decimal) return `decimal(${Number(decimal[1])},${Number(decimal[2])})`;
  for (const [delta, duckdb] of Object.entries(SQL_TYPES))
    if (duckdb === duckdbType) return delta as ColumnType;
  return undefined;
}

/**
 * The Delta type to which a DuckDB type without one of its own is cast: equal values stay equal, different ones different, and
 * a cast back gives the value. Casting a HUGEINT of more than 38 digits fails. Undefined if there is none (TIMESTAMP, INTERVAL, …).
 */
export function castType(duckdbType: string): ColumnType | undefined {
  return duckdbType.startsWith('ENUM(') ? 'string' : CAST_TYPES[duckdbType];
}

const CAST_TYPES: Readonly<Record<string, ColumnType>> = {
  TINYINT: 'integer',
  SMALLINT: 'integer',
  UTINYINT: 'integer',
  USMALLINT: 'integer',
  UINTEGER: 'long',
  UBIGINT: 'decimal(20,0)',
  HUGEINT: 'decimal(38,0)',
  UHUGEINT: 'decimal(38,0)',
  UUID: 'string',
  TIME: 'string',
};
