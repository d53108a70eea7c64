// What shardBy of an insight asks for, and what it is refused for, with its line and the next step.
import { expect, test } from 'vitest';
import { loadInsight, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const GROUPED = 'SELECT year, id, sum(price) AS total FROM sales GROUP BY year, id';
const OF_YEARS = 'over: sales\npartitionBy: [year]\nkey: [year, id]';

const dividedBy = async (sql: string, yaml: string) =>
  (await loadInsight(sql, yaml)).derivations.find(({ target }) => target.name === 'daily')?.dividedBy;

test('what it names divides the insight; without it, all that is proved does', async () => {
  const sql = 'SELECT year, month, id, sum(price) AS total FROM sales GROUP BY year, month, id';
  const yaml = 'over: sales\npartitionBy: [year]\nkey: [year, month, id]';
  expect(await dividedBy(sql, yaml)).toEqual(['month', 'id']);
  expect(await dividedBy(sql, `${yaml}\nshardBy: [id]`)).toEqual(['id']);
});

const REFUSED: Record<string, [sql: string, yaml: string, said: RegExp]> = {
  'columns that the SQL does not keep apart': [
    GROUPED,
    `${OF_YEARS}\nshardBy: [month]`,
    /line 5, shardBy: it is not proved that the SELECT gives the same rows where sales is divided by month: each GROUP BY, .* must name it/,
  ],
  'a column beside one that passes': [
    GROUPED,
    `${OF_YEARS}\nshardBy: [id, month]`,
    /line 5, shardBy: .* divided by id, month: each GROUP BY, .* must name them/,
  ],
  'what counts all rows together': [
    'SELECT year, id, count(*) OVER () AS n FROM sales',
    'over: sales\npartitionBy: [year]\nshardBy: [id]',
    /line 4, shardBy: .*nothing may count, order or limit all rows together\. Without shardBy, one task/,
  ],
  'a column that the table has not': [
    GROUPED,
    `${OF_YEARS}\nshardBy: [till]`,
    /line 5, shardBy: sales has no column "till": it has year, month, id, price, bought, dbl/,
  ],
  'a double': [
    'SELECT year, dbl, count(*) AS n FROM sales GROUP BY year, dbl',
    'over: sales\npartitionBy: [year]\nshardBy: [dbl]',
    /line 4, shardBy: dbl is double, of which equal values need not be identical: choose another column/,
  ],
  'an insight that no input drives': [
    'SELECT s.id, count(*) AS n FROM sales s JOIN shops USING (id) GROUP BY s.id',
    'shardBy: [id]',
    /line 2, shardBy: it divides the rows of the input that drives the insight, and this one has none: add "over"/,
  ],
  'the same twice': [GROUPED, `${OF_YEARS}\nshardBy: [id, id]`, /line 5, shardBy.*id/],
  'no column': [GROUPED, `${OF_YEARS}\nshardBy: []`, /shardBy/],
};

test.each(Object.entries(REFUSED))('it is refused: %s', async (_, [sql, yaml, said]) => {
  await expect(loadInsight(sql, yaml)).rejects.toThrow(said);
});
