// Which rows of a replace dataset count, as SQL over its arrivals. The facts about each row's delivery are columns there: see
// SOURCE_COLUMNS in scan-sql.ts, and deliveries.ts, which decides them.
import { identifier } from '../sql/quoting.ts';
import type { Dataset } from './contract.ts';

/** A SELECT of `columns`. */
export function replaceSql({ name, scope }: Dataset, columns: readonly string[]): string {
  const selected = columns.map(identifier).join(', ');
  const table = identifier(name);
  if (scope?.from !== 'rows') return `SELECT ${selected} FROM ${table} WHERE _sluice_newest`;
  const fields = scope.names.map(identifier);
  const same = fields.map((field) => `arrived.${field} IS NOT DISTINCT FROM newest.${field}`);
  return `SELECT ${columns.map((column) => `arrived.${identifier(column)}`).join(', ')} FROM ${table} AS arrived JOIN (SELECT ${fields.join(', ')}, max(_sluice_delivery) AS _sluice_delivery FROM ${table} GROUP BY ALL) AS newest ON ${[...same, 'arrived._sluice_delivery = newest._sluice_delivery'].join(' AND ')}`;
}
