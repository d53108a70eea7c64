// Random SELECTs that join a driving table `o` with a table `s` by partition and otherwise, and with a table `x`. Every
// relation in them has the columns month, k and n, so that any of them can be put into any other.
import fc from 'fast-check';

/** `month` is the partition column of `o` and `s`. */
export const TABLES = {
  o: { month: 'string', k: 'integer', n: 'integer' },
  s: { month: 'string', k: 'integer', n: 'integer' },
  x: { month: 'string', k: 'integer', n: 'integer' },
  this_partition: { month: 'string' },
} as const;

const LEAVES = [
  'SELECT month, k, n FROM o',
  'SELECT * FROM o',
  'SELECT month, k, n FROM s',
  'SELECT * FROM s',
  'SELECT month, k, n + 1 AS n FROM s WHERE n > 1',
  'SELECT month, k, n FROM x',
  'SELECT month, 1 AS k, 0 AS n FROM this_partition',
];

type Wrap = (inner: string) => string;
const WRAPS: readonly Wrap[] = [
  (r) => `SELECT * FROM (${r}) WHERE n > 1`,
  (r) => `SELECT DISTINCT month, k, n FROM (${r})`,
  (r) => `SELECT month, k, CAST(sum(n) AS INTEGER) AS n FROM (${r}) GROUP BY month, k`,
  (r) => `SELECT month, max(k) AS k, CAST(count(*) AS INTEGER) AS n FROM (${r}) GROUP BY month`,
  (r) => `SELECT max(month) AS month, k, CAST(count(*) AS INTEGER) AS n FROM (${r}) GROUP BY k`,
  (r) => `SELECT max(month) AS month, max(k) AS k, CAST(count(*) AS INTEGER) AS n FROM (${r})`,
  (r) => `SELECT month, k, CAST(count(*) AS INTEGER) AS n FROM (${r}) GROUP BY ROLLUP (month, k)`,
  (r) =>
    `SELECT month, k, CAST(count(*) AS INTEGER) AS n FROM (${r}) GROUP BY GROUPING SETS ((month, k), (month))`,
  (r) => `SELECT month, k, CAST(sum(n) OVER (PARTITION BY month) AS INTEGER) AS n FROM (${r})`,
  (r) => `SELECT month, k, CAST(sum(n) OVER (PARTITION BY k) AS INTEGER) AS n FROM (${r})`,
  (r) => `SELECT month, k, CAST(rank() OVER (PARTITION BY month, k ORDER BY n) AS INTEGER) AS n FROM (${r})`,
  (r) => `SELECT * FROM (${r}) QUALIFY rank() OVER (ORDER BY n, k) < 3`,
  (r) => `SELECT * FROM (${r}) ORDER BY ALL LIMIT 2`,
  (r) => `SELECT DISTINCT ON (month) month, k, n FROM (${r}) ORDER BY ALL`,
  (r) => `SELECT DISTINCT ON (k) month, k, n FROM (${r}) ORDER BY ALL`,
  (r) => `SELECT month || '' AS month, k, n FROM (${r})`,
  (r) => `SELECT coalesce(month, 'a') AS month, k, n FROM (${r})`,
  (r) => `SELECT CASE WHEN n > 2 THEN month END AS month, k, n FROM (${r})`,
  (r) => `SELECT chr(96 + k) AS month, k, n FROM (${r})`,
  (r) => `SELECT month, unnest([k, n]) AS k, n FROM (${r})`,
  (r) => `SELECT month, u AS k, n FROM (${r}), unnest([k, n]) t(u)`,
  (r) => `SELECT month, i AS k, n FROM (${r}), range(2) t(i)`,
  (r) => `SELECT month, k, n FROM (${r}) UNION ALL SELECT month, n, k FROM (${r})`,
  (r) => `SELECT month, k, n FROM (${r}) UNION ALL SELECT chr(96 + k), k, n FROM (${r})`,
  (r) => `SELECT month, k, n FROM (${r}) UNION SELECT month, k, n FROM x`,
  (r) => `SELECT month, k, n FROM x UNION ALL SELECT * FROM (${r})`,
  (r) => `SELECT month, k, n FROM (${r}) EXCEPT SELECT month, k, n FROM s WHERE n > 1`,
  (r) => `SELECT month, k, n FROM x EXCEPT SELECT chr(96 + k), k, n FROM (${r})`,
  (r) =>
    `SELECT month, k, n FROM (${r}) UNION ALL SELECT a.month, b.k, b.n FROM (${r}) a, (${r}) b WHERE a.k = b.k`,
  (r) => `WITH c AS (${r}) SELECT * FROM c UNION ALL (SELECT * FROM c WHERE n > 1)`,
];

const CONDITIONS = [
  'l.month = r.month',
  'r.month = l.month AND l.k = r.k',
  'l.month = r.month AND l.n > r.n',
  'l.month IS NOT DISTINCT FROM r.month',
  'r.month IS NOT DISTINCT FROM l.month',
  'r.month IS NOT DISTINCT FROM l.month AND l.n > r.n',
  'l.k = r.k AND l.month IS NOT DISTINCT FROM r.month',
  'l.k = r.k',
  'l.month = r.month OR l.k = r.k',
  'upper(l.month) = upper(r.month)',
  'l.month <= r.month',
  "l.month = r.month AND r.month = 'a'",
  'NOT l.month <> r.month',
  'l.month IN (r.month)',
  'r.month = (SELECT month FROM this_partition)',
  'true',
];
const JOINS = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'SEMI JOIN', 'ANTI JOIN'];
const MONTHS = ['l.month', 'r.month', 'coalesce(l.month, r.month)', 'coalesce(r.month, l.month)'];
const WHERES = [
  '',
  '',
  '',
  ' WHERE l.month = r.month',
  ' WHERE l.month IS NOT DISTINCT FROM r.month',
  ' WHERE r.k > 0',
];

const SUM = 'CAST(coalesce(l.n, 0) + coalesce(r.n, 0) AS INTEGER) AS n';
type Pair = (left: string, right: string, on: string, month: string) => string;
const SUBQUERIES: readonly Pair[] = [
  (l, r, on) => `SELECT * FROM (${l}) l WHERE EXISTS (FROM (${r}) r WHERE ${on})`,
  (l, r, on) => `SELECT * FROM (${l}) l WHERE NOT EXISTS (FROM (${r}) r WHERE ${on})`,
  (l, r, on) => `SELECT * FROM (${l}) l WHERE k IN (SELECT r.k FROM (${r}) r WHERE ${on})`,
  (l, r, on) => `SELECT * FROM (${l}) l WHERE k NOT IN (SELECT r.k FROM (${r}) r WHERE ${on})`,
  (l, r) => `SELECT * FROM (${l}) l WHERE (month, k) IN (SELECT r.month, r.k FROM (${r}) r)`,
  (l, r) => `SELECT * FROM (${l}) l WHERE (month, k) NOT IN (SELECT r.month, r.k FROM (${r}) r)`,
  (l, r, on) => `SELECT month, k, (SELECT max(r.n) FROM (${r}) r WHERE ${on}) AS n FROM (${l}) l`,
  (l, r, on) => `SELECT month, k, (SELECT DISTINCT r.k FROM (${r}) r WHERE ${on}) AS n FROM (${l}) l`,
  (l, r, on, month) =>
    `SELECT ${month} AS month, l.k, r.n FROM (${l}) l, LATERAL (SELECT * FROM (${r}) r WHERE ${on} ORDER BY ALL LIMIT 1) r`,
  (l, r, on, month) =>
    `SELECT ${month} AS month, l.k, r.n FROM (${l}) l LEFT JOIN LATERAL (SELECT max(month) AS month, max(n) AS n FROM (${r}) r WHERE ${on}) r ON true`,
];
const OTHERS: readonly Pair[] = [
  (l, r, on, month) => `SELECT ${month} AS month, l.k, ${SUM} FROM (${l}) l, (${r}) r WHERE ${on}`,
  (l, r) => `SELECT month, l.k, ${SUM} FROM (${l}) l LEFT JOIN (${r}) r USING (month)`,
  (l, r) => `SELECT month, k, ${SUM} FROM (${l}) l JOIN (${r}) r USING (month, k)`,
  (l, r) => `SELECT month, k, ${SUM} FROM (${l}) l FULL JOIN (${r}) r USING (month, k)`,
  (l, r) => `SELECT month, k, n FROM (${l}) l NATURAL JOIN (SELECT DISTINCT month, k FROM (${r})) r`,
  (l, r) =>
    `SELECT l.month, l.k, r.k AS n FROM (${l}) l ASOF JOIN (SELECT month, n, max(k) AS k FROM (${r}) GROUP BY ALL) r ON l.month = r.month AND l.n >= r.n`,
  (l, r) =>
    `SELECT l.month, l.k, r.k AS n FROM (${l}) l ASOF LEFT JOIN (SELECT month, n, max(k) AS k FROM (${r}) GROUP BY ALL) r ON l.n >= r.n`,
  (l, r, _, month) =>
    `SELECT ${month} AS month, l.k, r.k AS n FROM (${l}) l ASOF JOIN (SELECT month, n, max(k) AS k FROM (${r}) GROUP BY ALL) r ON l.n >= r.n WHERE l.month = r.month`,
  (l, r) => `SELECT month, k, n FROM (${l}) UNION ALL SELECT month, k, n FROM (${r})`,
  (l, r) => `SELECT month, k, n FROM (${l}) UNION SELECT month, k, n FROM (${r})`,
  (l, r) => `SELECT month, k, n FROM (${l}) EXCEPT SELECT month, k, n FROM (${r})`,
  (l, r) => `SELECT month, k, n FROM (${l}) INTERSECT SELECT month, k, n FROM (${r})`,
  (l, r) => `SELECT month, k, n FROM (${l}) UNION ALL SELECT 'b', k, n FROM (${r})`,
  (l, r, on) =>
    `WITH c AS MATERIALIZED (${r}) SELECT l.month, l.k, ${SUM} FROM (${l}) l LEFT JOIN c r ON ${on} LEFT JOIN c AS q ON q.month = l.month`,
  (l, r, on) =>
    `WITH c AS (${r}) SELECT l.month, l.k, ${SUM} FROM c l JOIN c r ON ${on} WHERE EXISTS (FROM (${l}) q WHERE q.month = l.month)`,
  (l, r, on) =>
    `WITH RECURSIVE c AS (SELECT month, k, 0 AS n FROM (${l}) UNION SELECT l.month, r.k, l.n + 1 FROM c l JOIN (${r}) r ON ${on} WHERE l.n < 2) FROM c`,
];

const pick = <T>(items: readonly T[]) => fc.constantFrom(...items);

function joinOf(left: string, right: string): fc.Arbitrary<string> {
  return fc
    .tuple(pick(JOINS), pick(CONDITIONS), pick(MONTHS), pick(WHERES))
    .map(([join, on, month, where]) => {
      const isHalf = join === 'SEMI JOIN' || join === 'ANTI JOIN';
      return isHalf
        ? `SELECT l.month, l.k, l.n FROM (${left}) l ${join} (${right}) r ON ${on}`
        : `SELECT ${month} AS month, l.k, ${SUM} FROM (${left}) l ${join} (${right}) r ON ${on}${where}`;
    });
}

function relation(depth: number): fc.Arbitrary<string> {
  const leaf = pick(LEAVES);
  if (depth === 0) return leaf;
  const inner = relation(depth - 1);
  const pair = fc.tuple(inner, inner);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 4, arbitrary: fc.tuple(pick(WRAPS), inner).map(([wrap, one]) => wrap(one)) },
    { weight: 4, arbitrary: pair.chain(([left, right]) => joinOf(left, right)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(pick([...SUBQUERIES, ...OTHERS]), pair, pick(CONDITIONS), pick(MONTHS))
        .map(([both, [left, right], on, month]) => both(left, right, on, month)),
    },
  );
}

/** Most read `s`; many join it as partitions want it, and something else is done to it before or afterwards. */
export const joinSelect: fc.Arbitrary<string> = fc.oneof(
  relation(3),
  fc.tuple(pick(WRAPS), pick(WRAPS)).chain(([before, after]) =>
    fc
      .oneof(
        joinOf('SELECT * FROM o', before('SELECT * FROM s')),
        joinOf(before('SELECT * FROM s'), 'SELECT * FROM o'),
        fc
          .tuple(pick([...SUBQUERIES, ...OTHERS]), pick(CONDITIONS), pick(MONTHS), fc.boolean())
          .map(([both, on, month, isSwapped]) => {
            const [one, other] = ['SELECT * FROM o', before('SELECT * FROM s')];
            return isSwapped ? both(other, one, on, month) : both(one, other, on, month);
          }),
      )
      .chain((sql) => fc.boolean().map((isWrapped) => (isWrapped ? after(sql) : sql))),
  ),
  fc
    .tuple(joinOf('SELECT * FROM s', 'SELECT * FROM s'), pick(JOINS.slice(0, 4)), pick(CONDITIONS))
    .map(([own, join, on]) => `SELECT l.month, l.k, ${SUM} FROM o AS l ${join} (${own}) r ON ${on}`),
);
