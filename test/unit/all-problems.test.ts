// What is wrong with definitions is said at once: each problem with its file and line, whatever else is wrong.
import { expect, test } from 'vitest';
import { DefinitionError } from '../../lib/errors.ts';
import { contract, insight, load, SALES, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

/** Without the folder and the advice. */
async function problemsOf(insights: Record<string, string>): Promise<string[]> {
  const files = Object.entries(insights).map(([name, text]) => [`shop/insights/${name}.sql`, text]);
  try {
    await load({
      'shop/datapackage.json': SALES,
      'more/datapackage.json': contract('shops'),
      ...Object.fromEntries(files),
    });
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.lines.map((line) =>
      line
        .replace(/^.*\/(\w+\.sql)/, '$1')
        .split(': ')
        .slice(0, 2)
        .join(': '),
    );
  }
}

test('of the order of rows, of sums, of names, of types and of the key', async () => {
  const sql = `SELECT year, count(*) > 1, MAP {1: 1} AS ids, sum(dbl) AS total,
  string_agg(id) AS all_ids
FROM sales GROUP BY year
LIMIT 3`;
  expect(await problemsOf({ daily: insight(sql, 'key: [shop]') })).toEqual([
    'daily.sql, line 5: string_agg() processes the rows in an arbitrary order',
    'daily.sql, line 7: LIMIT without ORDER BY takes arbitrary rows',
    'daily.sql, line 4: sum() adds binary floating point numbers, whose sum depends on the order of the rows',
    'daily.sql, line 4: the SELECT returns a column named "(count_star() > 1)"',
    'daily.sql, line 4: column ids is MAP(INTEGER, INTEGER), for which Delta has no type',
    'daily.sql, line 2, key: the SELECT returns no column "shop". It returns year, (count_star() > 1), ids, total, all_ids',
  ]);
});

test('of the front matter', async () => {
  expect(
    await problemsOf({ daily: insight('SELECT id FROM sales', 'kye: [id]\npartitionBy: year\naudit: []') }),
  ).toEqual([
    'daily.sql, line 3, partitionBy: it must be a list, such as [year, month]',
    'daily.sql, line 2, kye: "kye" is not a property of the front matter. Did you mean "key"? Known properties',
    'daily.sql, line 4, audit: "audit" is not a property of the front matter. Did you mean "audits"? Known properties',
  ]);
});

test('of the tables that the SQL reads and of what drives it', async () => {
  expect(
    await problemsOf({ daily: insight('SELECT id FROM sale, shop', 'partitionBy: [year]') }),
  ).toHaveLength(2);
  expect(await problemsOf({ daily: insight('SELECT idd AS id FROM sales', 'partitionBy: [month]') })).toEqual(
    [
      'daily.sql, line 2, partitionBy[0]: "month" is not the next partition column of sales (year, month)',
      'daily.sql, line 4: Binder Error',
    ],
  );
});

test('of each audit', async () => {
  const audits =
    'audits:\n  - {name: a, sql: SELECT * FROM this WHERE x}\n  - {name: b, sql: SELECT * FROM this LIMIT 1}';
  const found = await problemsOf({ daily: insight('SELECT id FROM sales', audits) });
  expect(found.map((problem) => problem.split(',').slice(1, 3).join())).toEqual([
    ' line 3, audits[0]: Binder Error',
    ' line 4, audits[1]: LIMIT without ORDER BY takes arbitrary rows',
  ]);
});

test('of all files', async () => {
  expect(
    await problemsOf({ a: insight('SELECT now() AS t, random() AS r FROM sales'), b: insight('SELECT 1') }),
  ).toEqual([
    expect.stringMatching(/^a.sql, line 4: now/),
    expect.stringMatching(/^a.sql, line 4: random/),
    'b.sql, line 4: the SQL reads no table',
  ]);
});

test('each once', async () => {
  expect(
    await problemsOf({ a: insight('SELECT max(id) AS id, sum(dbl) + sum(dbl) AS d FROM sales') }),
  ).toHaveLength(1);
});
