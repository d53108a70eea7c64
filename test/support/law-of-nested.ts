// The law of lists and structs whose parts may be equal without being alike: what is accepted of SELECTs over them gives the same
// texts for every order of the rows.
import { columnType, sqlType } from '../../lib/core/schema.ts';
import { chosenProblem, storedType } from '../../lib/definitions/stored-type.ts';
import { rowsSql } from '../../lib/refresh/compute.ts';
import { provedSelect } from './proved-select.ts';
import { NESTED_COLUMNS, NESTED_TABLES, nestedRows, nestedSelect, VARIED } from './random-nested.ts';
import { createStored, storedFault } from './stored-orders.ts';
import type { ValueLaw } from './value-law.ts';

function typedRows(): Readonly<Record<string, string>> {
  const columns = NESTED_COLUMNS.map(({ name, type }) => `CAST(${name} AS ${sqlType(type)}) AS ${name}`);
  return Object.fromEntries(
    NESTED_TABLES.map(({ name, id, rows }) => [
      name,
      `SELECT ${columns.join(', ')} FROM (${nestedRows(id, rows)})`,
    ]),
  );
}

export const LAW_OF_NESTED: ValueLaw = {
  name: 'nested',
  selects: nestedSelect,
  times: 400,
  varied: { crates: VARIED, parcels: VARIED },
  create: (session) => createStored(session, 'nested', typedRows()),
  /** What an insight of it would compute. */
  async claim(engine, sql, proof) {
    const known = { tables: NESTED_TABLES, columns: NESTED_COLUMNS, varied: VARIED };
    const proved = await provedSelect(engine, sql, known, proof);
    if (proved === undefined) return '';
    const { results, columns: forms, exactSql } = proved;
    const stored = results.map(({ type }, i) => storedType(type, forms[i]));
    if (stored.includes(undefined)) return '';
    if (results.some(({ name, type }, i) => forms[i] && chosenProblem(name, type, forms[i]))) return '';
    const canonical = results.filter(({ type }, i) => type === 'DOUBLE' && forms[i]?.chosenBy !== undefined);
    const cast = results.flatMap(({ name, type }, i) => {
      const to = stored[i];
      return to === undefined || to === columnType(type) ? [] : [{ name, type: to }];
    });
    return rowsSql({ sql: exactSql ?? sql, canonical: canonical.map(({ name }) => name), cast });
  },
  fault: (engine, _, claim) => storedFault(engine, 'nested', claim),
};
