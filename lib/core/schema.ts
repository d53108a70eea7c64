// Column types as Delta names them, and as DuckDB names them. Knows no tables and no contracts.
import {
  mapTree,
  type NestedType,
  sqlText,
  sqlTree,
  type TypeTree,
  typeText,
  typeTree,
} from './nested-type.ts';

/** A Delta primitive type name: PROTOCOL.md, "Primitive Types". */
export type ScalarType =
  | 'string'
  | 'long'
  | 'integer'
  | 'double'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | `decimal(${number},${number})`;

/** Lists and structs are the results of insights alone. */
export type ColumnType = ScalarType | NestedType;

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

/** `decimal(18,6)` → `DECIMAL(18,6)`, `array<long>` → `BIGINT[]`, … */
export function sqlType(type: ColumnType): string {
  const tree = mapTree(typeTree(type), (leaf) => SQL_TYPES[leaf] ?? leaf.toUpperCase());
  return tree === undefined ? '' : sqlText(tree);
}

/** What a column of the type is made of. */
export function columnTree(type: ColumnType): TypeTree<ScalarType> {
  return typeTree(type) as TypeTree<ScalarType>;
}

/** The Delta type that represents a DuckDB type's values unchanged; undefined if there is none (TINYINT, TIMESTAMP, MAP, …). */
export function columnType(duckdbType: string): ColumnType | undefined {
  return typeWith(duckdbType, scalarType, 'as it is');
}

function typeWith(
  duckdbType: string,
  of: (leaf: string) => ScalarType | undefined,
  sizes: 'as it is' | 'lists of any size',
): ColumnType | undefined {
  const tree = sqlTree(duckdbType);
  if (sizes === 'as it is' && hasSize(tree)) return undefined;
  const own = mapTree(tree, of);
  return own && (typeText(own) as ColumnType);
}

function hasSize(tree: TypeTree<string>): boolean {
  if ('leaf' in tree) return false;
  if ('element' in tree) return tree.size !== undefined || hasSize(tree.element);
  return tree.fields.some(({ type }) => hasSize(type));
}

function scalarType(duckdbType: string): ScalarType | undefined {
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(duckdbType);
  if (decimal) return `decimal(${Number(decimal[1])},${Number(decimal[2])})`;
  for (const [delta, duckdb] of Object.entries(SQL_TYPES))
    if (duckdb === duckdbType) return delta as ScalarType;
  return undefined;
}

/**
 * The Delta type to which a DuckDB type is cast that has none of its own, or is made of such: equal values stay equal, different ones different, and
 * a cast back gives the value. Casting a HUGEINT of more than 38 digits fails. Undefined if there is none (TIMESTAMP, INTERVAL, …).
 */
export function castType(duckdbType: string): ColumnType | undefined {
  const scalar = (leaf: string) => (leaf.startsWith('ENUM(') ? 'string' : CAST_TYPES[leaf]);
  return typeWith(duckdbType, (leaf) => scalarType(leaf) ?? scalar(leaf), 'lists of any size');
}

const CAST_TYPES: Readonly<Record<string, ScalarType>> = {
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
