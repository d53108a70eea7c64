// The versions of a key in an upsert dataset: which is the newest, which of them delete it, and when each was valid. SQL text over
// the relation of the arrivals with its SOURCE_COLUMNS (scan-sql.ts); knows neither files nor DuckDB.
import { identifier, literal } from '../sql/quoting.ts';
import { type Dataset, type Field, fieldColumnType, tableColumns } from './contract.ts';
import { type Column, type ColumnType, sqlType } from './schema.ts';

const ARRIVAL_ORDER = ['_sluice_last_modified', '_sluice_source', '_sluice_row'];

/** An ORDER BY list, newest first, in which no two versions of a key are equal. A row without a value is older than any with one. */
function newestFirst({ orderBy = [] }: Dataset): string {
  return [
    ...orderBy.map((name) => `${identifier(name)} DESC NULLS LAST`),
    ...ARRIVAL_ORDER.map((name) => `${name} DESC`),
  ].join(', ');
}

/**
 * The condition, never NULL, of rows that say that their key is gone; undefined if none can. `value`: the expression of a
 * field's value.
 */
export function deletes(
  { deleteWhen = [], fields }: Dataset,
  value: (field: string) => string = identifier,
): string | undefined {
  if (deleteWhen.length === 0) return undefined;
  const conditions = deleteWhen.map(({ field: name, values }) => {
    const type = sqlType(fieldColumnType(fields.find((field) => field.name === name) as Field));
    const texts = values.map((text) => `CAST(${literal(text)} AS ${type})`);
    return `coalesce(${value(name)} IN (${texts.join(', ')}), false)`;
  });
  return `(${conditions.join(' OR ')})`;
}

/** A row that deletes needs a key and its place in the order, and no other value. */
export function isRequiredToDelete({ primaryKey, orderBy = [] }: Dataset, field: string): boolean {
  return primaryKey.includes(field) || orderBy.includes(field);
}

/** The newest version of each key, unless it deletes. */
export function newestRowsSql(dataset: Dataset): string {
  const names = columnList(dataset);
  const key = dataset.primaryKey.map(identifier).join(', ');
  const from = `FROM ${identifier(dataset.name)} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY ${newestFirst(dataset)}) = 1`;
  const gone = deletes(dataset);
  return gone === undefined
    ? `SELECT ${names} ${from}`
    : `SELECT ${names} FROM (SELECT * ${from}) WHERE NOT ${gone}`;
}

function columnList(dataset: Dataset): string {
  return tableColumns(dataset)
    .map(({ name }) => identifier(name))
    .join(', ');
}

/** The columns of a history besides the dataset's own. */
export const VALIDITY_COLUMNS = ['valid_from', 'valid_to', 'is_current'] as const;

/** The field that says when versions begin: the first of orderBy, if it is a day or a time. Otherwise it is the LastModified of their file. */
function beginningField({ orderBy = [], fields }: Dataset): Field | undefined {
  const first = fields.find(({ name }) => name === orderBy[0]);
  return first?.type === 'date' || first?.type === 'datetime' ? first : undefined;
}

export function historyColumns(dataset: Dataset): Column[] {
  const field = beginningField(dataset);
  const type: ColumnType = field === undefined ? 'timestamp' : fieldColumnType(field);
  return [
    ...tableColumns(dataset),
    { name: 'valid_from', type, description: 'When this version began to hold' },
    { name: 'valid_to', type, description: 'When it was no longer valid; null if it still is' },
    { name: 'is_current', type: 'boolean', description: 'Whether it is still valid' },
  ];
}

/**
 * Every version of each key that was ever valid. A version ends where the first of all later ones begins, so that intervals of a
 * key never overlap whatever the order of arrival; one that ends before it begins is left out. Equal versions that follow
 * each other are one. A version that deletes ends the one before it, and is no row itself.
 */
export function historySql(dataset: Dataset): string {
  const names = columnList(dataset);
  const key = dataset.primaryKey.map(identifier).join(', ');
  const field = beginningField(dataset);
  const from = field ? identifier(field.name) : 'make_timestamptz(_sluice_last_modified * 1000)';
  const gone = deletes(dataset) ?? 'false';
  const later = `OVER (PARTITION BY ${key} ORDER BY ${newestFirst(dataset)} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const read = `SELECT ${names}, ${gone} AS _sluice_gone, ${from} AS valid_from, min(${from}) ${later} AS valid_to FROM ${identifier(dataset.name)}`;
  const valid = `SELECT * FROM (${read}) WHERE valid_to IS NULL OR valid_from < valid_to`;
  // Versions that begin with a field of theirs differ in it: to look for equal ones would cost two sorts more.
  const changes = field ? valid : changesSql(valid, key, names);
  return `SELECT ${names}, valid_from, valid_to, valid_to IS NULL AS is_current FROM (${changes}) WHERE NOT _sluice_gone`;
}

function changesSql(valid: string, key: string, names: string): string {
  const inTime = `OVER (PARTITION BY ${key} ORDER BY valid_from)`;
  const changed = `SELECT * FROM (${valid}) QUALIFY row_number() ${inTime} = 1 OR lag(row(${names})) ${inTime} IS DISTINCT FROM row(${names})`;
  return `SELECT * REPLACE (lead(valid_from) ${inTime} AS valid_to) FROM (${changed})`;
}
