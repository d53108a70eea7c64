// The law of equal values that are not alike: what is accepted of SELECTs over zeros and NaN of both signs and over intervals gives the
// same texts for every order of the rows.
import type { Column } from '../../lib/core/schema.ts';
import { rowsSql } from '../../lib/refresh/compute.ts';
import { provedSelect } from './proved-select.ts';
import { formsSelect } from './random-forms.ts';
import { createStored, storedFault } from './stored-orders.ts';
import type { ValueLaw } from './value-law.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'label', type: 'string' },
  { name: 'x', type: 'double' },
  { name: 'clean', type: 'double' },
  { name: 'd', type: 'decimal(9,2)' },
  { name: 'n', type: 'long' },
];
const TABLES = [
  { name: 'readings', key: undefined },
  { name: 'points', key: ['id'] },
];
const X = "[0.0, CAST('-0' AS DOUBLE), 'nan'::DOUBLE, '-nan'::DOUBLE, 1.5, -1.5, 'inf'::DOUBLE, NULL]";
const CLEAN = "[0.0, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 2.5, -1e-300]";

/** `size` rows of each table; those of `readings` are each there twice. */
export function formsRows(size: number): Readonly<Record<string, string>> {
  const rows = (id: string) =>
    `SELECT ${id} AS id, 'l' || ${id} % 3 AS label, (${X})[1 + CAST(${id} * 7 % 8 AS INTEGER)] AS x, (${CLEAN})[1 + CAST(${id} % 6 AS INTEGER)] AS clean,
     CAST((${id} % 5 - 2) * 0.01 AS DECIMAL(9, 2)) AS d, ${id} % 4 AS n FROM range(${size}) r(i)`;
  return { readings: rows(`(i % (${size} // 2))`), points: rows('i') };
}

export const LAW_OF_FORMS: ValueLaw = {
  name: 'forms',
  selects: formsSelect,
  times: 2800,
  varied: { readings: ['x'], points: ['x'] },
  create: (session) => createStored(session, 'forms', formsRows(40)),
  async claim(engine, sql, proof) {
    const proved = await provedSelect(
      engine,
      sql,
      { tables: TABLES, columns: COLUMNS, varied: ['x'] },
      proof,
    );
    if (proved === undefined) return '';
    const { results, columns: forms } = proved;
    const chosen = results.filter((_, i) => forms[i]?.chosenBy !== undefined);
    // Of no other type is there a column in a table.
    return chosen.every(({ type }) => type === 'DOUBLE')
      ? rowsSql({ sql, canonical: chosen.map(({ name }) => name) })
      : '';
  },
  fault: (engine, _, claim) => storedFault(engine, 'forms', claim),
};
