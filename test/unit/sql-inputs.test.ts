import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { type SqlInputs, sqlInputs } from '../../lib/sql/sql-inputs.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
let unstable: ReadonlySet<string>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  ({ unstable } = await engine.session(engineFunctions));
});
afterAll(() => engine.close());

function inputs(sql: string): Promise<SqlInputs> {
  return engine.session(async (session) => {
    const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
    return sqlInputs(JSON.parse(row?.tree ?? ''), unstable);
  });
}

describe('sqlInputs', () => {
  it.each<[string, string[]]>([
    ['SELECT 1', []],
    ['SELECT * FROM a JOIN b USING (x), a AS c', ['a', 'b']],
    ['FROM a', ['a']],
    ['SELECT * FROM "Quoted Name"', ['Quoted Name']],
    ["SELECT * FROM 'file.csv'", ['file.csv']],
    [
      'SELECT (SELECT max(x) FROM b) FROM a WHERE EXISTS (FROM c) AND x IN (SELECT y FROM d)',
      ['b', 'a', 'c', 'd'],
    ],
    ['SELECT max(x) FILTER (WHERE x IN (FROM b)) FROM a', ['b', 'a']],
    ['SELECT sum(x) OVER (ORDER BY (SELECT y FROM b)) FROM a QUALIFY 1 = (SELECT z FROM c)', ['b', 'a', 'c']],
    [
      'SELECT x FROM a GROUP BY x HAVING x > (SELECT 1 FROM b) ORDER BY (SELECT 2 FROM c) LIMIT (SELECT 3 FROM d)',
      ['c', 'd', 'a', 'b'],
    ],
    ['SELECT * FROM a UNION ALL (SELECT * FROM b EXCEPT SELECT * FROM c)', ['a', 'b', 'c']],
    ['SELECT * FROM a, LATERAL (SELECT * FROM b WHERE b.x = a.x)', ['a', 'b']],
    ['SELECT * FROM a JOIN (FROM b JOIN c ON true) ON (SELECT true FROM d)', ['a', 'b', 'c', 'd']],
    ['SELECT list_transform([1], lambda i: i + (SELECT x FROM a))', ['a']],
    ["SELECT 'FROM z' /* FROM y */ FROM a -- FROM x", ['a']],
    ['VALUES ((SELECT x FROM a))', ['a']],
    ['SELECT * FROM a, range(3) r(i), unnest([1]), generate_series(1, 2)', ['a']],
    ['SELECT * FROM unnest((SELECT list(x) FROM a))', ['a']],
    ['WITH t AS (SELECT * FROM a) SELECT * FROM t JOIN T USING (x)', ['a']],
    ['WITH a AS (SELECT * FROM a) SELECT * FROM a', ['a']],
    ['WITH t AS (FROM u), u AS (FROM b) FROM t', ['u', 'b']],
    ['WITH u AS (FROM b), t AS (FROM u) FROM t', ['b']],
    ['WITH t AS MATERIALIZED (FROM a) FROM t', ['a']],
    ['SELECT * FROM (WITH t AS (FROM a) FROM t) JOIN t USING (x)', ['a', 't']],
    ['WITH t AS (WITH u AS (FROM a) FROM u) SELECT * FROM t, u', ['a', 'u']],
    ['WITH t AS (FROM a) SELECT (WITH t AS (FROM t) SELECT 1 FROM t)', ['a']],
    ['WITH t AS (FROM a) SELECT * FROM b WHERE x IN (FROM t)', ['a', 'b']],
    ['WITH t AS (FROM a) (FROM t UNION ALL FROM t)', ['a']],
    ['WITH RECURSIVE t AS (SELECT x FROM a UNION ALL SELECT x + 1 FROM t WHERE x < 3) FROM t', ['a']],
    ['WITH RECURSIVE t AS (SELECT x FROM t UNION ALL SELECT x FROM t) FROM t', ['t']],
    ['WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x FROM t), u AS (FROM t) FROM u, b', ['b']],
  ])('%s reads %j', async (sql, tables) => {
    const found = await inputs(sql);
    expect([...found.tables].sort()).toEqual([...tables].sort());
    expect(found.problems).toEqual([]);
  });

  it('names the functions', async () => {
    const found = await inputs(
      'SELECT Sum(x), abs(y), row_number() OVER () FROM a, range(3) GROUP BY upper(z)',
    );
    expect(found.functions).toEqual(['sum', 'abs', 'row_number', 'upper']);
    expect(found.tableFunctions).toEqual(['range']);
  });

  it.each([
    ...['now()', 'today()', 'random()', 'uuid()', 'gen_random_uuid()', 'uuidv7()', 'transaction_timestamp()'],
    ...['get_current_timestamp()', 'current_localtimestamp()', 'txid_current()', 'current_database()'],
    ...[
      "getvariable('x')",
      "current_setting('threads')",
      "getenv('HOME')",
      "nextval('s')",
      'version()',
      'user()',
    ],
    ...[
      "ago(INTERVAL '1 day')",
      'pg_postmaster_start_time()',
      'pg_sleep(1)',
      'age(x)',
      'main.now()',
      'x.now()',
    ],
    ...['reservoir_quantile(x, 0.5)', 'approx_quantile(x, 0.5)', 'sum(random()) OVER ()', 'abs(RANDOM())'],
    ...[
      'current_date',
      'CURRENT_TIMESTAMP',
      'current_time',
      'localtime',
      'localtimestamp',
      'current_schema',
      '"current_date"',
    ],
  ])('refuses %s', async (expression) => {
    const sqls = [`SELECT 1,\n${expression} FROM a`, `SELECT 1 FROM a\nWHERE ${expression} IS NULL`];
    for (const sql of expression.includes('OVER') ? sqls.slice(0, 1) : sqls) {
      const [problem] = (await inputs(sql)).problems;
      expect(problem?.problem).toContain('is not deterministic');
      expect(problem?.offset).toBeGreaterThanOrEqual(sql.indexOf('\n'));
    }
  });

  it.each([
    'SELECT a.current_date, age(x, y), user, version FROM a',
    "SELECT strftime(t, '%Y'), date_trunc('month', t), median(x), count(DISTINCT y), md5(z) FROM a",
    'SELECT split_part(x, y, 1), list_sum(l), nullif(a, b), fdiv(a, b), round_even(c, 1) FROM a',
  ])('takes %s', async (sql) => {
    expect((await inputs(sql)).problems).toEqual([]);
  });

  it.each([
    ["FROM read_csv('x.csv')", 'the table function read_csv reads files'],
    ["SELECT * FROM a, Glob('*')", 'the table function glob reads files'],
    ["FROM query('SELECT 1')", 'the table function query reads'],
    ["FROM query_table('a')", 'the table function query_table reads'],
    ['FROM duckdb_settings()', 'the table function duckdb_settings reads'],
    ['WITH t AS (FROM read_parquet(x)) FROM t', 'the table function read_parquet reads'],
    ['FROM s.a', "s.a is qualified: write only the table's name"],
    ['FROM memory.main.a', 'memory.main.a is qualified'],
    ['WITH a AS (SELECT 1) FROM main.a', 'main.a is qualified'],
    ['FROM information_schema.tables', 'information_schema.tables is qualified'],
    ['SELECT $1', 'a parameter ($1, ?) has no value here'],
    ['SELECT * FROM (DESCRIBE a)', 'DESCRIBE, SHOW and SUMMARIZE'],
    ['SELECT * FROM (SUMMARIZE a)', 'DESCRIBE, SHOW and SUMMARIZE'],
    ['SELECT * FROM a TABLESAMPLE 10%', 'a sample is different every time'],
    ['SELECT * FROM a USING SAMPLE 3', 'a sample is different every time'],
    ['FROM a AT (VERSION => 1)', 'AT (time travel) is not supported'],
  ])('refuses %s', async (sql, problem) => {
    expect((await inputs(sql)).problems[0]?.problem).toContain(problem);
  });
});
