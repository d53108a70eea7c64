// The versions of a key in an upsert dataset: which is the newest, which of them delete it, and when each was valid. SQL text over
// the relation of the arrivals with its SOURCE_COLUMNS (scan-sql.ts); knows neither files nor DuckDB.
import { identifier, literal } from '../sql/quoting.ts';
import { type Dataset, type Field, fieldColumnType, tableColumns } from './contract.ts';
import { type Column, type ColumnType, sqlType } from './schema.ts';

const ARRIVAL_ORDER = ['_sluice_last_modified', '_sluice_source', '_sluice_row'];

/** An ORDER BY list in which no two versions of a key are equal. A row without a value is older than any row with one. */
function versionOrder({ orderBy = [] }: Dataset, direction: 'ASC' | 'DESC'): string {
  const nulls = direction === 'DESC' ? 'NULLS LAST' : 'NULLS FIRST';
  return [
    ...orderBy.map((name) => `${identifier(name)} ${direction} ${nulls}`),
    ...ARRIVAL_ORDER.map((name) => `${name} ${direction}`),
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
  const from = `FROM ${identifier(dataset.name)} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY ${versionOrder(dataset, 'DESC')}) = 1`;
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

/** Where versions begin: the first field of orderBy if it is a day or a time, otherwise the LastModified of their file. */
function beginning({ orderBy = [], fields }: Dataset): { readonly sql: string; readonly type: ColumnType } {
  const first = fields.find(({ name }) => name === orderBy[0]);
  if (first?.type === 'date' || first?.type === 'datetime')
    return { sql: identifier(first.name), type: fieldColumnType(first) };
  return { sql: 'make_timestamptz(_sluice_last_modified * 1000)', type: 'timestamp' };
}

export function historyColumns(dataset: Dataset): Column[] {
  const { type } = beginning(dataset);
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
  const gone = deletes(dataset) ?? 'false';
  const later = `OVER (PARTITION BY ${key} ORDER BY ${versionOrder(dataset, 'DESC')} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const inTime = `OVER (PARTITION BY ${key} ORDER BY valid_from)`;
  const from = beginning(dataset).sql;
  const read = `SELECT ${names}, ${gone} AS _sluice_gone, ${from} AS valid_from, min(${from}) ${later} AS _sluice_end FROM ${identifier(dataset.name)}`;
  const valid = `SELECT * EXCLUDE (_sluice_end) FROM (${read}) WHERE _sluice_end IS NULL OR valid_from < _sluice_end`;
  const changed = `SELECT * FROM (${valid}) QUALIFY row_number() ${inTime} = 1 OR lag(row(${names})) ${inTime} IS DISTINCT FROM row(${names})`;
  const ended = `SELECT *, lead(valid_from) ${inTime} AS valid_to FROM (${changed})`;
  return `SELECT ${names}, valid_from, valid_to, valid_to IS NULL AS is_current FROM (${ended}) WHERE NOT _sluice_gone`;
}
