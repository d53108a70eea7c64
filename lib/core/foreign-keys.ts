// The foreign keys of a contract as audits. They refuse no row: a fact may arrive before its dimension.

import { identifier } from '../sql/quoting.ts';
import type { Dataset, ForeignKey } from './contract.ts';

export type ForeignKeyAudit = {
  /** `orders.customer references customers.id` */
  readonly name: string;
  readonly resource: string;
  /** A SELECT over the tables' names that returns the key of every orphan, once per row: all key fields have values, but no referenced row has them. */
  readonly sql: string;
};

export function foreignKeyAudits(dataset: Dataset): ForeignKeyAudit[] {
  return dataset.foreignKeys.map(({ fields, reference }) => ({
    name: `${dataset.name}.${fields.join(', ')} references ${reference.resource}.${reference.fields.join(', ')}`,
    resource: reference.resource,
    sql: orphans(dataset.name, fields, reference),
  }));
}

function orphans(table: string, fields: readonly string[], reference: ForeignKey['reference']): string {
  const own = fields.map((field) => `own.${identifier(field)}`);
  const other = reference.fields.map((field) => `other.${identifier(field)}`);
  const equal = own.map((field, i) => `${other[i]} = ${field}`).join(' AND ');
  const present = own.map((field) => `${field} IS NOT NULL`).join(' AND ');
  return `SELECT ${own.join(', ')} FROM ${identifier(table)} AS own
WHERE ${present} AND NOT EXISTS (SELECT 1 FROM ${identifier(reference.resource)} AS other WHERE ${equal})`;
}
