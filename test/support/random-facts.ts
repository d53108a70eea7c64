// Random SELECTs around what is known of an expression: that it is never NULL, of which kind it is, that it is a literal; and
// around what looks as if it were. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

/** Of a row of `codes`, `lots` or `stock`; or of groups. Never NULL or not, whole numbers or texts or not. */
const EXPRESSIONS: readonly string[] = [
  'n',
  'shop',
  'CAST(n AS VARCHAR)',
  'CAST(n AS DOUBLE)',
  'coalesce(n, 1)',
  'coalesce(n, NULL)',
  'coalesce(n, n + NULL)',
  'coalesce(n, 0.5)',
  'CASE WHEN n = 1 THEN 1 ELSE n END',
  'CASE WHEN n = 1 THEN 1 END',
  'CASE WHEN n = 1 THEN NULL ELSE 1 END',
  'CASE WHEN n = 1 THEN 1 ELSE n * 0.5 END',
  'CASE n WHEN 1 THEN 0 ELSE n END',
  'TRY_CAST(shop AS INTEGER)',
  "TRY_CAST(replace(shop, 's', '') AS INTEGER)",
  'n IN (1, 2)',
  'n IS NULL',
  'n = 1',
  'NOT n = 1',
  'n BETWEEN 1 AND 2',
  'n = 1 AND shop IS NOT NULL',
  '(SELECT max(s.v) FROM stock s WHERE s.n > t.n)',
  'nullif(n, 1)',
  'upper(shop)',
  'substr(shop, 2)',
  "concat('x', n)",
  "'x' || n",
  'n + 1',
  'n * 0.5',
  'n / (n - 1)',
  'n / -2',
  'n * -1.0e0',
  'n + CAST(n AS DOUBLE) * -1',
  'abs(n)',
  '-n',
  'greatest(n, 1)',
  'max(n, 2)',
  'lag(n) OVER (ORDER BY ALL_COLUMNS)',
  'lead(n) OVER (ORDER BY ALL_COLUMNS)',
  'first_value(n) OVER (ORDER BY ALL_COLUMNS)',
  'rank() OVER (ORDER BY n)',
  'sum(n) OVER (PARTITION BY shop)',
];

const OF_CODES: readonly string[] = [
  'code',
  'coalesce(code, NULL)',
  'CASE WHEN n = 1 THEN n ELSE code END',
  'CASE WHEN n = 5 THEN n ELSE code END',
  'coalesce(n + NULL, code)',
  'coalesce(NULL, code, shop)',
  'CAST(code AS INTEGER)',
  'CAST(code AS DOUBLE)',
  'lower(code)',
  "replace(code, ' ', '')",
  'min(code) OVER (PARTITION BY code)',
  'lag(code, 0) OVER (ORDER BY code)',
  "nullif(code, 'x')",
];

const OF_GROUPS: readonly string[] = [
  'max(n)',
  'sum(n)',
  'avg(n)',
  'avg(n * -1.0e0)',
  'median(n)',
  'any_value(n ORDER BY n)',
  'count(n)',
  'list(n ORDER BY n)',
  'list(n ORDER BY n) FILTER (WHERE n > 0)',
  "string_agg(shop, ',' ORDER BY shop)",
  "string_agg(CAST(n AS VARCHAR), ',' ORDER BY n)",
  'max(n) FILTER (WHERE v > 1)',
  'count(*) FILTER (WHERE n > 0)',
];

type Made = { readonly sql: string; readonly columns: readonly string[] };

/** Rows with the columns shop, n, v and e, the expression; `shop`, or `shop` and `v`, may be a key. */
function made(choice: Choice): Made {
  const columns = ['shop', 'n', 'v', 'e'];
  if (choice.once(4)) {
    const e = choice.one(OF_CODES);
    return { sql: `(SELECT code AS shop, n, n AS v, ${e} AS e FROM codes t)`, columns };
  }
  const table = choice.one(['lots', 'stock', 'stock']);
  const filter = choice.one([
    '',
    '',
    ' WHERE n IS NOT NULL',
    ' WHERE n IS NULL',
    ' WHERE n IS DISTINCT FROM 1',
    ' WHERE n > 0',
  ]);
  if (choice.once(4)) {
    const e = choice.one(OF_GROUPS);
    return { sql: `(SELECT shop, v AS n, v, ${e} AS e FROM ${table} t${filter} GROUP BY shop, v)`, columns };
  }
  const e = choice.one(EXPRESSIONS).replace('ALL_COLUMNS', 'shop, n, v, area');
  return { sql: `(SELECT shop, n, v, ${e} AS e FROM ${table} t${filter})`, columns };
}

/** Where what is said of NULL counts: the row of ROLLUP that has none of the groups. */
function rolled(choice: Choice): Body {
  const { sql } = made(choice);
  const groups = choice.one([['e'], ['e'], ['shop', 'e'], ['e', 'n']]);
  const by = choice.one(['ROLLUP', 'CUBE']);
  return {
    sql: `SELECT ${groups[0]} AS x, count(*) AS y FROM ${sql} AS q GROUP BY ${by} (${groups.join(', ')})`,
    names: ['x', 'y'],
    order: groups,
  };
}

/** Where what is said of kinds counts: what equals the expression, and is decided by it or decides it. */
function equal(choice: Choice): Body {
  const { sql } = made(choice);
  const [other, column] = choice.one([
    ['codes', 'code'],
    ['codes', 'code'],
    ['stock', 'n'],
    ['(SELECT nullif(n, 9) AS n, shop FROM stock)', 'n'],
    ["(SELECT nullif(code, 'x') AS n, shop FROM codes)", 'n'],
    ['(SELECT CAST(n AS DOUBLE) * -1 AS n, shop FROM stock)', 'n'],
  ] as const);
  const join = choice.one(['JOIN', 'JOIN', 'LEFT JOIN', 'FULL JOIN']);
  const of = [`o.${column}`, 'q.e', 'o.shop', 'q.shop'];
  const item = choice.one(of);
  return {
    sql: `SELECT CAST(${item} AS VARCHAR) AS x FROM ${sql} AS q ${join} ${other} AS o ON q.e = o.${column}`,
    names: ['x'],
    order: of.slice(0, 2),
  };
}

/** A column that equals a literal is constant where the literal has one form in it. */
function constant(choice: Choice): Body {
  const { sql } = made(choice);
  const literal = choice.one(['1', "'1'", '0', '0.0', '1.0e0', "'s1'", 'NULL', 'n + 0', '-1 + 1']);
  const where = `${choice.one(['e', 'e', 'n', 'shop'])} ${choice.one(['=', '=', '=', 'IS NOT DISTINCT FROM', '>='])} ${literal}`;
  const item = choice.one(['CAST(e AS VARCHAR)', 'e', 'n', 'shop']);
  return {
    sql: `SELECT ${item} AS x FROM ${sql} AS q WHERE ${where}`,
    names: ['x'],
    order: ['v', 'n', 'e'],
  };
}

/** Zeros of both signs among them. */
const ZEROS = ['n / (v - 1.5)', 'n * CASE WHEN v > 1 THEN -1.0e0 ELSE 1.0e0 END', '[n * (v - 1.5e0)]'];

/** Groups of values that are equal and of their texts, which may differ: the values alone may be no key. */
function grouped(choice: Choice): Body {
  const e = choice.once(3)
    ? choice.one(EXPRESSIONS).replace('ALL_COLUMNS', 'shop, n, v, area')
    : choice.one(ZEROS);
  const made = choice.one([
    (x: string) => x,
    (x: string) => x,
    (x: string) => `max(${x})`,
    (x: string) => `avg(${x})`,
    (x: string) => `coalesce(n + NULL, ${x})`,
    (x: string) => `n + ${x}`,
    (x: string) => `CAST(${x} AS DOUBLE)`,
    (x: string) => `CASE WHEN n > 5 THEN n ELSE ${x} END`,
  ])(e);
  const rows =
    made.includes('max(') || made.includes('avg(')
      ? `(SELECT shop, n, v, ${made} AS e FROM stock t GROUP BY shop, n, v)`
      : `(SELECT shop, n, v, ${made} AS e FROM stock t)`;
  if (choice.once(4))
    return {
      sql: `SELECT CAST(o.area AS VARCHAR) AS x FROM (SELECT DISTINCT e, shop FROM ${rows}) AS w LEFT JOIN shops o ON w.shop = o.shop AND CAST(w.e AS VARCHAR) > '0'`,
      names: ['x'],
      order: ['w.e, w.shop'],
    };
  const by = choice.one([
    'e, CAST(e AS VARCHAR)',
    'e, CAST(e AS VARCHAR)',
    'ROLLUP (e, CAST(e AS VARCHAR))',
    'e, shop',
    'e, upper(shop)',
  ]);
  const mark = by.startsWith('ROLLUP') ? 'grouping(e, CAST(e AS VARCHAR))' : '0';
  const groups = `(SELECT e, ${mark} AS m, count(*) AS c, max(shop) AS s FROM ${rows} AS q GROUP BY ${by})`;
  const order = mark === '0' ? ['e'] : ['e', 'e, m', 'e, m'];
  return { sql: `SELECT ${choice.one(['c', 's'])} AS x FROM ${groups} AS g`, names: ['x'], order };
}

/** Whole numbers that a DOUBLE does not tell apart. */
const BIG = '(SELECT 9007199254740992 + n AS big, n AS v FROM stock)';

function large(choice: Choice): Body {
  const e = choice.one([
    'avg(big)',
    'max(big)',
    'median(big)',
    'CAST(max(big) AS DOUBLE)',
    'max(big) * 1.0e0',
  ]);
  return choice.one<() => Body>([
    () => ({
      sql: `SELECT b.big AS x FROM (SELECT ${e} AS e FROM ${BIG} GROUP BY v) AS q JOIN ${BIG} AS b ON q.e = b.big`,
      names: ['x'],
      order: ['q.e'],
    }),
    () => ({
      sql: `SELECT big AS x FROM ${BIG} AS q WHERE big = ${choice.one(['9007199254740992.0e0', '9007199254740993', "'9007199254740993'"])}`,
      names: ['x'],
      order: ['v % 1'],
    }),
  ])();
}

const TAGS = ["'a'", "'b'", '1', '2', 'shop', 'NULL', "CAST('a' AS VARCHAR)"];

const STOCK = 'SELECT shop, n AS e, v AS w FROM stock';
/** Rows with another key, or without one, or of other types. */
const SIDES = [
  'SELECT shop, n AS e, length(area) AS w FROM shops',
  'SELECT shop, v AS e, n AS w FROM stock',
  'SELECT shop, n AS e, v AS w FROM lots',
  'SELECT shop, code AS e, n AS w FROM codes',
  'SELECT shop, count(*) AS e, max(v) AS w FROM stock GROUP BY ROLLUP (shop)',
];
const DECIMALS = [
  "SELECT 's1' AS shop, CAST(n AS DECIMAL(38, 0)) AS e, max(n) AS w FROM stock GROUP BY 2",
  "SELECT 's1' AS shop, CAST(n * 0.4 AS DECIMAL(38, 20)) AS e, max(n) AS w FROM stock GROUP BY 2",
];

/** Sides of a UNION that a column tells apart; or they are so but for one thing. */
function united(choice: Choice): Body {
  const but = choice.below(12);
  const rows = but === 0 ? DECIMALS : [STOCK, choice.once(2) || but === 1 ? choice.one(SIDES) : STOCK];
  const tags = choice.one([
    ["'a'", "'b'"],
    ['1', '2'],
    ["'a'", "'b'"],
  ]);
  if (but === 2) tags[1] = tags[0] ?? '';
  if (but === 3) tags.fill(choice.one(TAGS), choice.below(2));
  if (but === 4) tags.splice(0, 2, 'e', choice.one(['w', 'w - 1', '2']));
  const sides = rows.map((own, i) => {
    const tag = tags[i];
    if (but === 5)
      return `SELECT o.tag, q.shop, q.e, q.w + ${i} AS w FROM (${own}) AS q LEFT JOIN (SELECT shop, ${tag} AS tag FROM shops WHERE n = 1) o ON q.shop = o.shop`;
    if (but === 6)
      return `SELECT tag, shop, count(*) AS e, max(w) + ${i} AS w FROM (SELECT ${tag} AS tag, * FROM (${own})) AS q GROUP BY ROLLUP (tag, shop)`;
    return `SELECT ${tag} AS tag, shop, e, coalesce(w, 0) + ${i} AS w FROM (${own}) AS q`;
  });
  const word =
    but === 7
      ? 'UNION ALL BY NAME'
      : choice.one(['UNION ALL', 'UNION ALL', 'UNION ALL', 'UNION', 'EXCEPT ALL']);
  const other = but === 7 ? `SELECT shop AS tag, tag AS shop, e, w FROM (${sides[1]}) AS q` : sides[1];
  const both = `(${sides[0]} ${word} ${other})`;
  const third = `SELECT ${choice.one([tags[1] ?? '', "'c'"])} AS tag, shop, w + 2 AS w, e FROM (${STOCK}) AS q`;
  const all = but === 8 ? `(FROM ${both} AS q UNION ALL SELECT tag, shop, e, w FROM (${third}) AS q)` : both;
  if (but === 9)
    return {
      sql: `SELECT tag AS x, count(*) AS y FROM ${all} AS q GROUP BY ROLLUP (tag)`,
      names: ['x', 'y'],
      order: ['tag'],
    };
  const whole = ['tag, shop, e', 'tag, shop, e', 'shop, e, tag', 'e, tag, shop'];
  return {
    sql: `SELECT ${choice.one(['w', 'w', 'e', 'tag'])} AS x FROM ${all} AS q`,
    names: ['x'],
    order: but > 9 ? [...whole, 'tag, shop', 'shop, e', 'tag, e'] : [...whole, 'tag, shop'],
  };
}

const SHAPES = [rolled, rolled, equal, equal, constant, grouped, grouped, large, united, united, united];

/** Many do not bind: the engine says which. */
export const factSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), choice.one([1, 1, 2]));
});
