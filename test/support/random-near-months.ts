// Random SELECTs that are one thing away from a join by months: a null in the place of a month, an IN that feels the nulls of
// others, a cast by which months become one. The tables are those of random-join.ts.
import fc from 'fast-check';
import { Choice } from './random-choice.ts';
import type { Months } from './random-months.ts';

const SAME = 'IS NOT DISTINCT FROM';

/** An outer join's null is compared by IS NOT DISTINCT FROM, after another equality has said something of the months. */
function nulled(choice: Choice): string {
  const by = choice.one(['=', '=', SAME]);
  const last = choice.one([SAME, SAME, SAME, '=']);
  const n = choice.one(['a.n > b.n', 'b.n > 90', 'a.k = b.k']);
  return choice.one([
    `SELECT a.k, c.k AS l, b.n FROM s a LEFT JOIN s b ON a.month = b.month AND ${n} JOIN o d ON d.month ${by} a.month JOIN s c ON b.month ${last} c.month`,
    `SELECT a.k, c.k AS l, b.n FROM s a LEFT JOIN s b ON a.month = b.month AND ${n} JOIN s c ON a.month ${by} c.month JOIN s e ON b.month ${last} e.month JOIN o d ON d.month = a.month`,
    `SELECT a.k, e.n FROM x a LEFT JOIN o b ON ${n} JOIN o c ON true JOIN o d ON c.month ${by} d.month JOIN s e ON b.month ${last} e.month`,
    `SELECT e.k, e.n FROM o a LEFT JOIN o b ON ${n} JOIN o d ON a.month ${by} d.month JOIN s e ON b.month ${last} e.month`,
  ]);
}

/** An IN is null where one of the values is. */
function within(choice: Choice): string {
  const rows = choice.one(['s b', 's b WHERE b.n > a.n', 's b WHERE b.k = a.k', 'o b']);
  const [left, right] = choice.one([
    ['a.month', 'b.month'],
    ['(a.month, a.k)', '(b.month, b.k)'],
  ]);
  const is = `${left} ${choice.one(['IN', 'NOT IN'])} (SELECT ${right} FROM ${rows})`;
  return choice.one([
    `SELECT a.month, a.k, a.n FROM o a WHERE ${is}`,
    `SELECT a.month, a.k, a.n FROM o a WHERE (${is}) IS NULL`,
    `SELECT a.month, ${is} AS k FROM o a`,
  ]);
}

/** Months that differ may be one as another type. */
function cast(choice: Choice, months: Months): string {
  const casts: Readonly<Record<Months, readonly string[]>> = {
    text: ['INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE'],
    whole: ['BOOLEAN', 'HUGEINT', 'DOUBLE', 'FLOAT', 'VARCHAR'],
  };
  const type = choice.one(casts[months]);
  const of = (alias: string) => `CAST(${alias}.month AS ${type})`;
  const rows = choice.one(['s', 's', '(SELECT month, k, n FROM s WHERE n > 0)']);
  return choice.one([
    `SELECT a.k, b.n FROM o a JOIN ${rows} b ON ${of('a')} = ${of('b')}`,
    `SELECT a.k, b.n FROM o a LEFT JOIN ${rows} b ON ${of('a')} ${SAME} ${of('b')}`,
  ]);
}

/** In the rows of some grouping sets the month is null, whatever the month is. */
function grouped(choice: Choice): string {
  const sets = choice.one(['(month, k), (k)', '(month, k), (month)', '(month), ()', '(k), (k, month)']);
  const rows = `(SELECT month, max(n) AS n FROM ${choice.one(['s', 's', 'o'])} GROUP BY GROUPING SETS (${sets}))`;
  return `SELECT a.k, b.n FROM o a ${choice.one(['JOIN', 'LEFT JOIN'])} ${rows} b ON a.month ${choice.one([SAME, SAME, '='])} b.month`;
}

export function nearMonthsSelect(months: Months): fc.Arbitrary<string> {
  return fc.gen().map((g) => {
    const choice = new Choice(g);
    const shapes = [nulled, nulled, within, grouped, (one: Choice) => cast(one, months)];
    return choice.one(shapes)(choice);
  });
}
