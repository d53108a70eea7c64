// Random SELECTs that are one thing away from what is proven: a subquery that nearly has a key, a column that is nearly never NULL
// or nearly of one kind, a UNION whose sides are nearly told apart. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

/** Of a row of `stock` or `lots`: often NULL, in rows that ROLLUP must not take for its own. */
const NULLABLE: readonly string[] = [
  'n IN (1, 2)',
  'n = 1',
  'NOT n = 1',
  'upper(area)',
  'substr(area, 1)',
  'CASE WHEN n = 1 THEN 1 END',
  "TRY_CAST(concat(n, '') AS INTEGER)",
  'nullif(n, 1)',
  'ntile(v) OVER (ORDER BY shop, n, v, area)',
  'first_value(n) OVER (PARTITION BY n ORDER BY shop, n, v, area)',
  'lag(v) OVER (ORDER BY shop, n, v, area)',
  '-n',
  'n BETWEEN 1 AND v',
];

/** The same of the groups of `n` and `v`. */
const NULLABLE_OF_GROUPS: readonly string[] = [
  'avg(n)',
  'list(n ORDER BY v, n) FILTER (WHERE n > 1)',
  'sum(n)',
  "string_agg(area, ',' ORDER BY area)",
];

function rolled(choice: Choice): Body {
  const table = choice.one(['stock', 'lots', 'lots']);
  const rows = choice.one([
    `(SELECT ${choice.one(NULLABLE)} AS e FROM ${table})`,
    `(SELECT ${choice.one(NULLABLE)} AS e FROM ${table})`,
    `(SELECT ${choice.one(NULLABLE_OF_GROUPS)} AS e FROM ${table} GROUP BY n, v)`,
    '(SELECT shop AS e, n FROM shops GROUP BY ROLLUP (shop, n))',
    '(SELECT shop_1 AS e FROM (SELECT * FROM shops a JOIN stock b USING (shop) LEFT JOIN shops c ON c.n = b.v) AS w)',
    '(SELECT shop AS e FROM (SELECT a.shop, b.shop FROM lots a JOIN shops b ON a.n = b.n) AS w)',
  ]);
  const sql = `SELECT e AS x, count(*) AS y FROM ${rows} AS q GROUP BY ROLLUP (e)`;
  return { sql, names: ['x', 'y'], order: ['e'] };
}

/** Zeros of both signs, which are equal and have two texts. */
const ZEROS: readonly string[] = [
  'n / (3 - 2 * v)',
  'concat([n * (v - 1.5e0)], [1])',
  'n * (v - 1.5e0)',
  '-(n * (v - 1.5e0))',
];

function zeros(choice: Choice): Body {
  const e = choice.one(ZEROS);
  const rows = choice.one([
    `(SELECT ${e} AS e FROM stock)`,
    `(SELECT n AS e FROM shops UNION ALL SELECT ${choice.one(ZEROS.slice(0, 1))} FROM stock)`,
    `(SELECT ${choice.one(['max', 'any_value', 'median'])}(n * (v - 1.5e0)) AS e FROM stock GROUP BY shop, n)`,
  ]);
  const groups = `(SELECT e, count(*) AS c, CAST(e AS VARCHAR) AS s FROM ${rows} AS q GROUP BY e, CAST(e AS VARCHAR))`;
  return { sql: `SELECT ${choice.one(['c', 's'])} AS x FROM ${groups} AS g`, names: ['x'], order: ['e'] };
}

/** Sides with and without another key, and a literal that may tell them apart. */
function united(choice: Choice): Body {
  const tags = [0, 1, 2].map(() => choice.one(["'a'", "'b'"]));
  const sides = tags.map((tag, i) => {
    const table = choice.one(['shops', 'shops', 'stock', i === 0 ? 'stock' : 'lots']);
    return `SELECT ${tag} AS tag, shop, n AS w FROM ${table}`;
  });
  const [a = '', b = '', c = ''] = sides;
  const big = 'SELECT 9007199254740992 + n AS e, n AS w FROM stock';
  const rows = choice.one([
    `${a} UNION ALL ${b}`,
    `SELECT 'a' AS tag, shop, n AS w FROM shops UNION ALL SELECT 'b', shop, n + 1 FROM shops`,
    `SELECT 'a' AS tag, shop, n AS w FROM ${choice.one(['shops', 'stock'])} UNION ALL SELECT 'b', shop, n FROM ${choice.one(['shops', 'stock'])}`,
    `SELECT ${tags[0]} AS tag, shop, n AS w FROM shops UNION ALL SELECT ${tags[1]}, shop, n + 1 FROM shops UNION ALL SELECT ${tags[2]}, shop, n + 2 FROM shops`,
    `${a} UNION ALL ${b} UNION ALL ${c}`,
    "SELECT 'a' AS tag, shop, area AS w FROM shops UNION ALL BY NAME SELECT 'b' AS tag, shop AS w, area AS shop FROM shops",
    "SELECT 'a' AS tag, shop, area AS w FROM shops UNION ALL BY NAME SELECT 'b' AS tag, area AS w, shop FROM shops",
    'SELECT n AS tag, shop, area AS w FROM shops UNION ALL SELECT n * n, shop, shop FROM shops',
    "SELECT 1 AS tag, shop, n AS w FROM shops UNION ALL SELECT '1', shop, n + 1 FROM shops",
    `SELECT 'a' AS tag, e AS shop, max(w) AS w FROM (${big}) AS t GROUP BY e UNION ALL SELECT 'b', n / 2, max(v) FROM stock GROUP BY 2`,
    'SELECT tag, shop, row_number() OVER (ORDER BY tag, shop) AS w FROM (SELECT n AS tag, shop FROM shops UNION ALL SELECT n, shop FROM shops) AS t',
  ]);
  return {
    sql: `SELECT w AS x FROM (${rows}) AS q`,
    names: ['x'],
    order: ['tag, shop', 'tag, shop', 'tag, shop', 'shop'],
  };
}

type Near = readonly [rows: string, items: readonly string[], order: readonly string[]];

/** A relation, what is taken of it, and by what it is ordered. */
const NEAR: readonly Near[] = [
  ['shops a JOIN stock b ON a.shop = b.shop', ['b.n', 'a.area'], ['COLUMNS(a.*)', 'a.*', 'COLUMNS(b.*)']],
  ['shops', ['shop', 'n', 'area'], ['COLUMNS(* EXCLUDE (shop))', 'COLUMNS(* EXCLUDE (n))']],
  ['shops AS q(area, n, shop)', ['area', 'n'], ['shop', 'area']],
  ['stock AS q(v, area, shop, n)', ['area', 'v'], ['shop, n', 'v, area']],
  ["(SELECT DISTINCT COLUMNS(['n', 'v']) + 0 AS k FROM lots) AS q", ['k_1', '*'], ['k']],
  ["(SELECT DISTINCT unnest({'k': n, 'b': v}) AS k FROM lots) AS q", ['b'], ['k', 'b']],
  ['(SELECT DISTINCT * FROM shops a, (VALUES (1), (2)) t(m)) AS q', ['m', 'n'], ['shop', 'm']],
  [
    '(SELECT a.*, b.n AS m FROM shops b LEFT JOIN (SELECT shop, n FROM shops WHERE n = 1) a ON a.shop = b.shop) AS q',
    ['m', 'n'],
    ['shop', 'shop'],
  ],
  [
    '(SELECT a.shop, b.shop, b.n FROM shops a JOIN shops b ON a.n = b.n OR a.area = b.area) AS q',
    ['shop_1', 'n'],
    ['shop', 'shop, shop_1'],
  ],
  ['(SELECT shop, n, unnest([1, 2]) AS u FROM stock) AS q', ['u', 'n'], ['shop, n', 'shop, n']],
  ['(SELECT shop, unnest([n, 1]) AS u FROM shops) AS q', ['u', 'shop'], ['shop', 'shop, u']],
  ['(SELECT DISTINCT shop, area FROM shops GROUP BY ROLLUP (shop, area)) AS q', ['area'], ['shop']],
  ['(SELECT shop, area FROM shops GROUP BY ROLLUP (shop, area)) AS q', ['area'], ['shop']],
  ['(SELECT n, area FROM stock WHERE n = 1 GROUP BY ROLLUP (n, area)) AS q', ['n'], ['n % 1', 'area']],
  ['(SELECT DISTINCT ON (shop, n) shop, n, v FROM lots ORDER BY ALL) AS q', ['n', 'v'], ['shop', 'shop, n']],
  ['(SELECT DISTINCT ON (n) n AS m, v AS n FROM lots ORDER BY ALL) AS q', ['m', 'n'], ['n', 'm']],
  ['(SELECT DISTINCT ON (n) area AS n, v FROM lots ORDER BY ALL) AS q', ['v', 'n'], ['n']],
  ['(SELECT shop, n FROM shops ORDER BY ALL LIMIT 3) AS q', ['n', 'shop'], ['shop % 1', 'n']],
  ['(SELECT shop, n FROM shops ORDER BY ALL LIMIT 2) AS q', ['n', 'shop'], ['1 + 1']],
  ['(SELECT shop, n FROM shops ORDER BY ALL LIMIT 1) AS q', ['n', 'shop'], ['1 + 1']],
  [
    '(SELECT i AS m, n FROM shops, range(100) r(i) ORDER BY ALL LIMIT 1%) AS q',
    ['n', 'm'],
    ['m', '1 + 1', '1 + 1'],
  ],
];

function near(choice: Choice): Body {
  const [rows, items, order] = choice.one(NEAR);
  return { sql: `SELECT ${choice.one(items)} FROM ${rows}`, names: ['1'], order };
}

/** A subquery whose rows depend on those beside it, or seem to. */
function lateral(choice: Choice): Body {
  const beside = choice.one(['stock', 'stock', '(SELECT * EXCLUDE (area) FROM stock)', 'shops']);
  const v = choice.one(['v', 'v', 'a.v', 'a.n', 'x.n', 'n']);
  const [rows, order] = choice.one([
    [`(SELECT x.shop AS s, ${v} AS w FROM shops x)`, ['b.s', 'b.s']],
    [`(SELECT x.shop AS s, ${v} AS w FROM shops x)`, ['b.s', 'a.shop']],
    [`(WITH z AS (SELECT x.shop AS s, ${v} AS w FROM shops x) SELECT s, w FROM z)`, ['b.s']],
    [`(WITH z AS (SELECT 1 AS i) SELECT x.shop AS s, ${v} AS w FROM shops x)`, ['b.s']],
    [`(SELECT w FROM (SELECT max(x.n) + ${v} AS w FROM shops x) AS z)`, ['b.w % 1', '1 + 1']],
    [`(SELECT w FROM (SELECT max(x.n) AS w FROM shops x WHERE x.n < ${v}) AS z)`, ['1 + 1']],
  ] as const);
  return { sql: `SELECT b.w AS y FROM ${beside} AS a, LATERAL ${rows} AS b`, names: ['y'], order };
}

const SHAPES = [rolled, rolled, zeros, united, united, near, near, near, lateral];

/** Many do not bind: the engine says which. */
export const nearSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), 1);
});
