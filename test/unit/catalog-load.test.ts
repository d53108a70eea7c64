import { describe, expect, it } from 'vitest';
import { insight, loadInsight, SALES, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

describe('loadCatalog', () => {
  it('binds insights over datasets, over insights and over upserted tables', async () => {
    const yaml =
      'partitionBy: [year]\nover: Sales\nkey: [id]\ncolumns: {id: Which.}\naudits: [{column: n, minimum: 1}, {name: x, sql: FROM this WHERE n IS NULL}]';
    const sql =
      'SELECT sales.id, sales.year, count(*) AS n, sum(sales.price) AS Total FROM SALES JOIN shops USING (id) GROUP BY ALL';
    const catalog = await loadInsight(sql, yaml, {
      'shop/insights/a_first.sql': insight('SELECT year, n FROM daily', 'partitionBy: [year]'),
      'shop/insights/notes.txt': 'no insight',
      'README.md': 'no package',
    });
    expect(catalog.datasets.map((dataset) => `${dataset.package}/${dataset.name}`)).toEqual([
      'more/shops',
      'shop/sales',
    ]);
    expect(catalog.derivations.map(({ target }) => target.name)).toEqual(['shops', 'daily', 'a_first']);
    const [, daily, first] = catalog.derivations;
    expect(daily).toMatchObject({
      target: { kind: 'insights', name: 'daily' },
      sql,
      inputs: [
        { kind: 'tables', name: 'sales' },
        { kind: 'tables', name: 'shops' },
      ],
      over: { kind: 'tables', name: 'sales' },
      partitionBy: ['year'],
      key: ['id'],
      columns: [
        { name: 'year', type: 'long' },
        { name: 'id', type: 'long', description: 'Which.' },
        { name: 'n', type: 'long' },
        { name: 'Total', type: 'decimal(38,2)' },
      ],
    });
    expect(first).toMatchObject({
      over: { kind: 'insights', name: 'daily' },
      inputs: [{ kind: 'insights', name: 'daily' }],
    });
  });

  it('takes what an upserted dataset and an insight with a key make certain', async () => {
    const catalog = await loadInsight(
      'SELECT year, id, row_number() OVER (ORDER BY sum(price), id) AS place FROM sales GROUP BY year, id',
      'partitionBy: [year]\nkey: [id]\naudits:\n  - {column: id, relationships: {to: SHOPS, field: id}}',
      {
        'shop/insights/top.sql': insight('SELECT place FROM daily ORDER BY place, year, id LIMIT 3'),
        'shop/insights/shop.sql': insight('SELECT bought FROM shops ORDER BY id LIMIT 1'),
      },
    );
    const daily = catalog.derivations.find(({ target }) => target.name === 'daily');
    expect(daily?.audits).toMatchObject([{ related: { kind: 'tables', name: 'shops' }, severity: 'error' }]);
    expect(
      catalog
        .dependents({ kind: 'tables', name: 'shops' })
        .map(({ target }) => target.name)
        .sort(),
    ).toEqual(['daily', 'shop']);
    expect(catalog.keyOf({ kind: 'insights', name: 'daily' })).toEqual(['year', 'id']);
    expect(catalog.keyOf({ kind: 'tables', name: 'sales' })).toBeUndefined();
  });

  it('takes the names of columns that are written, and those that every version of the engine gives to an expression', async () => {
    const { columnsOf } = await loadInsight(
      `SELECT id AS "30 days", count(*), sum(price), max(id) AS "most (of all), 100 %", round(sum(price)/count(*), 2), -id, 1.5*id % 4,
         stddev(price), CAST(id AS DECIMAL(15, 4)) / max(id) * 100 FROM sales GROUP BY id`,
    );
    const names = columnsOf({ kind: 'insights', name: 'daily' }).map(({ name }) => name);
    expect(names).toEqual([
      '30 days',
      'count_star()',
      'sum(price)',
      'most (of all), 100 %',
      'round((sum(price) / count_star()), 2)',
      '-(id)',
      '((1.5 * id) % 4)',
      'stddev(price)',
      '((CAST(id AS DECIMAL(15, 4)) / max(id)) * 100)',
    ]);
  });

  it('leaves over undefined where several inputs drive one partition', async () => {
    const catalog = await loadInsight('SELECT max(shops.id) AS m FROM shops, sales');
    expect(catalog.derivations.at(-1)).not.toHaveProperty('over');
  });

  it('hashes what decides about rows, and that alone', async () => {
    const hashOf = async (...args: Parameters<typeof loadInsight>) =>
      (await loadInsight(...args)).derivations.at(-1)?.hash;
    const sql = 'SELECT year, id FROM sales';
    const hashes = await Promise.all([
      hashOf(sql),
      hashOf(sql, 'key: [id]'),
      hashOf(sql, 'partitionBy: [year]'),
      hashOf(sql, 'audits: [{column: id, minimum: 1}]'),
      hashOf('SELECT year, id FROM sales WHERE true'),
      hashOf('SELECT year, id FROM shops'),
      hashOf(sql, '', {
        'shop/datapackage.json': SALES.replace('"id","type":"integer"', '"id","type":"string"'),
      }),
    ]);
    expect(new Set(hashes).size).toBe(7);
    expect(await hashOf(sql, 'description: Said.\ncolumns: {id: Which.}')).toBe(hashes[0]);
    expect(await hashOf(sql, 'over: sales')).toBe(hashes[0]);
  });
});
