// Random SELECTs whose rows tie in a window, an aggregate or an ASOF JOIN, where something else of the SELECT may tell them
// apart: an alias, QUALIFY, a LIMIT, a frame, a sort around the call. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { Choice, type Keyed } from './random-choice.ts';

const COLUMNS = ['shop', 'area', 'n', 'v'];
const FRAMES: readonly string[] = [
  'ROWS UNBOUNDED PRECEDING',
  'ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING',
  'ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
  'RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
  'GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW',
];

type Parts = {
  readonly table: string;
  readonly x: string;
  readonly y: string;
  /** An order: of a key of `stock`, or of one column. */
  readonly by: string;
  readonly one: <T>(items: readonly T[]) => T;
};

/** The whole SELECT; those without a LIMIT have all their rows compared. */
const SHAPES: readonly ((parts: Parts) => string)[] = [
  ({ x, y, by, table }) => `SELECT ${y}, lead(${x}) OVER (ORDER BY ${by}) FROM ${table}`,
  ({ x, by, table, one }) =>
    `SELECT ${one(['lead', 'lag', 'last_value', 'first_value'])}(${x}) OVER (ORDER BY ${by}) FROM ${table}`,
  ({ x, by, table }) => `SELECT nth_value(${x}, 2) OVER (ORDER BY ${by}) FROM ${table}`,
  ({ x, y, by, table, one }) =>
    `SELECT ${y}, ${one(['max', 'count', 'mode', 'list', 'min'])}(${x}) OVER (ORDER BY ${by} ${one(FRAMES)}) FROM ${table}`,
  ({ x, by, table, one }) => `SELECT ${x}, count(*) OVER (ORDER BY ${by} ${one(FRAMES)}) FROM ${table}`,
  ({ x, y, by, table, one }) =>
    `SELECT ${y}, ${one(['rank', 'dense_rank', 'cume_dist'])}(ORDER BY ${x}) OVER (ORDER BY ${by} ${one(FRAMES)}) FROM ${table}`,
  ({ x, by, table, one }) =>
    `SELECT ${x} FROM ${table} QUALIFY row_number() OVER (ORDER BY ${by}) <= ${one([3, 4])} AND ${one(['n = 1', 'v > 1', 'n IS NULL', "area = 'a0'"])}`,
  ({ x, by, one }) =>
    `SELECT ${one(['shop', x])}, row_number() OVER (ORDER BY ${by}) AS r FROM stock ORDER BY ${one(['shop, n', 'n, shop', 'n DESC, shop'])} LIMIT ${one([2, 3])}`,
  ({ by, one }) =>
    `SELECT DISTINCT ON (${one(['shop', 'n'])}) ${one(['n', 'shop'])}, row_number() OVER (ORDER BY ${by}) AS r FROM stock WHERE v IS NOT NULL ORDER BY ${one(['n', 'n DESC', 'shop DESC', 'shop'])}`,
  ({ x, by, one }) =>
    `SELECT DISTINCT ON (${one(['shop', 'n'])}) shop, ${x} FROM stock ORDER BY ${by} ${one(['OFFSET 1', 'OFFSET 2', 'LIMIT 2', ''])}`,
  ({ x, y, table, one }) =>
    `SELECT ${x} AS ${y}, ${one(['any_value', 'first'])}(${y}) AS z FROM ${table} GROUP BY ${table}.${x}`,
  ({ x, y, table, one }) =>
    `SELECT ${x} AS ${y}, ${one(['any_value', 'first'])}(${one([x, y])} ORDER BY ${x}) AS z FROM ${table} GROUP BY ${x}`,
  ({ x, table, one }) =>
    `SELECT ${one(['list_transform(list(C), lambda i: i)[1]', 'list_filter(list(C), lambda i: true)[1]', 'list_transform(list(C), lambda i: 1)', 'list_sort(first([C, C]))', 'list_sort(any_value([v, n]))', 'len(list(C))', 'list_sort(list(C))[1]']).replaceAll('C', x)} FROM ${table}`,
  ({ x, table, one }) =>
    `SELECT area, ${one(['arg_min', 'arg_max'])}(${x}, ${one(['n + v', 'concat(n, v)', '(n, v)', '[n, v]', 'coalesce(n, v)', '(n, shop)'])}) FROM ${table} GROUP BY area`,
  ({ x, table, one }) => `SELECT reservoir_quantile(${one(['n', 'v', x])}, 0.5, 1) FROM ${table}`,
  ({ x, y, one }) =>
    `SELECT a.shop, a.n, b.${x} FROM stock a ASOF JOIN ${one(['lots', 'stock'])} b ON a.${y} = b.${y} AND a.n >= b.${one(['n', 'v'])}`,
  ({ x, y, one }) =>
    `SELECT a.shop, a.n, b.${x} FROM stock a ASOF JOIN ${one(['lots', 'stock'])} b USING (${y}, ${one(['n', 'v'])})`,
  ({ x, one }) =>
    `SELECT DISTINCT ${one(['', 'n, '])}unnest({'a': ${x}, 'b': ${one(['n', 'v', 'shop'])}}) FROM lots`,
  ({ x }) => `SELECT a.shop, b.${x} FROM shops a POSITIONAL JOIN stock b`,
  ({ table, one }) =>
    `SELECT ${one(['max(x COLLATE NOCASE)', 'min(x COLLATE NOCASE)', 'DISTINCT x COLLATE NOCASE', 'max(x)', 'max(lower(x))'])} AS m FROM (SELECT CASE WHEN n = 1 THEN upper(shop) ELSE shop END AS x FROM ${table}) AS q`,
  ({ one }) =>
    `SELECT ${one(['5', '1', 'n'])} AS k, #${one([1, 2])} AS z FROM stock ORDER BY #${one([1, 2])} LIMIT 1`,
  ({ by, one }) =>
    `WITH RECURSIVE shops AS (SELECT ${one(['area AS shop, shop AS area', 'shop, area'])}, 0 AS k FROM stock UNION ALL SELECT shop, area || row_number() OVER (ORDER BY ${one(['shop', 'shop, area', by.includes('v') ? 'k' : by.replace('n', 'shop')])}), k + 1 FROM shops WHERE k < 1) SELECT shop, area, k FROM shops`,
  ({ x, one }) =>
    `WITH RECURSIVE c(shop, n) USING KEY (shop) AS (SELECT shop, n FROM stock WHERE n = 1 UNION SELECT c.shop, s.n FROM c JOIN stock s ON s.${one(['shop', 'n'])} = c.${one(['shop', 'n'])} WHERE s.n <> c.n AND c.n = 1) SELECT ${x} FROM c`,
];

/** Many do not bind: the engine says which. */
export const tiedSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  const parts: Parts = {
    table: choice.one(['lots', 'stock', 'stock']),
    x: choice.one(COLUMNS),
    y: choice.one(COLUMNS),
    by: choice.one(['shop', 'n', 'area', 'v', 'shop, n', 'n DESC', 'shop, n']),
    one: (items) => choice.one(items),
  };
  return { sql: choice.one(SHAPES)(parts), unties: [] };
});
