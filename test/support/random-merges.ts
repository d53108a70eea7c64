// Small random SELECTs around one rule of joins each: what USING and NATURAL merge, what is there of neither side of a FULL JOIN,
// on what the match of an outer join depends, what is constant. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { Choice, type Keyed, limited } from './random-choice.ts';

type Side = { readonly sql: string; readonly columns: readonly string[] };
const of = (sql: string, ...columns: string[]): Side => ({ sql, columns });

/** `from`: with its WHERE; `items`: of which one is returned; `orders`: of which one or two are ordered by. */
type Shape = {
  readonly from: string;
  readonly items: readonly string[];
  readonly orders: readonly string[];
};

const SHOPS = of('shops', 'shop', 'n', 'area');
const STOCK = of('stock', 'shop', 'n', 'v');
const LOTS = of('lots', 'shop', 'n', 'v');
const CODES = of('codes', 'code', 'shop', 'n');
/** Each with a row whose key is NULL. */
const FIRSTS = of('(SELECT n, min(shop) AS shop FROM lots GROUP BY n)', 'n', 'shop');
const COUNTS = of('(SELECT n, min(shop) AS shop, count(*) AS c FROM lots GROUP BY n)', 'n', 'shop', 'c');
const LASTS = of('(SELECT v AS n, max(area) AS shop FROM stock GROUP BY v)', 'n', 'shop');
const AREAS = of('(SELECT area AS x, min(shop) AS shop, 7 AS n FROM shops GROUP BY area)', 'x', 'shop', 'n');
const [NOWHERE, ELSEWHERE] = ['n IS NULL', 'n IS DISTINCT FROM 1'].map((where) =>
  of(`(SELECT n, min(shop) AS shop FROM lots WHERE ${where} GROUP BY n)`, 'n', 'shop'),
) as [Side, Side];
/** With a column that is constant, and with one row. */
const ONES = of('(SELECT shop, n, v FROM stock WHERE n = 1)', 'shop', 'n', 'v');
const MOST = of('(SELECT max(n) AS n FROM stock)', 'n');

const ALL = [SHOPS, SHOPS, STOCK, CODES, LOTS, FIRSTS];
const NULLED = [FIRSTS, COUNTS, LASTS, AREAS];

const named = ({ columns }: Side, alias: string) => columns.map((column) => `${alias}.${column}`);
const key = ({ columns }: Side, alias: string) => `${alias}.${columns[0]}`;
const KINDS = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'FULL JOIN'];

/** `bare`: what both sides are joined by. */
function joined(choice: Choice, a: Side, b: Side, bare: string): string {
  const kind = choice.one(KINDS);
  return choice.once(5)
    ? `${a.sql} AS a NATURAL ${kind} ${b.sql} AS b`
    : `${a.sql} AS a ${kind} ${b.sql} AS b USING (${bare})`;
}

/** What a bare name means of two relations. */
function pair(choice: Choice): Shape {
  const [a, b] = [choice.one(ALL), choice.one(ALL)];
  const bare = choice.one(['shop', 'n', 'shop, n', 'shop, n']);
  const names = bare.split(', ');
  return {
    from: joined(choice, a, b, bare),
    items: [...names, ...names, ...named(a, 'a'), ...named(b, 'b')],
    orders: [bare, bare, ...names, ...names.map((name) => `a.${name}`), key(a, 'a'), key(b, 'b')],
  };
}

/** And where a row of each side has a NULL in it, so that they are not one. */
function unmatched(choice: Choice): Shape {
  const [a, b] = choice.one([
    [SHOPS, CODES],
    [CODES, SHOPS],
    [SHOPS, LOTS],
  ]) as [Side, Side];
  return {
    from: `${a.sql} AS a ${choice.one(['FULL', 'FULL', 'LEFT'])} JOIN ${b.sql} AS b USING (shop, n)`,
    items: [...named(a, 'a'), ...named(b, 'b')],
    orders: ['shop, n', 'shop, n', 'shop', 'n, shop'],
  };
}

/** And of three. */
function three(choice: Choice): Shape {
  const [a, b, c] = [STOCK, choice.one([STOCK, LOTS, CODES]), choice.one([SHOPS, SHOPS, CODES])];
  const bare = choice.one(['shop', 'shop', 'n']);
  const last = choice.one(['RIGHT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'LEFT JOIN']);
  return {
    from: `${joined(choice, a, b, bare)} ${last} ${c.sql} AS c USING (${bare})`,
    items: [bare, bare, `c.${bare}`],
    orders: [bare, `a.${bare}`, `a.${bare}`, `b.${bare}`, `c.${bare}`],
  };
}

/** A relation whose columns are not known. */
function listed(choice: Choice): Shape {
  const a = choice.one([SHOPS, STOCK]);
  const rows = "(VALUES ('s1', 1), ('s7', 1), ('s8', 2)) AS t(shop, n)";
  const join = `${a.sql} AS a NATURAL ${choice.one(KINDS)} ${rows}`;
  return {
    from: `${join}${choice.one(['', ' WHERE n = 1', ' WHERE n = 1', " WHERE shop = 's7'"])}`,
    items: ['n', 'shop', 'a.n', 'a.n', 'a.n', 'a.shop', 't.n'],
    orders: ['a.area', 'a.area', 'a.area', 'a.shop', 'n', 'shop', 't.shop'],
  };
}

/** All columns of a join, in a subquery. */
function star(choice: Choice): Shape {
  const b = choice.one([AREAS, AREAS, FIRSTS]);
  const columns = [...new Set([...SHOPS.columns, ...b.columns])];
  const keys = `shop, ${b.columns[0]}`;
  const kind = choice.one(['FULL JOIN', 'FULL JOIN', ...KINDS]);
  const from = choice.one([
    `shops AS a ${kind} ${b.sql} AS b ON a.n = b.n`,
    `shops AS a ${kind} ${b.sql} AS b USING (shop, n)`,
    `shops AS a NATURAL ${kind} ${b.sql} AS b`,
    `shops AS a NATURAL ${kind} ${b.sql} AS b`,
  ]);
  return { from: `(SELECT * FROM ${from}) AS q`, items: columns, orders: [keys, keys, 'shop'] };
}

/** Sides with keys that are NULL in a row, and what one of them has beside it. */
function full(choice: Choice): Shape {
  const [a, b] = [choice.one([...NULLED, SHOPS]), choice.one(NULLED)];
  const c = choice.one([CODES, CODES, SHOPS, ONES]);
  const isThree = choice.once(2);
  const beside = ` ${choice.one(['LEFT JOIN', 'LEFT JOIN', 'JOIN'])} ${c.sql} AS c ON a.shop = ${key(c, 'c')}`;
  const on = choice.one(['a.n = b.n', 'a.n = b.n', 'a.shop = b.shop']);
  const kind = choice.one(['FULL', 'FULL', 'FULL', 'LEFT', 'RIGHT']);
  const keys = [key(a, 'a'), key(b, 'b'), ...(isThree ? [key(c, 'c')] : [])].join(', ');
  return {
    from: `${a.sql} AS a${isThree ? beside : ''} ${kind} JOIN ${b.sql} AS b ON ${on}`,
    items: ['a.n', 'a.shop', 'b.n', 'b.shop', 'b.shop', ...(isThree ? named(c, 'c') : [])],
    orders: [keys, keys, keys, key(a, 'a'), key(b, 'b')],
  };
}

/** What an outer join's condition says of the row that it finds. */
function found(choice: Choice): Shape {
  const [a, b] = [
    choice.one([SHOPS, STOCK, LOTS, LOTS]),
    choice.one([SHOPS, STOCK, CODES, FIRSTS, NOWHERE, NOWHERE, ELSEWHERE, ONES, ONES]),
  ];
  const others = named(b, 'b');
  const equal = () => choice.one(['a.shop = b.shop', 'a.shop = b.shop', 'a.n = b.n']);
  const other = () =>
    choice.one([
      () => choice.one(['a.shop <> b.shop', 'a.n <> b.n', 'a.shop >= b.shop', 'a.n < b.n']),
      () => `${choice.one(others)} = ${choice.one(others)}`,
      () => `a.n ${choice.one(['= 1', 'IS NULL', '> 0', '<> 1'])}`,
      () => `b.n ${choice.one(['= 1', 'IS NULL', '> 0'])}`,
      () => 'a.n + b.n = 2',
      () => 'b.n = b.n',
      equal,
    ])();
  const parts = [choice.once(3) ? other() : equal(), ...(choice.once(2) ? [other()] : [])];
  const kind = choice.one(['LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
  const on = parts.join(choice.once(6) ? ' OR ' : ' AND ');
  const from =
    kind === 'RIGHT JOIN' && choice.once(2)
      ? `${b.sql} AS b RIGHT JOIN ${a.sql} AS a ON ${on}`
      : `${a.sql} AS a ${kind} ${b.sql} AS b ON ${on}`;
  const area = a === LOTS || a === SHOPS ? ['a.area'] : [];
  return { from, items: others, orders: ['a.shop', 'a.shop', 'a.n', 'a.shop, a.n', key(b, 'b'), ...area] };
}

/** A relation that says nothing of its columns stands between, or beside it a subquery of what stands before. */
function beside(choice: Choice): Shape {
  const on = choice.one(['t.m = 1', 'm = 1', 't.m = c.n', 'a.n = 1']);
  if (choice.once(2))
    return {
      from: `lots AS a CROSS JOIN range(2) AS t(m) LEFT JOIN ${choice.one([SHOPS, STOCK]).sql} AS c ON a.shop = c.shop AND ${on}`,
      items: ['c.shop', 'c.n', 'c.area'],
      orders: ['a.shop', 'a.shop', 'a.shop, a.n'],
    };
  const rows = choice.one([
    'SELECT s.shop, a.n AS n FROM shops AS s',
    'SELECT s.shop, s.n FROM shops AS s WHERE s.n = a.n',
    'SELECT a.shop AS shop, max(s.n) AS n FROM stock AS s WHERE s.v = a.v',
    'SELECT s.shop, s.n FROM shops AS s',
  ]);
  return {
    from: `lots AS a ${choice.one(['LEFT JOIN', 'LEFT JOIN', 'JOIN'])} LATERAL (${rows}) AS b ON a.shop = b.shop`,
    items: ['b.shop', 'b.n', 'b.n'],
    orders: ['a.shop', 'b.shop', 'a.n'],
  };
}

/** A join on the inner side of an outer one: it, and what it says, is there or not. */
function inner(choice: Choice): Shape {
  const [b, c] = [choice.one([STOCK, STOCK, SHOPS, ONES]), choice.one([LOTS, SHOPS, MOST, MOST, ONES])];
  const on = choice.one(['b.n = c.n', 'b.n = c.n AND b.n = 1', "b.n = c.n AND b.shop = 's1'"]);
  const join = `(${b.sql} AS b ${choice.one(['JOIN', 'LEFT JOIN', 'RIGHT JOIN'])} ${c.sql} AS c ON ${on})`;
  const outer = choice.one(['LEFT JOIN', 'LEFT JOIN', 'FULL JOIN']);
  return {
    from: `shops AS a ${outer} ${join} ON ${choice.one(['a.shop = b.shop', 'a.shop = b.shop', 'a.n = c.n'])}`,
    items: ['b.shop', 'b.n', 'b.n', 'c.n', 'c.n'],
    orders: ['a.area', 'a.area', 'a.area', 'a.shop', 'a.n', 'a.shop, a.n'],
  };
}

/** Values that are equal without being identical: texts as numbers, whole numbers as DOUBLE. */
const TEXTS = ['code AS k FROM codes', "concat_ws('', code) AS k FROM codes"];
const NUMBERS = ['n AS k FROM stock', 'CAST(n AS DOUBLE) AS k FROM stock'];
const LARGE = [
  'coalesce(n + 9007199254740992, 0) AS k FROM stock',
  'CAST(n AS DOUBLE) + 9007199254740992 AS k FROM stock',
];

function unlike(choice: Choice): Shape {
  const isLarge = choice.once(2);
  const [exact, other] = isLarge ? LARGE : [choice.one(TEXTS), choice.one(NUMBERS)];
  const kind = choice.one(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'FULL JOIN']);
  return {
    from: `(SELECT ${exact}) AS a ${kind} (SELECT ${other}) AS b ${isLarge ? 'USING (k)' : 'ON a.k = b.k'}`,
    // As text, which has all digits.
    items: ['a.k', 'a.k', 'b.k'].map((k) => `CAST(${k} AS VARCHAR)`),
    orders: ['b.k', 'b.k', 'a.k', ...(isLarge ? ['k', 'k', 'k'] : [])],
  };
}

/** Rows that differ in what a text of 0.0 and -0.0 decides. */
function zeros(choice: Choice): Shape {
  const x = choice.one(['CAST(n AS DOUBLE) * (v - 2)', 'n * (v - 2)', 'CAST(n AS DOUBLE)']);
  const join = `LEFT JOIN ${MOST.sql} AS b ON CAST(a.x AS VARCHAR) = '0.0'`;
  return {
    from: `(SELECT DISTINCT a.x, b.n FROM (SELECT ${x} AS x FROM stock) AS a ${join}) AS q`,
    items: ['n', 'n', 'x'],
    orders: ['x', 'x', 'n'],
  };
}

/** What WHERE makes one value, or does not. */
function constant(choice: Choice): Shape {
  const is = choice.one([
    'n = greatest(n, 1)',
    'n = abs(n)',
    "shop = concat('s', n)",
    'n = 1.0',
    "n = '1'",
    'n >= 1',
    'n = 1',
    'code = 1',
    'code = 1',
    "code = '1'",
  ]);
  const a = is.startsWith('code') ? CODES : choice.one([STOCK, SHOPS, LOTS, CODES]);
  if (!choice.once(3))
    return {
      from: `${a.sql} AS a WHERE ${is}`,
      items: is.startsWith('code') ? ['code'] : ['n', 'shop'],
      orders: ['shop', 'n', `${a.columns[2]}`],
    };
  const to = choice.one(['9007199254740992e0', '9007199254740992', '9007199254740993.0']);
  return {
    from: `(SELECT shop, v, n + 9007199254740992 AS n FROM stock) AS a WHERE n = ${to}`,
    items: ['n', 'shop'],
    orders: ['shop', 'v'],
  };
}

const SHAPES = [
  pair,
  pair,
  unmatched,
  three,
  listed,
  star,
  star,
  full,
  full,
  found,
  found,
  found,
  beside,
  inner,
  inner,
  unlike,
  unlike,
  zeros,
  constant,
];

/** Many do not bind: the engine says which. */
export const mergeSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  const { from, items, orders } = choice.one(SHAPES)(choice);
  const body = { sql: `SELECT ${choice.one(items)} AS c0 FROM ${from}`, names: ['c0'], order: orders };
  return limited(choice, body, choice.one([1, 1, 1, 2]));
});
