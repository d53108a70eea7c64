// What a query reads, from its tree; and that no table function of the engine is passed over.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { type QueryReads, queryReads } from '../../lib/sql/query-reads.ts';
import { literal } from '../../lib/sql/quoting.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

async function reads(sql: string): Promise<QueryReads> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  const tree = JSON.parse(row?.tree ?? '') as { error: boolean; statements: unknown[] };
  expect(tree.error, row?.tree).toBe(false);
  return queryReads(tree.statements[0]);
}

const EVERY_EXPRESSION = `SELECT columns('a.*'), * EXCLUDE (a) REPLACE (1 AS b), * RENAME (a AS b), list_transform([1], lambda x: x + 1), a.b.c, #1,
  a[1], a[1:2], {'a': 1}, MAP {1: 2}, INTERVAL 1 DAY, TRY_CAST(a AS DECIMAL(3, 2)), a::VARCHAR[], x COLLATE nocase, x IS NULL,
  grouping(x), EXISTS (FROM u), x > ALL (FROM v), ARRAY (FROM w), [x FOR x IN l IF x], a BETWEEN 1 AND 2, CASE a WHEN 1 THEN 2 END,
  count(*) FILTER (WHERE a), list(a ORDER BY b DESC NULLS LAST), rank() OVER (w1 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES),
  x LIKE 'a', extract(year FROM d), x AT TIME ZONE 'UTC', DATE '2020-01-01', -x, 2 ** 3, x IS DISTINCT FROM y, NOT x, (a, b) = (1, 2)
  FROM t GROUP BY GROUPING SETS ((x), ()), ROLLUP (y), CUBE (z) HAVING count(*) > 1 WINDOW w1 AS (PARTITION BY a ORDER BY 1)
  QUALIFY row_number() OVER w1 > 1 ORDER BY ALL LIMIT 10%`;

describe('what is understood', () => {
  it.each<[string, Record<string, number>]>([
    ['SELECT 1', {}],
    ['FROM a', { a: 1 }],
    ['TABLE "A b"', { 'a b': 1 }],
    ["FROM 'a'", { a: 1 }],
    ['SUMMARIZE a', { a: 1 }],
    ['DESCRIBE SELECT * FROM a', { a: 1 }],
    ["FROM (PIVOT a ON y IN ('1') USING sum(x) GROUP BY z)", { a: 1 }],
    ['FROM (UNPIVOT a ON x, y)', { a: 1 }],
    ['WITH b AS MATERIALIZED (FROM a) FROM b, b AS c', { a: 1, b: 2 }],
    ['WITH RECURSIVE r AS (FROM a UNION ALL FROM r) FROM r', { a: 1, r: 2 }],
    ['SELECT (SELECT max(x) FROM a WHERE a.y = b.y) FROM b WHERE x IN (FROM a)', { a: 2, b: 1 }],
    ['FROM a UNION BY NAME FROM b EXCEPT FROM c', { a: 1, b: 1, c: 1 }],
    ['FROM a NATURAL JOIN b, LATERAL (SELECT a.x + c.x FROM c) CROSS JOIN d', { a: 1, b: 1, c: 1, d: 1 }],
    ['FROM a ASOF JOIN b ON a.x >= b.x POSITIONAL JOIN c', { a: 1, b: 1, c: 1 }],
    ['SELECT DISTINCT ON (x) * FROM a ORDER BY y LIMIT (SELECT max(n) FROM b) OFFSET 2', { a: 1, b: 1 }],
    ['FROM a USING SAMPLE 10%', { a: 1 }],
    ['FROM a, range(3), unnest(a.x), generate_series(1, 2) WITH ORDINALITY', { a: 1 }],
    ["FROM read_parquet('x.parquet'), glob('*')", {}],
    [EVERY_EXPRESSION, { t: 1, u: 1, v: 1, w: 1 }],
  ])('%s', async (sql, named) => {
    const found = await reads(sql);
    expect({ ...found, named: Object.fromEntries(found.named) }).toMatchObject({
      isUnderstood: true,
      problems: [],
      named,
    });
  });
});

describe('what is not', () => {
  it.each([
    "FROM query_table('a')",
    "FROM query_table(['a', 'b'])",
    "FROM histogram('a', 'x')",
    'FROM summary((FROM a))',
    'SHOW TABLES',
    'SHOW ALL TABLES',
    'SHOW DATABASES',
    'FROM temp.a',
    'FROM memory.main.a',
    'FROM a AT (VERSION => 1)',
    'FROM information_schema.tables',
    'FROM duckdb_tables()',
    'FROM duckdb_views',
    'FROM sqlite_master',
    "FROM pragma_table_info('a')",
    "FROM b WHERE x = (SELECT count(*) FROM query_table('a'))",
  ])('%s', async (sql) => {
    expect(await reads(sql)).toMatchObject({ isUnderstood: false, problems: [] });
  });

  it('is a node of a kind that a later engine may bring', () => {
    expect(queryReads({ node: { type: 'SELECT_NODE', from_table: { type: 'EMPTY' } } }).isUnderstood).toBe(
      true,
    );
    expect(queryReads({ node: { type: 'SELECT_NODE', from_table: { type: 'GRAPH' } } }).isUnderstood).toBe(
      false,
    );
    expect(queryReads({ node: { select_list: [{ class: 'MATCH', type: 'MATCH' }] } }).isUnderstood).toBe(
      false,
    );
  });
});

describe('what may not be called', () => {
  it.each([
    ["FROM query('SEL' || 'ECT 1')", 'query() runs SQL built from text'],
    ["FROM json_execute_serialized_sql('{}')", 'json_execute_serialized_sql() runs SQL'],
    [
      "SELECT (FROM enable_logging('FileSystem'))",
      'the table function enable_logging is unknown or does more than read',
    ],
    ['FROM checkpoint()', 'checkpoint is unknown or does more than read'],
    ['FROM no_such_function()', 'no_such_function is unknown or does more than read'],
  ])('%s', async (sql, problem) => {
    const { problems, isUnderstood } = await reads(sql);
    expect({ isUnderstood, said: problems.map((found) => found.problem).join() }).toEqual({
      isUnderstood: false,
      said: expect.stringContaining(problem),
    });
  });
});
