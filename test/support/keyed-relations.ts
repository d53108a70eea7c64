// Small tables with keys, full of NULLs and of texts that are equal as numbers, and relations over them that have keys, or
// look as if they had.

/** Full of NULLs and of texts that are equal as numbers; `key` has none. Some rows of `lots` are there twice. */
export const KEYED_TABLES = {
  lots: {
    columns: { shop: 'string', area: 'string', n: 'long', v: 'long' },
    key: undefined,
    rows: `SELECT CASE WHEN i % 5 < 4 THEN 's' || i % 5 END AS shop, CASE WHEN i % 3 < 2 THEN 'a' || i % 2 END AS area,
      CASE WHEN i % 4 < 3 THEN i % 4 END AS n, i % 7 AS v FROM (SELECT i % 15 AS i FROM range(20) r(i))`,
  },
  shops: {
    columns: { shop: 'string', area: 'string', n: 'long' },
    key: ['shop'],
    rows: `SELECT 's' || i AS shop, CASE WHEN i % 3 < 2 THEN 'a' || i % 2 END AS area, CASE WHEN i % 4 < 3 THEN i % 4 END AS n
      FROM range(6) r(i)`,
  },
  stock: {
    columns: { shop: 'string', n: 'long', v: 'long', area: 'string' },
    key: ['shop', 'n'],
    rows: `SELECT 's' || i AS shop, j AS n, CASE WHEN (i + j) % 3 > 0 THEN (i + j) % 3 END AS v, 'a' || (i + j) % 2 AS area
      FROM range(4) r(i), range(3) s(j)`,
  },
  codes: {
    columns: { code: 'string', n: 'long', shop: 'string' },
    key: ['code'],
    rows: `SELECT code, CASE WHEN n < 2 THEN n END AS n, 's' || n AS shop
      FROM (VALUES ('0', 0), ('00', 1), ('1', 2), ('01', 3), ('001', 0), ('2', 1)) t(code, n)`,
  },
} as const;

export type Relation = { readonly sql: string; readonly columns: readonly string[] };

export const BASES: readonly Relation[] = [
  ...Object.entries(KEYED_TABLES).map(([sql, { columns }]) => ({ sql, columns: Object.keys(columns) })),
  { sql: 'shops', columns: ['shop', 'area', 'n'] },
  { sql: 'stock', columns: ['shop', 'n', 'v', 'area'] },
];

export const DERIVED: readonly Relation[] = [
  { sql: '(SELECT area, sum(v) AS v FROM lots GROUP BY area)', columns: ['area', 'v'] },
  { sql: '(SELECT shop, n, count(*) AS v FROM lots GROUP BY shop, n)', columns: ['shop', 'n', 'v'] },
  {
    sql: '(SELECT shop, area, max(v) AS v FROM stock JOIN shops USING (shop) GROUP BY shop, area)',
    columns: ['shop', 'v'],
  },
  {
    sql: '(SELECT area, n, count(*) AS v FROM shops GROUP BY ROLLUP (area, n))',
    columns: ['area', 'n', 'v'],
  },
  { sql: '(SELECT shop, n, sum(v) AS v FROM stock GROUP BY ROLLUP (shop, n))', columns: ['shop', 'n', 'v'] },
  {
    sql: '(SELECT shop, area, count(*) AS v FROM shops GROUP BY GROUPING SETS ((shop), (area)))',
    columns: ['shop', 'area', 'v'],
  },
  { sql: '(SELECT DISTINCT area, n FROM shops)', columns: ['area', 'n'] },
  { sql: '(SELECT DISTINCT shop, area FROM shops)', columns: ['shop', 'area'] },
  {
    sql: '(SELECT DISTINCT ON (area) area, shop, n FROM shops ORDER BY area, shop)',
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: '(SELECT DISTINCT ON (n, area) n, area AS a, v FROM lots ORDER BY n, area, v)',
    columns: ['n', 'v'],
  },
  { sql: '(SELECT shop, n, v FROM stock WHERE n = 1)', columns: ['shop', 'n', 'v'] },
  { sql: "(SELECT shop, n FROM codes WHERE code = '1')", columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n, code FROM codes WHERE code = 1)', columns: ['shop', 'n', 'code'] },
  { sql: "(SELECT shop, n FROM stock WHERE shop = 's1' OR n = 1)", columns: ['shop', 'n'] },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'b', shop, count(*) FROM stock GROUP BY shop)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'a', shop, count(*) FROM stock GROUP BY shop)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'b', shop, v FROM lots)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n AS v FROM stock UNION ALL SELECT 'b', shop, n FROM shops)",
    columns: ['area', 'shop', 'v'],
  },
  { sql: '(SELECT shop, n FROM shops UNION SELECT shop, v FROM stock)', columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n FROM shops UNION ALL SELECT shop, v FROM stock)', columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n FROM stock EXCEPT ALL SELECT shop, n FROM shops)', columns: ['shop', 'n'] },
  { sql: "(SELECT 1 AS n, 'a' || count(*) AS area FROM shops)", columns: ['n', 'area'] },
  { sql: '(SELECT shop, n, coalesce(area, shop) AS area FROM shops)', columns: ['shop', 'n', 'area'] },
  { sql: '(SELECT shop, upper(area) AS area, n FROM shops)', columns: ['shop', 'area', 'n'] },
  {
    sql: "(SELECT shop, concat('x', area) AS area, coalesce(n, NULL) AS n FROM shops)",
    columns: ['shop', 'area', 'n'],
  },
  { sql: '(SELECT code, coalesce(n + NULL, code) AS n, shop FROM codes)', columns: ['code', 'n', 'shop'] },
  { sql: '(SELECT shop, n, unnest([1, 2]) AS v FROM stock)', columns: ['shop', 'n', 'v'] },
  {
    sql: "(SELECT 'a' AS area, CAST(n AS DECIMAL(38, 0)) AS n, shop FROM stock WHERE shop = 's1' UNION ALL SELECT 'b', CAST(n * 0.4 AS DECIMAL(38, 20)), max(shop) FROM stock GROUP BY 2)",
    columns: ['area', 'n', 'shop'],
  },
  {
    sql: '(SELECT r.shop, s.area, r.n, r.v FROM stock r LEFT JOIN shops s ON r.shop = s.shop)',
    columns: ['shop', 'area', 'n', 'v'],
  },
];

/** `outer`: the name of a relation before it. */
export const lateral = (outer: string): readonly Relation[] => [
  {
    sql: `LATERAL (SELECT x.shop, x.n + coalesce(${outer}.n, 7) AS n, x.area FROM shops x)`,
    columns: ['shop', 'n', 'area'],
  },
  { sql: `(SELECT max(x.v) AS v FROM stock x WHERE x.shop = ${outer}.shop)`, columns: ['v'] },
  { sql: `(SELECT ${outer}.n AS n, x.shop FROM shops x WHERE x.n = ${outer}.n)`, columns: ['n', 'shop'] },
];
