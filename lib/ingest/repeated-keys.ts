// When a row repeats a key of an earlier row of its file, as SQL over relations in the file's order. In an upsert dataset rows
// with one primary key are versions of one row, so that its unique values may come again in them.
import { type Dataset, type RowKey, rowKeys } from '../core/contract.ts';
import { deletes } from '../core/row-versions.ts';
import { identifier } from '../sql/quoting.ts';

/** How a relation names the columns of keys, and which of its rows are accepted but for their keys. */
export type KeyedRelation = {
  readonly column: (field: string) => string;
  /** A condition, never NULL; absent if all are. */
  readonly isValid?: string;
  /** A SELECT of keys that rows of the file before these hold. */
  readonly held?: string;
};

const ACCEPTED: KeyedRelation = { column: identifier };

/** The fields that `repeats` and `repeatedKeys` read. */
export function keyFields(dataset: Dataset): string[] {
  const keys = rowKeys(dataset);
  const isCompared = dataset.mode === 'upsert' && keys.length > 0;
  const own = isCompared ? dataset.primaryKey : [];
  const deleting = isCompared ? (dataset.deleteWhen ?? []) : [];
  return [
    ...new Set([...keys.flatMap(({ fields }) => fields), ...own, ...deleting.map(({ field }) => field)]),
  ];
}

/** A SELECT over accepted rows that returns no row if none of them repeats the key. */
export function repeatedKeys(dataset: Dataset, { fields }: RowKey, from: string): string {
  const counts = counting(dataset, fields, ACCEPTED);
  const several = dataset.mode === 'upsert' ? `count(DISTINCT ${whose(dataset, ACCEPTED)})` : 'count(*)';
  return `SELECT 1 FROM ${from} WHERE ${counts} GROUP BY ${fields.map(identifier).join(', ')} HAVING ${several} > 1 LIMIT 1`;
}

/** Of rows of an append dataset with their files' numbers in a column: those of the files of which two rows have one key. */
export function filesRepeating({ fields }: RowKey, from: string, file: string): string {
  const present = fields.map((field) => `${identifier(field)} IS NOT NULL`).join(' AND ');
  const by = [file, ...fields.map(identifier)].join(', ');
  return `SELECT DISTINCT ${file} AS file FROM (SELECT ${file} FROM ${from} WHERE ${present} GROUP BY ${by} HAVING count(*) > 1)`;
}

/** A condition, never NULL: an earlier accepted row has the key; in an upsert dataset, the first of them is another row's version. */
export function repeats(dataset: Dataset, { fields }: RowKey, relation: KeyedRelation = ACCEPTED): string {
  const { column, isValid = 'true', held } = relation;
  const counts = counting(dataset, fields, relation);
  const over = `OVER (PARTITION BY ${fields.map(column).join(', ')})`;
  const holds = dataset.mode === 'upsert' ? `${isValid} AND ${counts}` : isValid;
  const first = `min(CASE WHEN ${holds} THEN file_row_number END) ${over}`;
  const isLater = `coalesce(${first} < file_row_number, false)`;
  const isHeld = held === undefined ? '' : ` OR (${fields.map(column).join(', ')}) IN (${held})`;
  if (dataset.mode !== 'upsert') return `(${counts} AND (${isLater}${isHeld}))`;
  const own = whose(dataset, relation);
  const holder = `arg_min(${own}, CASE WHEN ${holds} THEN file_row_number END) ${over}`;
  return `(${counts} AND ${isLater} AND ${holder} IS DISTINCT FROM ${own})`;
}

/** Rows that delete neither hold a value nor repeat one. */
function counting(dataset: Dataset, fields: readonly string[], { column }: KeyedRelation): string {
  const present = fields.map((field) => `${column(field)} IS NOT NULL`);
  const deleting = dataset.mode === 'upsert' ? deletes(dataset, column) : undefined;
  return [...present, ...(deleting === undefined ? [] : [`NOT ${deleting}`])].join(' AND ');
}

function whose({ primaryKey }: Dataset, { column }: KeyedRelation): string {
  return `row(${primaryKey.map(column).join(', ')})`;
}
