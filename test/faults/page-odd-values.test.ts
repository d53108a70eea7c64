// The page over a lake of odd names and values: each is shown as it is, and nothing breaks by it.
import { afterEach, describe, expect, test } from 'vitest';
import { openPageLake, type PageLake, rowsShown } from '../support/page-lake.ts';
import { facts, stateOf, writtenTwice } from './page-case.ts';

let shop: PageLake;
afterEach(() => shop.world.close());

describe('odd names and values', () => {
  test('tables that are called as documents and parts of objects are', async () => {
    const names = ['index', 'rows', 'files', 'constructor', 'hasownproperty', 'data'];
    const resources = names.map((name) => ({
      name,
      path: `${name}/*.csv`,
      schema: { fields: [{ name: 'till' }] },
    }));
    const insights = {
      insight: '/* ---\ndescription: x\n--- */\nSELECT till FROM constructor',
      tostring: '/* ---\ndescription: x\n--- */\nSELECT till FROM "index"',
    };
    shop = await openPageLake({ name: 'shop', resources }, insights);
    for (const name of names) await shop.put(`${name}/a.csv`, 'till', name);
    await shop.sync();
    const page = await writtenTwice(shop);
    expect(page.index.faults).toEqual([]);
    for (const name of [...names, 'insight', 'tostring'])
      expect([name, stateOf(page, name)]).toEqual([name, 'well']);
    expect(await rowsShown(page, 'tostring')).toEqual([['index']]);
  });

  test('300 columns, a cell of a megabyte, infinite numbers, years 1 and 9999', async () => {
    const wide = Array.from({ length: 300 }, (_, i) => `till AS c${i}`).join(', ');
    shop = await openPageLake(
      {
        name: 'odd',
        resources: [
          {
            name: 'odd',
            path: 'odd/*.csv',
            schema: {
              fields: [
                { name: 'till' },
                { name: 'n', type: 'number', double: true },
                { name: 'd', type: 'date' },
                { name: 'moment', type: 'datetime' },
              ],
            },
          },
        ],
      },
      {
        wide: `/* ---\ndescription: x\n--- */\nSELECT ${wide} FROM odd WHERE length(till) < 9`,
        values: '/* ---\ndescription: x\nkey: [d]\n--- */\nSELECT till, n, d, moment FROM odd',
        extremes: `/* ---\ndescription: x\n--- */\nSELECT CAST('nan' AS DOUBLE) AS nan, CAST('inf' AS DOUBLE) AS inf, -CAST('inf' AS DOUBLE) AS minf, count(*) AS n FROM odd`,
      },
    );
    const long = 'ä'.repeat(500_000);
    for (const n of ['-0.5', '-0.25']) {
      await shop.put(
        'odd/a.csv',
        'till,n,d,moment',
        `${long},1e300,0001-01-01,0001-01-01T00:00:00Z`,
        `b,${n},9999-12-31,9999-12-31T23:59:59Z`,
      );
      await shop.sync();
    }
    const page = await writtenTwice(shop);
    expect(facts(page)).toBe('');
    expect((await page.insight('wide')).columns).toHaveLength(300);
    const rows = await rowsShown(page, 'values');
    expect(rows.map(([till, ...cells]) => [till?.length, ...cells])).toEqual([
      [500_000, '1e+300', '0001-01-01', '0001-01-01 00:00:00+00'],
      [1, '-0.25', '9999-12-31', '9999-12-31 23:59:59+00'],
    ]);
    expect(await rowsShown(page, 'extremes')).toEqual([['NaN', 'Infinity', '-Infinity', '2']]);
  });

  test('partition values that are null, dots, slashes, or 200 characters', async () => {
    const values = [
      '..',
      'a/b',
      '.',
      'x'.repeat(200),
      '%2F',
      'a=b',
      "'",
      'é\u202e',
      '__HIVE_DEFAULT_PARTITION__',
    ];
    shop = await openPageLake(
      {
        name: 'odd',
        resources: [
          {
            name: 'odd',
            path: 'odd/*.csv',
            partitionBy: ['p'],
            schema: { fields: [{ name: 'p' }, { name: 'n', type: 'integer' }], missingValues: ['NULL'] },
          },
        ],
      },
      {
        parts:
          '/* ---\nover: odd\npartitionBy: [p]\n--- */\nSELECT p, CAST(sum(n) AS BIGINT) AS n FROM odd GROUP BY p',
      },
    );
    const line = (value: string, i: number) => `"${value}",${i}`;
    await shop.put('odd/a.csv', 'p,n', ...values.map(line), 'NULL,77');
    await shop.sync();
    await shop.put('odd/b.csv', 'p,n', ...values.map(line));
    await shop.sync();
    const page = await writtenTwice(shop);
    const told = [...values, null].map((value, i) => [value, value === null ? '77' : String(2 * i)]);
    const order = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
    const rows = await rowsShown(page, 'parts');
    expect({ faults: facts(page), rows: order(rows) }).toEqual({
      faults: '',
      rows: order(told),
    });
    const { parts } = await page.insight('parts');
    expect(order(parts.flatMap(({ partitions }) => partitions.map(({ p }) => p)))).toEqual(
      order([...values, null]),
    );
  });
});
