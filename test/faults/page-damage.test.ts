// The page over a lake that is damaged, empty or full of odd things: it is written, names what is wrong, and shows nothing wrong.
import { beforeEach, describe, expect, test } from 'vitest';
import { loadSound } from '../../lib/definitions/load-catalog.ts';
import { readReport } from '../../lib/ingest/report.ts';
import { settle } from '../../lib/maintain/settlement.ts';
import type { DatasetDocument, FilesDocument, RefusedDocument } from '../../lib/page/dataset-documents.ts';
import type { RowsDocument } from '../../lib/page/insight-documents.ts';
import { openPageLake, type PageLake, type WrittenPage, writeOver } from '../support/page-lake.ts';
import { pageTree, shown } from '../support/page-tree.ts';
import { newStore, openProcess, withPackage } from '../support/shop-lake.ts';

const FIELDS = [{ name: 'day', type: 'date' }, { name: 'till' }, { name: 'amount', type: 'integer' }];
const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'sales/day=*/*.csv',
      partitionBy: ['day'],
      maxRejectedRatio: 1,
      schema: { fields: FIELDS },
    },
    { name: 'tills', path: 'tills/*.csv', schema: { fields: [{ name: 'till' }] } },
  ],
};
const INSIGHTS = {
  daily: `/* ---\nover: sales\npartitionBy: [day]\n--- */\nSELECT day, CAST(sum(amount) AS BIGINT) AS amount FROM sales GROUP BY day`,
  names: `/* ---\ndescription: All tills.\n--- */\nSELECT till FROM tills`,
};
const A = 'sales/day=2024-01-01/a.csv';

let shop: PageLake;

async function open(): Promise<void> {
  shop = await openPageLake(CONTRACT, INSIGHTS);
  await shop.put(A, 'till,amount', 'north,1', 'south,x');
  await shop.put('sales/day=2024-01-02/b.csv', 'till,amount', 'north,2');
  await shop.put('tills/1.csv', 'till', 'north');
  await shop.sync();
}

const close = () => shop.world.close();

/** A process that knows nothing, into an empty place and into one where a page was before: both show the same. */
async function written(): Promise<WrittenPage> {
  const { world, clock, landing, store, site } = shop;
  const fresh = newStore(world, clock, 'fresh');
  await writeOver(openProcess(world, clock, landing, store), fresh);
  const page = await writeOver(openProcess(world, clock, landing, store), site);
  expect(shown(await pageTree(site))).toEqual(shown(await pageTree(fresh)));
  return page;
}

const keysOf = (pattern: RegExp) => shop.store.keys().filter((key) => pattern.test(key));
const facts = ({ index }: WrittenPage) =>
  index.faults.map(({ what, cause }) => `${what} ${cause}`).join('\n');
const stateOf = ({ index }: WrittenPage, name: string) =>
  [...index.datasets, ...index.insights].find((one) => one.name === name)?.state;
const isMade = ({ index }: WrittenPage, name: string) =>
  [...index.datasets, ...index.insights].find((one) => one.name === name)?.document !== null;

describe('a damaged lake', () => {
  beforeEach(async () => {
    await open();
    return close;
  });

  const garbage = new TextEncoder().encode('{"commitInfo":');
  test.each([
    ['the log of a dataset', /^tables\/sales\/_delta_log\/0*1\.json$/, ['sales'], ['tills', 'names']],
    [
      'the log of an insight',
      /^insights\/daily\/_delta_log\/0*1\.json$/,
      ['daily'],
      ['sales', 'tills', 'names'],
    ],
    ['the first entry of a log', /^insights\/daily\/_delta_log\/0*0\.json$/, ['daily'], ['tills', 'names']],
  ])('%s: it is named, the others are told, and mended it is as before', async (_, pattern, broken, well) => {
    const before = await written();
    const [key = ''] = keysOf(pattern);
    const bytes = await shop.store.read(key);
    await shop.store.write(key, garbage);
    const page = await written();
    for (const name of broken) {
      expect(stateOf(page, name), name).toBe('fault');
      expect(facts(page)).toContain(name);
    }
    for (const name of well)
      expect([stateOf(page, name), isMade(page, name)], name).toEqual([stateOf(before, name), true]);
    await shop.store.write(key, bytes ?? garbage);
    expect((await written()).index.faults).toEqual(before.index.faults);
  });

  test.each([
    ['gone', async (key: string) => shop.store.remove([key])],
    ['damaged', async (key: string) => shop.store.write(key, garbage)],
  ])('a data file of an insight that is %s', async (_, damage) => {
    for (const key of keysOf(/^insights\/daily\/.*\.parquet$/)) await damage(key);
    const page = await written();
    expect([stateOf(page, 'daily'), isMade(page, 'daily')]).toEqual(['fault', false]);
    expect(facts(page)).toContain('The table insights/daily cannot be read');
    expect(stateOf(page, 'names')).toBe('well');
  });

  async function refused(page: WrittenPage): Promise<RefusedDocument> {
    const dataset = await page.document<DatasetDocument>(page.index.datasets[0]?.document);
    return page.document(dataset.refused.files[0]?.refused);
  }

  test('the file of refused rows is gone, and comes back', async () => {
    const [key = ''] = keysOf(/^quarantine\//);
    const bytes = await shop.store.read(key);
    await shop.store.remove([key]);
    const document = await refused(await written());
    expect(document).toMatchObject({ refused: 1, raw: [], moreRaw: 1 });
    expect(document.missing).toContain('the text of its refused rows is gone or damaged');
    expect(document.examples[0]?.violations[0]?.value).toBe('x');
    await shop.store.write(key, bytes ?? garbage);
    expect((await refused(await written())).raw).toEqual(['south,x']);
  });

  test('a report is damaged, and comes back', async () => {
    const [key = ''] = keysOf(/^files\/sales\/.*a\.csv/);
    const bytes = await shop.store.read(key);
    await shop.store.write(key, garbage);
    const page = await written();
    expect(await refused(page)).toMatchObject({ refused: 1, accepted: 1, byRule: [] });
    expect((await refused(page)).missing).toContain('the report on this file is gone or damaged');
    await shop.store.write(key, bytes ?? garbage);
    expect((await refused(await written())).byRule).toHaveLength(1);
  });

  test('a settled note is damaged: the rows are open again', async () => {
    const { effects } = shop.lake;
    const [dataset] = effects.catalog.datasets;
    const version = await shop.landing.head(A);
    const report = dataset && version && (await readReport(effects.lake, dataset, version));
    if (report === undefined) throw new Error('no report');
    const before = shop.store.keys();
    await settle(effects.lake, report, { who: 'ann', why: 'known', at: '2024-01-01T00:00:00Z' });
    expect((await written()).index.summary.refusedRows).toBe(0);
    const [note = ''] = shop.store.keys().filter((key) => !before.includes(key));
    await shop.store.write(note, garbage);
    const page = await written();
    expect(page.index.summary.refusedRows).toBe(1);
  });

  test('a dropped definition, and one that is wrong, are named', async () => {
    const sales = CONTRACT.resources.filter(({ name }) => name === 'sales');
    const insights = { daily: '/* ---\nover: sales\n--- */\nSELECT nothing FROM sales' };
    const catalog = await withPackage({ name: 'shop', resources: sales }, insights, (schemas) =>
      loadSound(schemas, shop.world.sql),
    );
    const { world, clock, landing, store, site } = shop;
    const page = await writeOver(openProcess({ ...world, catalog }, clock, landing, store), site);
    expect(facts(page)).toMatch(/daily\.sql is wrong and was set aside/);
    expect(facts(page)).toMatch(/tables\/tills has no definition any more/);
    expect(facts(page)).toMatch(/insights\/names has no definition any more/);
    expect(page.index.insights).toEqual([]);
    expect(page.index.datasets.map(({ name }) => name)).toEqual(['sales']);
    await pageTree(site);
  });
});

describe('a lake in which there is little', () => {
  test('before its first sync: nothing is there, and files wait', async () => {
    shop = await openPageLake(CONTRACT, INSIGHTS);
    const empty = await written();
    expect(
      empty.index.datasets.map(({ files, rows, version, lastCommit }) => [files, rows, version, lastCommit]),
    ).toEqual([
      [0, 0, null, null],
      [0, 0, null, null],
    ]);
    expect(empty.index.insights.map(({ document, state }) => [document, state])).toEqual([
      [null, 'attention'],
      [null, 'attention'],
    ]);
    await shop.put(A, 'till,amount', 'north,1');
    const waiting = await written();
    expect(waiting.index.summary).toMatchObject({ files: 0, waiting: 1 });
    const dataset = await waiting.document<DatasetDocument>(waiting.index.datasets[0]?.document);
    const { files } = await waiting.document<FilesDocument>(dataset.lists[0]?.list);
    expect(files.map(({ source, state }) => [source, state])).toEqual([[A, 'waiting']]);
    await close();
  });

  test('without any definition that can be used', async () => {
    await open();
    const { world, clock, landing, store, site } = shop;
    const none = await withPackage(
      { name: 'shop', resources: [{ name: 'Sales 1', path: '' }] },
      {},
      (schemas) => loadSound(schemas, world.sql),
    );
    const page = await writeOver(openProcess({ ...world, catalog: none }, clock, landing, store), site);
    expect(page.index).toMatchObject({ datasets: [], insights: [], lineage: { nodes: [], edges: [] } });
    expect(facts(page)).toContain('was set aside');
    await close();
  });
});

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
    const page = await written();
    expect(page.index.faults).toEqual([]);
    for (const name of [...names, 'insight', 'tostring'])
      expect([name, stateOf(page, name)]).toEqual([name, 'well']);
    expect(await rowsOf(page, 'tostring')).toEqual([['index']]);
    await close();
  });

  async function rowsOf(page: WrittenPage, name: string) {
    const { parts } = await page.insight(name);
    const documents = await Promise.all(parts.map(({ rows }) => page.document<RowsDocument>(rows)));
    return documents.flatMap(({ rows }) => rows);
  }

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
    await shop.put(
      'odd/a.csv',
      'till,n,d,moment',
      `${long},1e300,0001-01-01,0001-01-01T00:00:00Z`,
      'b,-0.5,9999-12-31,9999-12-31T23:59:59Z',
    );
    await shop.sync();
    await shop.put(
      'odd/a.csv',
      'till,n,d,moment',
      `${long},1e300,0001-01-01,0001-01-01T00:00:00Z`,
      'b,-0.25,9999-12-31,9999-12-31T23:59:59Z',
    );
    await shop.sync();
    const page = await written();
    expect(facts(page)).toBe('');
    expect((await page.insight('wide')).columns).toHaveLength(300);
    const rows = await rowsOf(page, 'values');
    expect(rows.map(([till, ...cells]) => [till?.length, ...cells])).toEqual([
      [500_000, '1e+300', '0001-01-01', '0001-01-01 00:00:00+00'],
      [1, '-0.25', '9999-12-31', '9999-12-31 23:59:59+00'],
    ]);
    expect(await rowsOf(page, 'extremes')).toEqual([['NaN', 'Infinity', '-Infinity', '2']]);
    await close();
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
    const page = await written();
    const told = [...values, null].map((value, i) => [value, value === null ? '77' : String(2 * i)]);
    const order = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
    const rows = await rowsOf(page, 'parts');
    expect({ faults: facts(page), rows: order(rows) }).toEqual({
      faults: '',
      rows: order(told),
    });
    const { parts } = await page.insight('parts');
    expect(order(parts.flatMap(({ partitions }) => partitions.map(({ p }) => p)))).toEqual(
      order([...values, null]),
    );
    await close();
  });
});
