// Classifies a contract change for a table with rows: compatible, wider columns (data files are rewritten), or incompatible. Pure.
import type { Column, ColumnType } from '../core/schema.ts';
import type { Metadata } from '../delta/actions.ts';
import { parseSchema } from '../delta/schema.ts';

export type ContractChange =
  /** The data files stay as they are: a column that they lack is null. */
  | { readonly kind: 'compatible' }
  /** Delta readers require one type in all files: files with these columns are rewritten with unchanged values. */
  | { readonly kind: 'widening'; readonly columns: readonly string[] }
  /** The table's rows do not fit the new contract. */
  | { readonly kind: 'breaking'; readonly problems: readonly string[] };

export function contractChange(
  table: Metadata,
  columns: readonly Column[],
  partitionColumns: readonly string[],
): ContractChange {
  const problems: string[] = [];
  const wider: string[] = [];
  for (const { name, type } of parseSchema(table.schemaString)) {
    const after = columns.find((column) => column.name === name);
    if (after === undefined) problems.push(`the column ${name} would be dropped`);
    else if (after.type === type) continue;
    else if (widens(type, after.type) && !table.partitionColumns.includes(name)) wider.push(name);
    else problems.push(`the column ${name} would change from ${type} to ${after.type}`);
  }
  if (table.partitionColumns.join() !== partitionColumns.join())
    problems.push(
      `the partitioning would change from (${table.partitionColumns.join(', ')}) to (${partitionColumns.join(', ')})`,
    );
  if (problems.length > 0) return { kind: 'breaking', problems };
  return wider.length > 0 ? { kind: 'widening', columns: wider } : { kind: 'compatible' };
}

/** The maximum digits of the type's values, before and after the point. */
const INTEGER_DIGITS: Partial<Record<ColumnType, number>> = { integer: 10, long: 19 };

/** True if every value of `from` is exactly a value of `to`. */
function widens(from: ColumnType, to: ColumnType): boolean {
  if (from === 'integer' && to === 'long') return true;
  const [before, after] = [digits(from), digits(to)];
  if (before === undefined || after === undefined || INTEGER_DIGITS[to] !== undefined) return false;
  return after.whole >= before.whole && after.scale >= before.scale;
}

function digits(type: ColumnType): { readonly whole: number; readonly scale: number } | undefined {
  const whole = INTEGER_DIGITS[type];
  if (whole !== undefined) return { whole, scale: 0 };
  const decimal = /^decimal\((\d+),(\d+)\)$/.exec(type);
  if (!decimal) return undefined;
  const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
  return { whole: precision - scale, scale };
}
