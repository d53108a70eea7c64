// SQL with statistics of exact numbers is accepted wherever they stand: what runs in its place has its columns, its numbers but for
// their last digits, and the same rows for each order of the tables' rows.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Derivation } from '../../lib/core/insight.ts';
import { tryAudits } from '../../lib/refresh/audit.ts';
import { computePartition, rowsSql } from '../../lib/refresh/compute.ts';
import { contract, engine, insight, load, root, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const FIELDS = [
  { name: 'g' },
  { name: 'm', type: 'number', precision: 12, scale: 2 },
  { name: 'f', type: 'number' },
  { name: 'n', type: 'integer' },
  { name: 'x', type: 'integer' },
  { name: 'y', type: 'integer' },
];
const ROWS = `SELECT 'g' || i % 3 AS g, CAST(i * 37 % 11 AS DECIMAL(12, 2)) * 0.25 AS m, CAST(sqrt(i) AS DECIMAL(38, 9)) AS f,
  CAST(nullif(i % 7, 6) AS BIGINT) AS n, CAST(i % 5 AS BIGINT) AS x, CAST(i * i AS BIGINT) AS y FROM range(60) r(i)`;

async function derivationOf(sql: string, words = ''): Promise<Derivation> {
  const { derivations } = await load({
    'p/datapackage.json': contract('t', {}, FIELDS),
    'p/insights/asked.sql': insight(sql, words),
  });
  return derivations.at(-1) as Derivation;
}

type Answer = { readonly columns: readonly unknown[]; readonly rows: readonly string[][] };

async function answer(sql: string, order: string): Promise<Answer> {
  return engine.session(async (session) => {
    const columns = FIELDS.map(({ name }) => name).join(', ');
    await session.run(
      `CREATE TEMP TABLE t AS SELECT ${columns.replace('m,', 'CAST(m AS DECIMAL(12, 2)) AS m,')} FROM (${ROWS}) ORDER BY ${order}`,
    );
    const rows = await session.rows(sql);
    return {
      columns: await session.describe(sql),
      rows: rows.map((row) => Object.values(row).map(String)).sort(),
    };
  });
}

const near = (rows: readonly string[][]) =>
  rows.map((row) =>
    row.map((cell) => (/^-?\d+\.\d+(e-?\d+)?$/.test(cell) ? Number(cell).toPrecision(9) : cell)),
  );

describe('a statistic of exact numbers', () => {
  it.each([
    'SELECT stddev(m) AS s, var_pop(f) AS v, corr(m, n) AS c FROM t WHERE f > 1e-3',
    "SELECT 'x' AS q, stddev(m) AS s, count(*) AS c FROM t WHERE g = 'none' GROUP BY ALL",
    "WITH w(k, weight) AS (VALUES ('g1', 1.5), ('g2', 2.0)) SELECT k, stddev(m * weight) AS s FROM t JOIN w ON k = g GROUP BY k",
    'SELECT stddev(m) AS s FROM t WHERE n < 9007199254740993',
    'SELECT g, stddev(m) AS s, round(s, 2) AS r FROM t GROUP BY ALL',
    'SELECT t.* EXCLUDE (m, f, n, y), stddev(m) AS s FROM t GROUP BY ALL',
    'SELECT g, n, stddev ( m ) /*x*/ FILTER (WHERE n > 1) OVER w AS "a b", stddev(n) -- c )\n FROM t GROUP BY g, m, n WINDOW w AS (PARTITION BY g ORDER BY m, n)',
    "SELECT 'üß /* ) */' AS u, stddev(m), corr(m, n) + 1 AS c FROM t -- ü",
    'SELECT g, stddev(CAST(stddev(f) AS DECIMAL(18, 11))) OVER () AS s FROM t GROUP BY g',
    'SELECT stddev(m) FILTER (WHERE m < (SELECT avg(m) + 2 * stddev(m) FROM t)) AS s FROM t',
    'SELECT g, (SELECT stddev(u.m) FROM t u WHERE u.g = t.g) AS s, count(*) AS c FROM t GROUP BY g HAVING stddev(m) > 0.1',
    'SELECT corr(y, x) AS c, regr_slope(x, y) AS r, covar_samp(x + y, y - x) AS v FROM t',
    'SELECT DISTINCT g, stddev(m) OVER (PARTITION BY g) AS s FROM t',
    'SELECT g, y, m FROM t QUALIFY m > stddev(m) OVER (PARTITION BY g)',
    'SELECT g, n, stddev_samp(f) AS s FROM t GROUP BY ROLLUP (g, n)',
  ])('%s', async (sql) => {
    const derivation = await derivationOf(sql);
    expect(derivation.exactSql).toBeDefined();
    const plain = await answer(sql, 'ALL');
    const [one, other] = [
      await answer(rowsSql(derivation), 'ALL'),
      await answer(rowsSql(derivation), 'ALL DESC'),
    ];
    expect(one.rows).toEqual(other.rows);
    expect(one.columns).toEqual(plain.columns);
    expect(near(one.rows)).toEqual(near(plain.rows));
  });

  it('of equal values is nothing, and correlates with nothing', async () => {
    const { exactSql = '' } = await derivationOf('SELECT stddev(f) AS s, corr(f, n) AS c FROM t');
    const [row] = await engine.session(async (session) => {
      await session.run(
        'CREATE TEMP TABLE t AS SELECT CAST(1234567890.123456789 AS DECIMAL(38, 9)) AS f, CAST(range AS BIGINT) AS n FROM range(7)',
      );
      return session.rows(exactSql);
    });
    expect(row).toEqual({ s: 0, c: Number.NaN });
  });

  it('in an audit leaves the words of its author', async () => {
    const sql = 'SELECT stddev(m) AS s FROM this HAVING stddev(m) > 2';
    const { audits } = await derivationOf('SELECT g, m FROM t', `audits:\n  - {name: calm, sql: "${sql}"}`);
    expect(audits[0]).toMatchObject({ sql, exactSql: expect.stringContaining('cast_to_type') });
    const tried = await engine.session(async (session) => {
      await session.run(
        'CREATE TEMP TABLE this AS SELECT CAST(10 * range AS DECIMAL(12, 2)) AS m FROM range(3)',
      );
      return tryAudits(session, audits);
    });
    expect(tried).toMatchObject([{ audit: 'calm', offending: 1, example: 's: 10.0' }]);
  });

  it('whose squares have too many digits says so, and what to write', async () => {
    const derivation = await derivationOf('SELECT stddev(f) AS s FROM t');
    const { file, failures } = await engine.session(async (session) => {
      await session.run(
        `CREATE TEMP TABLE t AS SELECT CAST('99999999999' AS DECIMAL(38, 9)) AS f FROM range(3)`,
      );
      return computePartition(session, derivation, {}, 0, join(root, 'stats.parquet'));
    });
    expect(file).toBeUndefined();
    expect(failures[0]?.example).toMatch(
      /Overflow.*take it of fewer digits, such as CAST\(x AS DECIMAL\(18, 6\)\)$/s,
    );
  });

  it.each([
    ['SELECT round(stddev(m), 2) FROM t', 'no name of its own: give each expression a name with AS'],
    ['SELECT stddev(DISTINCT n) AS s FROM t', 'in a subquery of its own'],
    ['SELECT stddev(sqrt(n)) AS s FROM t', 'write stddev(CAST(sqrt(n) AS DECIMAL(18, 6)))'],
    ['SELECT m.stddev() AS s FROM t', "m.stddev(…) is the call of a column's method: write stddev(m, …)"],
    ["SELECT t.g.string_agg(',') AS s FROM t", 'write string_agg(t.g, …)'],
    ['SELECT g, g.upper() AS q FROM t ORDER BY g LIMIT 3', 'write upper(g, …)'],
    ['SELECT g, n, g.first() OVER (PARTITION BY n ORDER BY n) AS q FROM t', 'write first(g, …)'],
  ])('%s is refused', async (sql, said) => {
    await expect(derivationOf(sql)).rejects.toThrow(said);
  });
});
