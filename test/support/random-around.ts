// Random SELECTs around names: subqueries that depend on the query around them, stars and what they leave out, aliases that are
// columns too, CTEs, numbers that are places, structs, recursion. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

const TABLES = ['shops', 'stock', 'lots', 'codes'];

/** `n`, `shop`: of the query around it, with or without its alias. */
function subquery(choice: Choice): string {
  const [n, shop] = choice.one([
    ['a.n', 'a.shop'],
    ['a.n', 'a.shop'],
    ['n', 'shop'],
    ['a.v', 'a.shop'],
  ] as const);
  const cut = choice.one(['', '', ' LIMIT 1', ' ORDER BY 1 LIMIT 1', ' LIMIT 2']);
  const call = choice.one(['max', 'count', 'list', 'first', 'sum']);
  return choice.one([
    `(SELECT max(t.v) FROM stock t WHERE t.n > ${n})`,
    `(SELECT count(*) FROM stock AS t(b, c, d, e) WHERE t.b = ${shop})`,
    `(SELECT count(*) FROM stock AS t(b, c, d, e) WHERE b = shop AND c <> n)`,
    `(SELECT count(*) FROM (SELECT * EXCLUDE (v) FROM stock) t WHERE t.n = v)`,
    `(SELECT count(*) FROM (SELECT COLUMNS('n|area') FROM stock) t WHERE t.n = v)`,
    `(SELECT count(*) FROM (SELECT n, area FROM stock) t WHERE t.n = v AND t.area IS NOT NULL)`,
    `(SELECT max(t.v) FROM (SELECT s.v FROM stock s WHERE s.shop = ${shop}) t)`,
    `(SELECT count(*) FROM shops t JOIN stock u ON t.shop = u.shop AND u.n < ${n})`,
    `(SELECT count(*) FROM shops t JOIN (SELECT s.shop FROM stock s WHERE s.n < ${n}) u ON t.shop = u.shop)`,
    `(SELECT count(*) FROM (SELECT shop FROM stock WHERE stock.n = ${n} UNION ALL SELECT shop FROM shops) t)`,
    `(SELECT max(t.n) FROM stock t WHERE t.n >= (SELECT min(u.n) FROM shops u WHERE u.shop = ${shop}))`,
    `(WITH w AS (SELECT t.v FROM stock t WHERE t.shop = ${shop}) SELECT max(v) FROM w)`,
    `(WITH w AS (SELECT ${n} AS m) SELECT max(m) FROM w)`,
    `(SELECT max(u) FROM unnest([1, ${n}]) t(u))`,
    `(SELECT sum(i) FROM range(${n}) t(i))`,
    `(SELECT max(t.m) FROM (VALUES (1), (${n})) t(m))`,
    `(WITH stock AS (SELECT ${n} AS v) SELECT max(v) FROM stock)`,
    `(SELECT max(list_sum(list_transform([1, 2], lambda i: i + t.n * ${n}))) FROM stock t)`,
    `(SELECT t.area FROM shops t WHERE t.shop = ${shop}${cut})`,
    `(SELECT ${n} AS m FROM shops t ORDER BY t.shop LIMIT 1)`,
    `(SELECT v AS v FROM shops t ORDER BY t.area LIMIT 1)`,
    `(SELECT v + 1 AS w FROM shops t ORDER BY t.area, w LIMIT 1)`,
    `(SELECT w + 1 AS u FROM shops t ORDER BY t.area LIMIT 1)`,
    `(SELECT ${call}(a.n) || t.area FROM shops t${cut})`,
    `(SELECT ${call}(v) || t.area FROM shops t${cut})`,
    `(SELECT ${call}(v) || t.c FROM shops AS t(b, c, d)${cut})`,
    `(SELECT ${call}(a.v) || a.area FROM shops a${cut})`,
    `(SELECT ${call}((SELECT ${n})) || t.area FROM shops t${cut})`,
    `(SELECT ${call}(${n}) FROM stock t WHERE t.n = 1)`,
    `(SELECT ${call}(${n} + t.n) FROM stock t WHERE t.n = 1)`,
    `${shop} IN (SELECT t.shop FROM lots t${cut})`,
    `${n} < ALL (SELECT t.v FROM lots t${cut})`,
    `EXISTS (SELECT t.shop FROM stock t WHERE t.n = ${n} OFFSET 2)`,
    `EXISTS (FROM shops t UNION ALL FROM shops LIMIT 1)`,
  ]);
}

/** A value that is computed by a subquery, beside the query's own. */
function dependent(choice: Choice): Body {
  const table = choice.one(['lots', 'lots', 'stock', 'shops']);
  const from = `(SELECT *, n AS w0 FROM ${table}) AS a`;
  const value = subquery(choice);
  if (choice.once(4)) return { sql: `SELECT ${value} AS x FROM ${table} AS a`, names: ['x'], order: ['x'] };
  if (choice.once(6))
    return {
      sql: `SELECT n AS x, any_value(${value}) AS y FROM ${table} AS a GROUP BY n`,
      names: ['x', 'y'],
      order: ['x', 'y'],
    };
  const items = [`${value} AS x`, ...(choice.once(3) ? [`${choice.one(['a.shop', 'n', 'area'])} AS y`] : [])];
  return {
    sql: `SELECT ${items.join(', ')} FROM ${choice.once(2) ? from : `${table} AS a`}`,
    names: items.map((_, i) => 'xy'[i] ?? ''),
    order: ['a.shop', 'a.n', 'n', 'area', 'a.shop'],
  };
}

const STARS = [
  '*',
  '* EXCLUDE (v)',
  '* EXCLUDE (shop)',
  '* REPLACE (area AS shop)',
  '* RENAME (shop AS key, n AS shop)',
  "COLUMNS('n|shop')",
  "COLUMNS('n|area')",
  'a.*',
  'a.* EXCLUDE (shop)',
  '* EXCLUDE (a.shop)',
];

/** Rows behind a star, whose columns may be others than those of the tables. */
function starred(choice: Choice): Body {
  const table = choice.one(TABLES);
  const star = choice.one(STARS);
  const from = choice.one([
    `${table} AS a`,
    `${table} AS a`,
    `${table} AS a JOIN lots b USING (shop)`,
    `shops AS b LEFT JOIN ${table} AS a ON a.shop = b.shop AND a.n <> b.n`,
    `shops AS b LEFT JOIN stock AS a ON a.shop = b.shop AND a.n = 1`,
    `${table} AS a, (VALUES ('s0'), ('s1')) t(m)`,
    `${table} AS a NATURAL RIGHT JOIN shops b`,
    `${table} AS a FULL JOIN codes b USING (shop)`,
  ]);
  const rows = `(SELECT ${choice.once(4) ? 'DISTINCT ' : ''}${star} FROM ${from}) AS q`;
  const columns = ['shop', 'n', 'area', 'v', 'code'];
  return choice.one<() => Body>([
    () => ({ sql: `SELECT * FROM ${rows}`, names: ['1', '2'], order: [...columns, '1', '2'] }),
    () => {
      const items = choice.some(columns, 1, 2);
      return { sql: `SELECT ${items.join(', ')} FROM ${rows}`, names: items, order: columns };
    },
    () => ({
      sql: `SELECT shop AS x, count(*) AS y FROM ${rows} GROUP BY ROLLUP (shop)`,
      names: ['x', 'y'],
      order: ['shop'],
    }),
    () => ({
      sql: `SELECT q.n AS m, row_number() OVER (ORDER BY m) AS r FROM ${rows}`,
      names: ['m', 'r'],
      order: ['m', 'r'],
    }),
    () => ({
      sql: `SELECT *, ${choice.one(['shop', 'n', 'upper(shop)', '5'])} AS k FROM ${rows}`,
      names: ['k'],
      order: [
        '1',
        '2',
        '3',
        'k',
        `COLUMNS(* EXCLUDE (${choice.one(columns)}))`,
        'COLUMNS(q.*)',
        "COLUMNS('n')",
      ],
    }),
  ])();
}

/** Several columns of one item, in an order by one name or by places. */
function several(choice: Choice): Body {
  const item = choice.one([
    "unnest({'a': area, 'b': v})",
    'unnest([n, v])',
    'unnest([v, 1])',
    "COLUMNS(['n', 'v']) + 0",
    "COLUMNS(['area', 'n'])",
    'generate_subscripts([n, v], 1)',
    "regexp_split_to_table('a b', ' ')",
    'unlist([n, v])',
  ]);
  const sql = `SELECT ${item} AS u, ${choice.one(['shop', 'n'])} AS k FROM ${choice.one(['lots', 'stock'])}`;
  const order = ['u', 'k', '1', '2', 'shop, n', 'shop, n', 'u, k', item];
  if (choice.once(4)) return { sql: `${sql} UNION ALL ${sql}`, names: ['1', '2'], order: ['1', '2', 'k'] };
  if (choice.once(4)) return { sql: `SELECT k FROM (${sql}) AS q`, names: ['k'], order: ['shop', 'k'] };
  return { sql, names: ['1', '2'], order };
}

/** Names that are an item's and a column's, or a relation's and a column's; names that the engine makes. */
function named(choice: Choice): Body {
  const [x, y] = [choice.one(['n', 'v', 'shop']), choice.one(['n', 'v', 'shop', 'area'])];
  const table = choice.one(['stock', 'lots']);
  const body = (sql: string, order: readonly string[], ...names: string[]): Body => ({ sql, names, order });
  return choice.one<() => Body>([
    () => body(`SELECT ${x} AS ${y}, ${y} AS o FROM ${table}`, [x, y, 'o', 'shop, n', 'n, shop'], '1', '2'),
    () =>
      body(`SELECT ${x} AS ${y}, row_number() OVER (ORDER BY ${y}) AS r FROM ${table}`, [y, 'r'], '1', '2'),
    () => body(`SELECT ${x} AS ${y}, count(*) AS c FROM ${table} GROUP BY ${y}`, [x, y], '1', '2'),
    () =>
      body(
        `SELECT m FROM (SELECT DISTINCT ON (${x}) ${x} AS m, ${y} AS ${x} FROM ${table} ORDER BY ALL) q`,
        [x, 'm'],
        '1',
      ),
    () =>
      body(
        `SELECT ${x} AS z, list(${y} ORDER BY ${x}, q)[1] AS l FROM ${table} AS q GROUP BY ${x}`,
        ['z'],
        '1',
        '2',
      ),
    () => body(`SELECT max(v) AS z, first(${y} ORDER BY ${x}) AS l FROM ${table} AS ${x}`, ['z'], '1', '2'),
    () => body(`SELECT ${y} AS q, shop AS o FROM ${table} AS q`, ['q', 'o'], '1', '2'),
    () =>
      body(
        `SELECT q.s.a AS z, q.s.b AS o FROM (SELECT {'a': n, 'b': v} AS s FROM ${table}) q`,
        ['q.s.a', 's.a', 'q.s', 's.b'],
        '1',
        '2',
      ),
    () =>
      body(
        `SELECT shop, {'a': n, 'b': v} AS s FROM ${table} UNION SELECT shop, {'a': n, 'b': n} FROM shops`,
        ['shop', 's.a', 's'],
        '1',
        '2',
      ),
    () =>
      body(
        `SELECT n FROM (SELECT upper(area), shop AS "upper(area)", n FROM ${table}) q`,
        ['"upper(area)"', 'q."upper(area)"', 'n'],
        '1',
      ),
    () =>
      body(
        `SELECT n FROM (SELECT upper(area), shop AS "upper(area)", n FROM shops) q`,
        ['q."upper(area)"'],
        '1',
      ),
    () =>
      body(
        `SELECT q.n AS z FROM (SELECT a.shop, b.shop, b.n FROM shops a JOIN shops b ON a.area = b.area) q`,
        ['shop', 'q.shop_1'],
        '1',
      ),
    () => body(`SELECT n % 2 AS z, n % 3 AS o FROM ${table}`, ['n % 2', 'n % 3', 'z'], '1', '2'),
    () =>
      body(
        `SELECT list(${x} ORDER BY ${choice.one(['1', '2', 'v'])})[1] AS z, ${y} AS k FROM ${table} GROUP BY k`,
        ['k'],
        '1',
        '2',
      ),
    () =>
      body(
        `SELECT ${x} AS z, row_number() OVER (ORDER BY ${choice.one(['1', '2'])}) AS r FROM ${table}`,
        ['z'],
        '1',
        '2',
      ),
    () =>
      body(
        `SELECT shop AS m, row_number() OVER (ORDER BY m) AS r FROM shops, (VALUES (1), (2)) t(m)`,
        ['m'],
        '1',
        '2',
      ),
    () => body(`SELECT n + 1 AS z, z + 1 AS o FROM ${table}`, ['n', 'z', 'o'], '1', '2'),
    () => body(`SELECT area FROM shops`, ['shop COLLATE NOCASE', '#1', 'area COLLATE NOCASE'], '1'),
    () => body(`SELECT *, 5 AS k FROM lots GROUP BY 1, 2, 3, 4, 5`, ['1', '2', '3', '4'], '1', '2', '3', '4'),
  ])();
}

/** Queries with a name, one of which may have another's. */
function defined(choice: Choice): Body {
  const one = choice.one([
    'c(area, shop, n) AS (SELECT shop, area, n FROM shops)',
    'c AS (SELECT shop, area, n FROM shops)',
    'c AS (SELECT shop, n, area FROM lots ORDER BY n LIMIT 3)',
    'c AS (SELECT shop, max(n) AS n, max(area) AS area FROM lots GROUP BY shop)',
    'shops AS (SELECT shop, area, n FROM lots), c AS (SELECT * FROM shops)',
    'c AS (SELECT * FROM shops), shops AS (SELECT n AS shop, area, n FROM lots)',
    'RECURSIVE c AS (SELECT shop, n, area FROM shops UNION ALL SELECT shop, n + 1, area FROM c WHERE n < 3)',
    'RECURSIVE c AS (SELECT shop, n, area FROM shops UNION SELECT area, n, area FROM c WHERE n < 3)',
    'RECURSIVE shops AS (SELECT area AS shop, area, n FROM lots UNION SELECT shop, r, n FROM (SELECT shop, n, CAST(row_number() OVER (ORDER BY shop) AS VARCHAR) AS r FROM shops) WHERE n < 3), c AS (FROM shops)',
    'RECURSIVE c(shop, n, area) USING KEY (shop) AS (SELECT shop, n, area FROM lots UNION SELECT shop, n, area FROM lots WHERE n < 2)',
  ]);
  const items = choice.some(['n', 'area', 'shop'], 1, 2);
  return {
    sql: `WITH ${one} SELECT ${items.join(', ')} FROM c`,
    names: items,
    order: ['shop', 'shop', 'c.shop', 'n', 'area'],
  };
}

const SHAPES = [dependent, dependent, dependent, starred, starred, several, named, named, named, defined];

/** Many do not bind: the engine says which. */
export const aroundSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), 2);
});
