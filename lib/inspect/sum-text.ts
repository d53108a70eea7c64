// Which columns can be summed, and their sum as SQL that returns an exact text. Pure.
import type { ColumnType } from '../core/schema.ts';

export function isNumeric(type: ColumnType): boolean {
  return type === 'long' || type === 'integer' || type === 'double' || type.startsWith('decimal');
}

/**
 * Sums of whole numbers are HUGEINT, of decimals DECIMAL(38, s): exact, or an error. `approximate`: of doubles, for which fsum
 * compensates rounding (https://duckdb.org/docs/stable/sql/functions/aggregates#fsumarg), so that order matters less.
 */
export function sumText(value: string, approximate: boolean): string {
  return `CAST(${approximate ? `fsum(CAST(${value} AS DOUBLE))` : `sum(${value})`} AS VARCHAR)`;
}
