// A hash of a source's rows in one partition, for what no hash of a data file's bytes can tell: a file may have the rows of several
// sources. Two sources with equal rows are told by it, however each was converted.
import type { Column } from '../core/schema.ts';
import { identifier } from '../sql/quoting.ts';

/** More rows are seldom sent twice in different texts, and their own data file's bytes tell that. */
export const MOST_HASHED_ROWS = 1000;

const HEX_DIGITS = 32;

/** An aggregate: 32 hex digits, of the columns' values in their order and of the rows in the order of `order`. */
export function rowsHash(columns: readonly Column[], order: string): string {
  const texts = columns.map(({ name }) => `CAST(${identifier(name)} AS VARCHAR)`).join(', ');
  const row = `CAST(to_json([${texts}]) AS VARCHAR)`;
  return `left(sha256(string_agg(${row}, chr(10) ORDER BY ${order})), ${HEX_DIGITS})`;
}
