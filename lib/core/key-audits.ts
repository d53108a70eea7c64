// The keys of a contract as audits over a whole table. Keys within one file are checked when it is read. A key that two files share
// refuses no row, because it is unknown which file is right.

import { identifier } from '../sql/quoting.ts';
import { type Dataset, type RowKey, rowKeys } from './contract.ts';

export type KeyAudit = {
  /** `sales.id is a primary key across files` */
  readonly name: string;
  /** A SELECT over the table's name that returns, for each row whose key is also in another file, the key and two of the files. */
  readonly sql: string;
};

/** The keys that the mode does not guarantee: in an upsert dataset a key is one row, and a replace dataset uses one file. */
export function keyAudits(dataset: Dataset): KeyAudit[] {
  if (dataset.mode === 'replace') return [];
  const isOpen = ({ rule }: RowKey) => dataset.mode === 'append' || rule === 'unique';
  return rowKeys(dataset)
    .filter(isOpen)
    .map((key) => ({
      name: `${dataset.name}.${key.fields.join(', ')} is ${key.rule === 'unique' ? 'unique' : 'a primary key'} across files`,
      sql: repeated(dataset, key),
    }));
}

/** The current rows of an upsert dataset do not contain their file. */
function repeated({ name, mode }: Dataset, { fields }: RowKey): string {
  const key = fields.map(identifier).join(', ');
  const present = fields.map((field) => `${identifier(field)} IS NOT NULL`).join(' AND ');
  const [files, isShared] =
    mode === 'append'
      ? [
          ', min(_sluice_source) AS "in", max(_sluice_source) AS "and in"',
          'min(_sluice_source) <> max(_sluice_source)',
        ]
      : ['', 'count(*) > 1'];
  const groups = `SELECT ${key}${files}, count(*) AS _sluice_rows FROM ${identifier(name)} WHERE ${present} GROUP BY ${key} HAVING ${isShared}`;
  return `SELECT groups.* EXCLUDE (_sluice_rows) FROM (${groups}) AS groups, unnest(range(_sluice_rows))`;
}
