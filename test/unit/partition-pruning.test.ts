// Which files a query needs by its conditions on partition columns: never one too few.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Add, Metadata } from '../../lib/delta/actions.ts';
import { schemaString } from '../../lib/delta/schema.ts';
import { neededFiles } from '../../lib/inspect/partition-pruning.ts';
import type { SqlEngine } from '../../lib/ports.ts';
import { useTemp } from '../support/temp.ts';

let engine: SqlEngine & { close(): void };
const scratch = useTemp();
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1, tempDirectory: scratch });
});
afterAll(() => engine.close());

const METADATA: Metadata = {
  id: 'id',
  name: 'sales',
  format: { provider: 'parquet', options: {} },
  schemaString: schemaString([
    { name: 'day', type: 'date' },
    { name: 'year', type: 'long' },
    { name: 'Region', type: 'string' },
    { name: 'till', type: 'string' },
  ]),
  partitionColumns: ['day', 'year', 'Region'],
  configuration: {},
  createdTime: 0,
};
const PARTITIONS: readonly (readonly [string, string | null, string | null, string | null])[] = [
  ['a', '2024-01-01', '2024', 'eu'],
  ['b', '2024-01-02', '2024', "o'r"],
  ['c', '2025-01-02', '2025', null],
  ['d', null, null, 'eu'],
];
const FILES = PARTITIONS.map(
  ([path, day, year, Region]): Add => ({
    path,
    partitionValues: { day, year, Region },
    size: 1,
    modificationTime: 0,
    dataChange: true,
  }),
);

async function needed(sql: string): Promise<string> {
  const files = await engine.session((session) => neededFiles(session, sql, 'sales', METADATA, FILES));
  return files.map(({ path }) => path).join('');
}

/** What the engine itself answers from all files, one row each. */
async function answered(sql: string): Promise<string> {
  const rows = PARTITIONS.map(([path, ...values]) =>
    [path, ...values]
      .map((value) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`))
      .join(', '),
  );
  const found = await engine.session(async (session) => {
    await session.run(
      `CREATE TEMP TABLE sales AS SELECT till, day::DATE AS day, year::BIGINT AS year, "Region" FROM (VALUES (${rows.join('), (')})) t(till, day, year, "Region")`,
    );
    return session.rows<{ till: string }>(`SELECT till FROM (${sql}) ORDER BY till`);
  });
  return found.map(({ till }) => till).join('');
}

it.each([
  ["day = DATE '2024-01-01'", 'a'],
  ["day = '2024-01-02'", 'b'],
  ["day >= '2024-01-02' AND till <> 'x'", 'bc'],
  ["day BETWEEN '2024-01-01' AND '2024-12-31'", 'ab'],
  ['year = 2024', 'ab'],
  ["year = '2024'", 'ab'],
  ['year IN (2023, 2025)', 'c'],
  ['NOT year = 2024', 'c'],
  ['year IS NULL', 'd'],
  ["region = 'o''r'", 'b'],
  ['s."Region" = \'eu\' AND s.year > 2000.5', 'a'],
  ["(year = 2024 AND region = 'eu') OR day IS NULL", 'ad'],
  ['year = 2024 AND year = 2025', ''],
  ["CAST(year AS VARCHAR) = '2025'", 'c'],
  ['false', ''],
])('WHERE %s needs the files %j', async (condition, expected) => {
  const sql = `SELECT till FROM sales AS s WHERE ${condition}`;
  expect(await needed(sql)).toBe(expected);
  expect(await answered(sql)).toBe(expected);
});

it.each([
  ['no condition', 'SELECT till FROM sales'],
  ['another column', "SELECT till FROM sales WHERE till = 'a'"],
  ['one side of an OR', "SELECT till FROM sales WHERE year = 2024 OR till = 'c'"],
  ['read twice', 'SELECT till FROM sales WHERE year = 2024 AND till IN (SELECT till FROM sales)'],
  ['an outer join', 'SELECT b.till FROM (VALUES (1)) a(x) LEFT JOIN sales b ON true WHERE b.year = 2024'],
  [
    'a CTE of its name',
    'WITH sales AS (SELECT till, 2024 AS year FROM sales) SELECT till FROM sales WHERE year = 2024',
  ],
  ['renamed columns', 'SELECT a AS till FROM sales s(year, a, b, c) WHERE year = 2024'],
  ['a function', "SELECT till FROM sales WHERE day < current_date AND lower(region) = 'eu' AND day < now()"],
  ['a day that moves', "SELECT till FROM sales WHERE day < 'today'"],
  [
    'an outer column',
    'SELECT (SELECT max(till) FROM sales WHERE year = a.y) AS till FROM (VALUES (2024)) a(y)',
  ],
  ['a number beyond JSON', 'SELECT till FROM sales WHERE year < 9007199254740993'],
  ['a sample', 'SELECT till FROM sales USING SAMPLE 100% WHERE year = 2024'],
  ['query_table', "SELECT (SELECT max(till) FROM query_table('sales')) AS till FROM sales WHERE year = 2024"],
  ['query', "SELECT (SELECT max(till) FROM query('FROM sa' || 'les')) AS till FROM sales WHERE year = 2024"],
  ['a macro', "SELECT till FROM sales, histogram('sales', 'year') WHERE year = 2024"],
  ['the list of tables', 'SELECT till FROM (SHOW TABLES), (FROM sales WHERE year = 2024)'],
  ['the catalog', 'SELECT till FROM (FROM sales WHERE year = 2024), information_schema.tables'],
  ['a schema', 'SELECT till FROM temp.main.sales WHERE year = 2024'],
  ['another time', 'SELECT till FROM sales AT (VERSION => 1) WHERE year = 2024'],
  ['broken SQL', 'SELECT till FROM sales WHERE year = '],
  ['a broken cast', "SELECT till FROM sales WHERE year = 'x'"],
])('keeps all files for %s', async (_, sql) => {
  expect(await needed(sql)).toBe('abcd');
});

it('follows a condition into a subquery, a CTE and SUMMARIZE', async () => {
  for (const sql of [
    'SELECT * FROM (SELECT till FROM sales WHERE year = 2025)',
    'WITH x AS (SELECT till FROM SALES WHERE SALES.year = 2025) SELECT * FROM x, x AS y',
    'SUMMARIZE SELECT till FROM sales WHERE year = 2025',
    'FROM sales WHERE year = 2025',
  ])
    expect(await needed(sql), sql).toBe('c');
});
