// The page over a lake that is damaged or empty: it is written, names what is wrong, and shows nothing wrong.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSound } from '../../lib/definitions/load-catalog.ts';
import { readReport } from '../../lib/ingest/report.ts';
import { settle } from '../../lib/maintain/settlement.ts';
import type { DatasetDocument, FilesDocument, RefusedDocument } from '../../lib/page/dataset-documents.ts';
import { openPageLake, type PageLake, type WrittenPage, writeOver } from '../support/page-lake.ts';
import { pageTree } from '../support/page-tree.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { openProcess, withPackage } from '../support/shop-lake.ts';
import { facts, isMade, stateOf, writtenTwice } from './page-case.ts';

const CONTRACT = {
  name: 'shop',
  resources: [
    salesByDay([{ name: 'till' }, { name: 'amount', type: 'integer' }], { maxRejectedRatio: 1 }),
    { name: 'tills', path: 'tills/*.csv', schema: { fields: [{ name: 'till' }] } },
  ],
};
const INSIGHTS = {
  daily: `/* ---\nover: sales\npartitionBy: [day]\n--- */\nSELECT day, CAST(sum(amount) AS BIGINT) AS amount FROM sales GROUP BY day`,
  names: `/* ---\ndescription: All tills.\n--- */\nSELECT till FROM tills`,
};
const A = 'sales/day=2024-01-01/a.csv';

let shop: PageLake;
afterEach(() => shop.world.close());

async function open(): Promise<void> {
  shop = await openPageLake(CONTRACT, INSIGHTS);
  await shop.put(A, 'till,amount', 'north,1', 'south,x');
  await shop.put('sales/day=2024-01-02/b.csv', 'till,amount', 'north,2');
  await shop.put('tills/1.csv', 'till', 'north');
  await shop.sync();
}

const keysOf = (pattern: RegExp) => shop.store.keys().filter((key) => pattern.test(key));

describe('a damaged lake', () => {
  beforeEach(open);

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
    const before = await writtenTwice(shop);
    const [key = ''] = keysOf(pattern);
    const bytes = await shop.store.read(key);
    await shop.store.write(key, garbage);
    const page = await writtenTwice(shop);
    for (const name of broken) {
      expect(stateOf(page, name), name).toBe('fault');
      expect(facts(page)).toContain(name);
    }
    for (const name of well)
      expect([stateOf(page, name), isMade(page, name)], name).toEqual([stateOf(before, name), true]);
    await shop.store.write(key, bytes ?? garbage);
    expect((await writtenTwice(shop)).index.faults).toEqual(before.index.faults);
  });

  test.each([
    ['gone', async (key: string) => shop.store.remove([key])],
    ['damaged', async (key: string) => shop.store.write(key, garbage)],
  ])('a data file of an insight that is %s', async (_, damage) => {
    for (const key of keysOf(/^insights\/daily\/.*\.parquet$/)) await damage(key);
    const page = await writtenTwice(shop);
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
    const document = await refused(await writtenTwice(shop));
    expect(document).toMatchObject({ refused: 1, raw: [], moreRaw: 1 });
    expect(document.missing).toContain('the text of its refused rows is gone or damaged');
    expect(document.examples[0]?.violations[0]?.value).toBe('x');
    await shop.store.write(key, bytes ?? garbage);
    expect((await refused(await writtenTwice(shop))).raw).toEqual(['south,x']);
  });

  test('a report is damaged, and comes back', async () => {
    const [key = ''] = keysOf(/^files\/sales\/.*a\.csv/);
    const bytes = await shop.store.read(key);
    await shop.store.write(key, garbage);
    const page = await writtenTwice(shop);
    expect(await refused(page)).toMatchObject({ refused: 1, accepted: 1, byRule: [] });
    expect((await refused(page)).missing).toContain('the report on this file is gone or damaged');
    await shop.store.write(key, bytes ?? garbage);
    expect((await refused(await writtenTwice(shop))).byRule).toHaveLength(1);
  });

  test('a settled note is damaged: the rows are open again', async () => {
    const { effects } = shop.lake;
    const [dataset] = effects.catalog.datasets;
    const version = await shop.landing.head(A);
    const report = dataset && version && (await readReport(effects.lake, dataset, version));
    if (report === undefined) throw new Error('no report');
    const before = shop.store.keys();
    await settle(effects.lake, report, { who: 'ann', why: 'known', at: '2024-01-01T00:00:00Z' });
    expect((await writtenTwice(shop)).index.summary.refusedRows).toBe(0);
    const [note = ''] = shop.store.keys().filter((key) => !before.includes(key));
    await shop.store.write(note, garbage);
    const page = await writtenTwice(shop);
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
    const empty = await writtenTwice(shop);
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
    const waiting = await writtenTwice(shop);
    expect(waiting.index.summary).toMatchObject({ files: 0, waiting: 1 });
    const dataset = await waiting.document<DatasetDocument>(waiting.index.datasets[0]?.document);
    const { files } = await waiting.document<FilesDocument>(dataset.lists[0]?.list);
    expect(files.map(({ source, state }) => [source, state])).toEqual([[A, 'waiting']]);
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
  });
});
