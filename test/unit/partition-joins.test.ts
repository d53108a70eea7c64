// Which SELECTs are proved to join `orders` by the month of `visits`, and which are not; test/laws/partition-joins.test.ts tries that
// the proof is right.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { createEmptyView, emptyTable } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { isJoinedBy } from '../../lib/sql/partition-joins.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const TABLES = {
  visits: ['month', 'k', 'n'],
  orders: ['month', 'k', 'n'],
  places: ['month', 'k'],
  this_partition: ['month'],
};

async function isProved(sql: string): Promise<boolean> {
  return engine.session(async (session) => {
    for (const [table, names] of Object.entries(TABLES)) {
      const columns = names.map((name) => ({ name, type: name === 'n' ? 'integer' : 'string' }) as const);
      await createEmptyView(session, table, { columns, varied: [] });
    }
    const bound = await boundPlan(session, sql);
    if ('problem' in bound) throw new Error(bound.problem);
    const month = (table: string) => ({ table: emptyTable(table), column: 'month' });
    return isJoinedBy(bound.plan, month('orders'), [month('visits'), month('this_partition')]);
  });
}

test.each([
  'SELECT v.month, o.n FROM visits v JOIN orders o ON v.month = o.month',
  'SELECT v.month, o.n FROM visits v JOIN orders o ON o.month IS NOT DISTINCT FROM v.month AND o.n > v.n',
  'SELECT month, orders.n FROM visits LEFT JOIN orders USING (month, k)',
  'SELECT month FROM visits NATURAL JOIN orders',
  'SELECT month, o.n FROM orders o RIGHT JOIN visits v USING (month)',
  'SELECT v.month FROM visits v, orders o WHERE o.k = v.k AND v.month = o.month',
  'SELECT v.month FROM orders o LEFT JOIN visits v USING (month) WHERE v.month = o.month',
  'SELECT v.month FROM visits v FULL JOIN orders o ON o.k = v.k WHERE o.month = v.month',
  'SELECT month FROM visits SEMI JOIN orders USING (month)',
  'SELECT month FROM visits ANTI JOIN orders USING (month, k)',
  'SELECT v.month, o.k FROM visits v ASOF LEFT JOIN orders o ON v.month = o.month AND v.n >= o.n',
  'SELECT month FROM visits v WHERE NOT EXISTS (FROM orders o WHERE o.month = v.month)',
  'SELECT month FROM visits v WHERE k NOT IN (SELECT k FROM orders o WHERE o.month = v.month)',
  'SELECT month, (SELECT max(n) FROM orders o WHERE o.month = v.month AND o.k = v.k) AS n FROM visits v',
  'SELECT month, l.n FROM visits v, LATERAL (SELECT n FROM orders o WHERE o.month = v.month ORDER BY ALL LIMIT 1) l',
  'WITH o AS (SELECT month, sum(n) AS n FROM orders GROUP BY month) SELECT v.month, o.n FROM visits v LEFT JOIN o USING (month)',
  'SELECT v.month, o.r FROM visits v JOIN (SELECT month, rank() OVER (PARTITION BY month, k ORDER BY n) AS r FROM orders) o USING (month)',
  'SELECT v.month FROM visits v JOIN (FROM orders UNION ALL FROM visits) o USING (month)',
  'SELECT v.month FROM visits v JOIN places p USING (month) JOIN orders o ON o.month = p.month',
  'SELECT v.month FROM visits v JOIN (SELECT a.month FROM orders a JOIN orders b ON a.month = b.month) o USING (month)',
  'SELECT v.month, o.n FROM visits v, this_partition p, orders o WHERE o.month = p.month',
  'SELECT month, n FROM visits',
])('%s is proved', async (sql) => {
  expect(await isProved(sql)).toBe(true);
});

test.each([
  'SELECT v.month, o.n FROM visits v JOIN orders o ON v.k = o.k',
  "SELECT v.month, o.n FROM visits v JOIN orders o ON v.month = o.month || ''",
  'SELECT v.month, o.n FROM visits v JOIN orders o ON v.month = o.month OR v.k = o.k',
  'SELECT v.month, o.n FROM visits v JOIN orders o ON v.month <= o.month',
  'SELECT v.month, o.n FROM visits v JOIN orders o ON v.month = o.k AND v.k = o.month',
  'SELECT v.month, o.n FROM visits v LEFT JOIN orders o ON v.k = o.k',
  'SELECT month, o.n FROM orders o LEFT JOIN visits v USING (month)',
  'SELECT month, o.n FROM visits v FULL JOIN orders o USING (month)',
  'SELECT o.month FROM orders o LEFT JOIN visits v USING (month) WHERE v.month IS NOT DISTINCT FROM o.month',
  'SELECT month FROM visits SEMI JOIN orders USING (k)',
  'SELECT month FROM visits WHERE (month, k) NOT IN (SELECT month, k FROM orders)',
  'SELECT month FROM visits WHERE k IN (SELECT k FROM orders)',
  'SELECT month, (SELECT max(n) FROM orders) AS n FROM visits',
  'SELECT month, (SELECT max(n) FROM orders o WHERE o.month <> v.month) AS n FROM visits v',
  'WITH o AS (SELECT max(month) AS month, k FROM orders GROUP BY k) SELECT v.month FROM visits v JOIN o USING (month)',
  'SELECT v.month FROM visits v JOIN (SELECT month, k FROM orders GROUP BY ROLLUP (month, k)) o USING (month)',
  'SELECT v.month FROM visits v JOIN (FROM orders ORDER BY ALL LIMIT 5) o USING (month)',
  'SELECT v.month FROM visits v JOIN (SELECT DISTINCT ON (k) month, k FROM orders ORDER BY ALL) o USING (month)',
  'SELECT v.month, o.r FROM visits v JOIN (SELECT month, rank() OVER (ORDER BY n) AS r FROM orders) o USING (month)',
  'SELECT v.month FROM visits v JOIN (SELECT DISTINCT month COLLATE NOCASE AS text FROM orders) o ON v.month = o.text COLLATE C',
  'SELECT v.month FROM visits v JOIN (SELECT month, k FROM orders UNION ALL SELECT k, month FROM orders) o USING (month)',
  'SELECT v.month, (SELECT count(*) FROM orders) AS n FROM visits v JOIN orders o USING (month)',
  'WITH o AS (FROM orders) SELECT v.month FROM visits v JOIN o USING (month) JOIN o AS p ON p.k = v.k',
  'WITH RECURSIVE r AS (SELECT month, 0 AS i FROM visits UNION SELECT o.month, i + 1 FROM r JOIN orders o USING (month) WHERE i < 2) FROM r',
])('%s is not', async (sql) => {
  expect(await isProved(sql)).toBe(false);
});
