// Small random SELECTs around what an item is in the rows that are returned: what ROLLUP leaves out, numbers of rows, places,
// fields of structs, texts that tell the sides of a UNION apart. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

const body = (sql: string, name: string, order: readonly string[]): Body => ({ sql, names: [name], order });

/** What keys decide of a table they do not of the rows of ROLLUP, nor what is computed of them. */
function rolled(choice: Choice): Body {
  const [key, other] = choice.one([
    ['shop', 'area'],
    ['shop', 'n'],
    ['shop', 'upper(shop)'],
    ['n', 'abs(n)'],
  ] as const);
  const sets = choice.one([
    `ROLLUP (${key}, ${other})`,
    `CUBE (${key}, ${other})`,
    `GROUPING SETS ((${key}, ${other}), (${other}))`,
    `${key}, ${other}`,
  ]);
  const item = choice.one([other, other, `concat(${other}, '.')`, key]);
  const orders = [key, `grouping(${key}), ${key}`, other, `${key}, grouping(${key}, ${other})`];
  return body(`SELECT ${item} AS c0 FROM shops GROUP BY ${sets}`, 'c0', orders);
}

/** Rows that tie may be numbered in any way where they are alike; a number orders by nothing. */
function numbered(choice: Choice): Body {
  const [table, x] = choice.one([
    ['lots', 'n'],
    ['lots', 'shop'],
    ['stock', 'shop'],
    ['shops', 'shop'],
  ] as const);
  const call = choice.one(['row_number()', 'row_number()', 'rank()', 'count(*)', 'ntile(2)']);
  const by = choice.one([x, x, '1', `PARTITION BY ${x} ORDER BY ${x}`, `PARTITION BY ${x} ORDER BY 1`]);
  const over = by.startsWith('PARTITION') ? by : `ORDER BY ${by}`;
  const sql = `SELECT ${x} AS c0, ${call} OVER (${over}) AS c1 FROM ${table}`;
  return { sql, names: ['c0', 'c1'], order: [x, x, 'c0', 'c0, c1'] };
}

function field(choice: Choice): Body {
  const rows = `SELECT shop, {'a': ${choice.one(['1', 'v', 'n'])}, 'b': n} AS st FROM stock`;
  const items = ['q.st.b', 'q.st.a', 'st.b', 'q.shop'];
  return body(`SELECT ${choice.one(items)} AS c0 FROM (${rows}) AS q`, 'c0', [...items, 'q.st', 'c0']);
}

/** One alias for several columns. */
function several(choice: Choice): Body {
  const items = choice.one(["COLUMNS('shop|n')", "COLUMNS('n|v')", 'n', "COLUMNS('shop')"]);
  return body(`SELECT ${items} AS x FROM stock`, 'x', ['x', 'x', 'shop', '1']);
}

/** The text of a side is NULL where an outer join finds no row of it. */
function tagged(choice: Choice): Body {
  const side = (tag: string, n: string) => {
    const tags = `(SELECT '${tag}' AS tag, shop FROM stock WHERE n = 1) AS t`;
    return `SELECT t.tag, a.shop, ${n} AS n FROM shops AS a ${choice.one(['LEFT JOIN', 'JOIN'])} ${tags} USING (shop)`;
  };
  const all = `${side('x', 'a.n')} UNION ALL ${side(choice.one(['x', 'y', 'y']), '7')}`;
  return body(`SELECT ${choice.one(['n', 'n', 'shop'])} AS c0 FROM (${all}) AS q`, 'c0', [
    'tag, shop',
    'tag, shop',
    'shop',
  ]);
}

const SHAPES = [rolled, rolled, numbered, numbered, field, several, tagged];

/** Many do not bind: the engine says which. */
export const itemSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), choice.one([1, 1, 2]));
});
