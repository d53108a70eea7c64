// Random SELECTs that number their rows within partitions and keep some of the numbers, by QUALIFY or around a subquery, also of
// groups; and a LIMIT in an order that may leave ties.
import fc from 'fast-check';
import { BASES, DERIVED } from './keyed-relations.ts';
import { Choice, type Keyed, limited } from './random-choice.ts';

/** Without a key, so that rows tie. */
const LOTS = BASES.filter(({ sql }) => sql === 'lots');

function numbered(choice: Choice): Keyed {
  const { sql: relation, columns } = choice.one(choice.one([LOTS, LOTS, BASES, DERIVED]));
  const groups = choice.once(4) ? choice.some(columns, 1, 3) : undefined;
  const of = groups ?? columns;
  const partition = choice.some(of, 0, 2);
  const by = choice.once(3) ? of : choice.some(of, 1, 2);
  const over = partition.length === 0 ? '' : `PARTITION BY ${partition.join(', ')} `;
  const name = choice.one(['row_number', 'row_number', 'rank']);
  const number = `${name}() OVER (${over}ORDER BY ${by.join(', ')})`;
  const literal = choice.one(['1', '1', '1', '2', "'1'"]);
  const counts = of.includes('n') ? ['n', 'n + 1'] : of;
  const kept = (one: string) =>
    choice.one([
      `${one} = ${literal}`,
      `${one} = ${literal}`,
      `${literal} = ${one}`,
      `${one} = ${literal} AND ${choice.one(of)} IS NOT NULL`,
      `${one} <= 2`,
      `${one} <= ${literal}`,
      `${one} > ${literal}`,
      `${one} = 1 OR ${one} = 2`,
      `${one} = ${choice.one(counts)}`,
      `${one} = ${choice.one(counts)}`,
      `${choice.one(counts)} = ${one}`,
    ]);
  const list = choice.some(of, 1, 3);
  const tail = groups ? ` GROUP BY ${groups.join(', ')}` : '';
  if (choice.once(2)) {
    const other = `row_number() OVER (PARTITION BY ${choice.one(of)} ORDER BY ${of.join(', ')})`;
    const one = choice.one(['rn', 'rn', number, number, other]);
    const qualify = choice.once(6) ? '' : ` QUALIFY ${kept(one)}`;
    const names = [...list, 'rn'];
    const sql = `SELECT ${list.join(', ')}, ${number} AS rn FROM ${relation} AS r${tail}${qualify}`;
    return limited(choice, { sql, names, order: [...partition, ...partition, ...names] });
  }
  const inner = `SELECT ${of.join(', ')}, ${number} AS rn FROM ${relation} AS r${tail}`;
  const where = choice.once(6) ? '' : ` WHERE ${kept('rn')}`;
  const names = choice.once(2) ? [...list, 'rn'] : list;
  const sql = `SELECT ${names.join(', ')} FROM (${inner}) AS q${where}`;
  return limited(choice, { sql, names, order: [...partition, ...partition, ...names, 'rn'] });
}

export const numberedSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => numbered(new Choice(g)));
