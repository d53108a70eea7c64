// Which SELECTs are proved to be divisible by columns of `orders`, and which are not; test/laws/divisible.test.ts tries that the
// proof is right.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { createEmptyView, emptyTable } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { isDivisibleBy } from '../../lib/sql/divisible.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const TABLES = {
  orders: ['a', 'b', 'k', 'n'],
  places: ['a', 'k', 'n'],
  this_partition: ['month'],
};

async function isProved(sql: string, columns: readonly string[]): Promise<boolean> {
  return engine.session(async (session) => {
    for (const [table, names] of Object.entries(TABLES)) {
      const typed = names.map((name) => ({ name, type: /[kn]/.test(name) ? 'integer' : 'string' }) as const);
      await createEmptyView(session, table, { columns: typed, varied: [] });
    }
    const bound = await boundPlan(session, sql);
    if ('problem' in bound) throw new Error(bound.problem);
    return isDivisibleBy(bound.plan, emptyTable('orders'), columns);
  });
}

test.each([
  ['a', 'SELECT a, sum(n) AS n FROM orders GROUP BY a'],
  ['a b', 'SELECT b, a, count(*) AS n FROM orders WHERE n > 1 GROUP BY ALL HAVING n > 2 ORDER BY n'],
  ['A', 'SELECT count(*) AS n FROM orders GROUP BY a || b, A'],
  ['b', 'SELECT count(*) AS n FROM (SELECT * EXCLUDE (a), b AS a FROM orders) GROUP BY a'],
  ['k', 'SELECT CAST(k AS BIGINT) AS big, max(n) AS n FROM orders GROUP BY big'],
  ['a', 'SELECT a, k, count(*) AS n FROM orders GROUP BY GROUPING SETS ((a, k), (a))'],
  ['a', 'SELECT DISTINCT a, k FROM orders'],
  ['a', 'SELECT DISTINCT ON (a) a, k FROM orders ORDER BY ALL'],
  [
    'a',
    'SELECT a, rank() OVER (PARTITION BY a, k ORDER BY n) AS r, sum(n) OVER (PARTITION BY a) FROM orders',
  ],
  ['a', 'SELECT o.a, p.n FROM orders o JOIN places p ON o.k = p.k'],
  ['a', 'SELECT p.a, count(*) AS n FROM places p JOIN orders o USING (a) GROUP BY p.a'],
  ['a', 'SELECT o.a, p.n FROM orders o LEFT JOIN (SELECT k, sum(n) AS n FROM places GROUP BY k) p USING (k)'],
  ['a', 'SELECT o.a, p.n FROM places p RIGHT JOIN orders o USING (k)'],
  ['a', 'FROM orders SEMI JOIN places USING (k)'],
  ['a', 'FROM orders ANTI JOIN places USING (k)'],
  ['a', 'FROM orders WHERE k NOT IN (SELECT k FROM places)'],
  ['a', 'FROM orders WHERE a IN (SELECT a FROM orders WHERE n > 1) AND k IN (SELECT k FROM places)'],
  ['a', 'SELECT a, count(*) AS n FROM places WHERE a IN (SELECT a FROM orders) GROUP BY a'],
  ['a', 'FROM places SEMI JOIN orders USING (a, k)'],
  ['a', 'SELECT a, k FROM places p WHERE EXISTS (FROM orders o WHERE o.a = p.a AND o.n > p.n)'],
  ['a', 'SELECT a, (SELECT max(n) FROM places) AS n FROM orders, this_partition'],
  ['a', 'SELECT a, (SELECT max(n) FROM places p WHERE p.k = o.k) AS n FROM orders o'],
  ['a', 'SELECT a, (SELECT count(*) FROM orders p WHERE p.a = o.a) AS n FROM orders o'],
  ['a', 'FROM orders o WHERE NOT EXISTS (FROM orders p WHERE p.a = o.a AND p.n > o.n)'],
  [
    'a',
    'SELECT a, l.n FROM orders o, LATERAL (SELECT n FROM orders p WHERE p.a = o.a ORDER BY ALL LIMIT 1) l',
  ],
  ['a', 'SELECT a, unnest([k, n]) AS n FROM orders'],
  ['a', 'SELECT a, u FROM orders, unnest([a, b]) t(u)'],
  ['a', 'SELECT o.a, p.n FROM orders o ASOF LEFT JOIN places p ON o.n >= p.n'],
  ['a', 'SELECT o.a, p.n FROM orders o, orders p WHERE o.k = p.k AND p.a = o.a'],
  ['a', 'SELECT o.a, p.n FROM orders o LEFT JOIN orders p ON o.a IS NOT DISTINCT FROM p.a AND o.n < p.n'],
  ['a b', 'SELECT o.n, p.n AS m FROM orders o JOIN orders p ON o.a = p.a AND o.b = p.b'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o FULL JOIN orders p ON o.a = p.a AND o.k = p.k'],
  [
    'a',
    'WITH t AS (SELECT a, sum(n) AS n FROM orders GROUP BY a) SELECT o.k, t.n FROM orders o JOIN t USING (a)',
  ],
  ['a', 'SELECT a, k FROM orders UNION ALL SELECT b, n FROM orders'],
  ['a', 'SELECT a, k FROM orders UNION SELECT a, n FROM orders UNION SELECT a, 1 FROM orders'],
  ['a', 'SELECT a, k FROM orders EXCEPT ALL SELECT a, k FROM places'],
  ['a', 'SELECT a, k FROM places INTERSECT SELECT a, k FROM orders'],
])('by %s: %s', async (columns, sql) => {
  expect(await isProved(sql, columns.split(' '))).toBe(true);
});

test.each([
  ['', 'SELECT a FROM orders'],
  ['a', 'SELECT a FROM places'],
  ['a', 'SELECT a FROM places WHERE n > (SELECT max(n) FROM orders)'],
  ['a', 'SELECT count(*) AS n FROM (SELECT * EXCLUDE (a), b AS a FROM orders) GROUP BY a'],
  ['a', 'SELECT count(*) AS n FROM orders'],
  ['a', 'SELECT k, count(*) AS n FROM orders GROUP BY k'],
  ['a b', 'SELECT a, count(*) AS n FROM orders GROUP BY a'],
  ['a', 'SELECT upper(a) AS a, count(*) AS n FROM orders GROUP BY 1'],
  ['a', 'SELECT a COLLATE NOCASE AS a, count(*) AS n FROM orders GROUP BY 1'],
  ['a', 'SELECT DISTINCT a COLLATE NOCASE AS a FROM orders'],
  ['a', 'SELECT a COLLATE NOCASE AS a FROM orders EXCEPT ALL SELECT a FROM orders'],
  ['a', 'SELECT a COLLATE NOCASE AS a FROM places INTERSECT ALL SELECT a FROM orders'],
  ['k', 'SELECT CAST(k AS DOUBLE) AS k, count(*) AS n FROM orders GROUP BY 1'],
  ['k', 'SELECT TRY_CAST(CAST(k AS BIGINT) AS INTEGER) AS k, count(*) AS n FROM orders GROUP BY 1'],
  ['a', 'SELECT a, k, count(*) AS n FROM orders GROUP BY ROLLUP (a, k)'],
  ['a', 'SELECT a, k, count(*) AS n FROM orders GROUP BY GROUPING SETS ((a, k), (k))'],
  ['a', 'SELECT a, count(*) FROM (SELECT a, k FROM orders GROUP BY GROUPING SETS ((a, k), (k))) GROUP BY a'],
  ['a', 'SELECT DISTINCT k FROM orders'],
  ['a', 'SELECT DISTINCT ON (k) a, k FROM orders ORDER BY ALL'],
  ['a', 'SELECT a, rank() OVER (ORDER BY n) AS r FROM orders'],
  ['a', 'SELECT a, sum(n) OVER (PARTITION BY a) AS n, max(n) OVER (PARTITION BY k) AS m FROM orders'],
  ['a', 'SELECT a FROM orders ORDER BY ALL LIMIT 3'],
  ['a', 'SELECT a FROM orders USING SAMPLE reservoir(3 ROWS) REPEATABLE (1)'],
  ['a', 'SELECT p.a, o.n FROM places p LEFT JOIN orders o USING (a)'],
  ['a', 'SELECT o.n FROM places p FULL JOIN orders o USING (a)'],
  ['a', 'FROM places ANTI JOIN orders USING (a)'],
  ['a', 'FROM places WHERE k IN (SELECT k FROM orders)'],
  ['a', 'SELECT a, a IN (SELECT a FROM orders) AS known FROM places'],
  ['a', 'FROM orders WHERE a IN (SELECT a FROM orders WHERE n > 1) OR n > 2'],
  ['a', 'FROM places SEMI JOIN orders USING (k)'],
  ['a', 'FROM orders WHERE a NOT IN (SELECT a FROM orders WHERE n > 1)'],
  ['a', 'SELECT a, (SELECT max(n) FROM orders) AS n FROM orders'],
  ['a', 'SELECT a, (SELECT max(n) FROM orders p WHERE p.k = o.k) AS n FROM orders o'],
  ['a', 'SELECT a, (SELECT count(*) FROM orders p WHERE p.a = o.b) AS n FROM orders o'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o, orders p'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o JOIN orders p ON o.a = p.b'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o JOIN orders p ON o.a = p.a OR o.k = p.k'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o JOIN orders p ON o.a COLLATE NOCASE = p.a'],
  ['a b', 'SELECT o.n, p.n AS m FROM orders o JOIN orders p ON o.a = p.a'],
  ['a', 'SELECT p.a, count(*) AS n FROM orders o LEFT JOIN orders p ON o.a = p.a AND o.n < p.n GROUP BY p.a'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o ASOF JOIN orders p ON o.n >= p.n WHERE o.a = p.a'],
  ['a', 'SELECT o.n, p.n AS m FROM orders o POSITIONAL JOIN orders p'],
  ['a', 'WITH o AS MATERIALIZED (FROM orders) SELECT o.n FROM o JOIN o AS p ON o.k = p.k'],
  ['a', 'SELECT a, k FROM orders UNION ALL SELECT a, k FROM places'],
  ['a', 'SELECT a, k FROM orders UNION SELECT b, k FROM orders'],
  ['a', 'SELECT a FROM orders UNION SELECT a FROM orders UNION SELECT b FROM orders'],
  ['a', 'SELECT a, count(*) AS n FROM (SELECT a FROM orders UNION ALL SELECT b FROM orders) GROUP BY a'],
  ['a', 'SELECT a, k FROM places EXCEPT SELECT a, k FROM orders'],
  ['a', 'SELECT k FROM orders INTERSECT ALL SELECT k FROM orders'],
  ['a', 'SELECT k, n FROM summary((SELECT k, n FROM orders))'],
  ['a', 'WITH RECURSIVE r AS (SELECT a, 0 AS i FROM orders UNION SELECT a, i + 1 FROM r WHERE i < 2) FROM r'],
])('not by %s: %s', async (columns, sql) => {
  expect(await isProved(sql, columns.split(' ').filter(Boolean))).toBe(false);
});
