// Small random SELECTs around what an item is in the rows that are returned: what ROLLUP leaves out, numbers of rows, places,
// fields of structs, texts that tell the sides of a UNION apart, groups, subqueries. Over the tables of keyed-relations.ts.
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
  if (table !== 'shops' && choice.once(6)) {
    // How many of the greatest values are taken is another number in each row.
    const most = `max(v, coalesce(n, 0) + 1) OVER (PARTITION BY ${x} ORDER BY ${x})`;
    return { sql: `SELECT ${x} AS c0, ${most} AS c1 FROM ${table}`, names: ['c0', 'c1'], order: ['c0, c1'] };
  }
  const call = choice.one(['row_number()', 'row_number()', 'rank()', 'count(*)', 'ntile(2)']);
  const by = choice.one([x, x, '1', `PARTITION BY ${x} ORDER BY ${x}`, `PARTITION BY ${x} ORDER BY 1`]);
  const over = by.startsWith('PARTITION') ? by : `ORDER BY ${by}`;
  const sql = `SELECT ${x} AS c0, ${call} OVER (${over}) AS c1 FROM ${table}`;
  return { sql, names: ['c0', 'c1'], order: [x, x, 'c0', 'c0, c1', 'c0, c1'] };
}

/** A window beside another one, or beside what its order does not decide. */
function besideNumbers(choice: Choice): Body {
  const call = choice.one(['row_number()', 'row_number()', 'ntile(2)']);
  const other = choice.one(['count(*) OVER (PARTITION BY n)', 'rank() OVER (ORDER BY v)', 'upper(shop)']);
  const item = choice.one(['shop', 'shop', 'v']);
  const sql = `SELECT ${item} AS c0, ${call} OVER (ORDER BY shop) AS c1, ${other} AS c2 FROM lots`;
  return { sql, names: ['c0', 'c1', 'c2'], order: ['c0, c1, c2', '1, 2, 3'] };
}

/** One number of each partition is a key of it, but not another one in each row. */
function kept(choice: Choice): Body {
  const number = 'row_number() OVER (PARTITION BY n ORDER BY shop)';
  const value = choice.one(["CAST(replace(shop, 's', '') AS INTEGER) + 1", '1', 'length(shop)']);
  return body(`SELECT shop AS c0 FROM stock QUALIFY ${number} = ${value}`, 'c0', ['n', 'n', 'c0']);
}

/** An outer join that compares its inner side with itself finds many rows. */
function matched(choice: Choice): Body {
  const on = choice.one(['b.n = b.n', 'b.shop = b.shop', 'b.n = b.v', 'a.shop = b.shop']);
  const item = choice.one(['b.n', 'b.shop']);
  return body(`SELECT ${item} AS c0 FROM shops AS a LEFT JOIN stock AS b ON ${on}`, 'c0', ['a.shop', 'a.n']);
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

/** GROUP BY ALL takes what has no aggregate in it, subqueries too; a window may be over the groups. */
function groupedByAll(choice: Choice): Body {
  const [x, y] = choice.one([
    ['shop', 'v'],
    ['n', 'area'],
    ['area', 'shop'],
  ] as const);
  const exists = 'EXISTS (SELECT 1 FROM shops s WHERE s.n = l.n)';
  const other = choice.one([y, y, exists, exists, 'max(v)']);
  const number = `${choice.one(['row_number()', 'row_number()', 'rank()'])} OVER (ORDER BY count(*))`;
  const last = choice.one(['count(*)', number]);
  const sql = `SELECT ${x} AS c0, ${other} AS c1, ${last} AS c2 FROM lots AS l GROUP BY ${choice.one(['ALL', 'ALL', x])}`;
  return { sql, names: ['c0', 'c1', 'c2'], order: [x, 'c0', 'c0, c1', 'c0, c1, c2', 'c0, c1, c2'] };
}

/** Of which rows a subquery is, and what it takes of those around it. */
function correlated(choice: Choice): Body {
  const [rows, around] = choice.one([
    ['SELECT max(s.n) + 0 * x.v FROM stock x LIMIT 1', 'shops'],
    ['SELECT v FROM (SELECT max(s.n) AS m, v FROM stock x) q ORDER BY m LIMIT 1', 'shops'],
    ['SELECT max(list_transform([s.n], lambda v: v + 1)[1]) + 0 * x.v FROM stock x LIMIT 1', 'shops'],
    ['SELECT concat(max(s.v), s.area) FROM shops s LIMIT 1', 'stock'],
    ['SELECT max(x.n) FROM stock x LIMIT 1', 'shops'],
  ]);
  if (choice.once(2)) return body(`SELECT (${rows}) AS c0 FROM ${around} s`, 'c0', ['c0']);
  const ofLots = choice.one([
    'SELECT max(x.v) FROM stock x JOIN shops y ON x.n = s.n',
    'SELECT max(q.m) FROM shops y JOIN (SELECT s.n AS m) q ON true',
    'SELECT max(x.v) FROM stock x WHERE x.n = (SELECT s.n)',
    'SELECT max(x.v) FROM stock x JOIN shops y USING (shop)',
  ]);
  return body(`SELECT (${ofLots}) AS c0 FROM lots s`, 'c0', ['s.shop', 's.shop', 's.n', 'c0']);
}

/** Several rows of one, or several columns, some of which are left out. */
function unnested(choice: Choice): Body {
  const names = ['c0', 'c1'];
  const fields = "unnest({'a': n, 'b': v})";
  if (choice.once(4))
    return { sql: `SELECT ${fields} FROM stock`, names, order: [fields, 'shop, n', '1, 2'] };
  if (choice.once(6))
    return {
      sql: "SELECT concat(COLUMNS('area|n'), ''), shop FROM shops",
      names: [...names, 'c2'],
      order: ['2', '3'],
    };
  const items = choice.one([
    '* EXCLUDE (r.shop)',
    '* EXCLUDE (shop)',
    '* EXCLUDE (n) RENAME (shop AS area, area AS shop)',
    'shop AS c0, unlist([1, 2]) AS c1',
    "shop AS c0, regexp_split_to_table('1 2', ' ') AS c1",
    'shop AS c0, unnest([1, 2]) AS c1',
    'shop AS c0, n AS c1',
  ]);
  return { sql: `SELECT ${items} FROM shops AS r`, names, order: ['1', 'shop', '1, 2'] };
}

/** What one side of a UNION may have no value of. */
function missing(choice: Choice): Body {
  const side = choice.one(['area FROM shops', 'n FROM stock', 'shop FROM stock']);
  const own = side.startsWith('n ') ? 'n FROM stock' : 'shop FROM shops';
  const sides = choice
    .one([
      [own, side],
      [side, own],
    ])
    .map((text) => `SELECT ${text.replace(' FROM', ' AS x FROM')}`);
  return body(`SELECT count(*) AS c0 FROM (${sides.join(' UNION ALL ')}) AS q GROUP BY ROLLUP (x)`, 'c0', [
    'x',
  ]);
}

const SHAPES = [
  ...[rolled, rolled, numbered, numbered, field, several, tagged],
  ...[groupedByAll, groupedByAll, correlated, correlated, unnested, unnested, missing],
  ...[besideNumbers, kept, matched],
];

/** Many do not bind: the engine says which. */
export const itemSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), choice.one([1, 1, 2]));
});
