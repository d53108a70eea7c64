// Where the page says that an insight's numbers come from: receipts, what moved a number, and what a version changed.
import { describe, expect, it } from 'vitest';
import { tablePrefix } from '../../lib/core/insight.ts';
import { partitionsNamed } from '../../lib/inspect/find-table.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import type { ChangeDocument, PagePartitionReceipt } from '../../lib/page/insight-documents.ts';
import { type WrittenPage, writeOver } from '../support/page-lake.ts';
import { openProcess } from '../support/shop-lake.ts';
import { A, A2, B, HEADER, receipts, shop, useTakingsPage } from '../support/takings-page.ts';

useTakingsPage();

describe('the insights of the page', () => {
  it('have the receipts that explain prints', async () => {
    await shop.put(A, HEADER, 'north,7', 'south,8');
    await shop.put('owners/2.csv', 'till,owner', 'south,Cyd');
    await shop.sync();
    const page = await shop.write();
    for (const name of ['takings', 'owner_takings', 'total', 'owners_history'])
      for (const shown of await receipts(page, name)) await expectExplained(name, shown);
  });

  it('tell which file moved a number, and what it was before', async () => {
    await shop.put(A, HEADER, 'north,1.00', 'south,4');
    await shop.landing.remove([A2]);
    await shop.sync();
    const page = await shop.write();
    const [second, first] = await receipts(page, 'takings');
    expect(second?.moved).toBeNull();
    expect(first?.moved).toMatchObject({ before: 1, moreSources: 0, definitions: [] });
    expect(
      first?.moved?.sources.map(({ source, change, oldRows, newRows }) => [source, change, oldRows, newRows]),
    ).toEqual(
      expect.arrayContaining([
        [A, 'replaced', 3, 2],
        [A2, 'withdrawn', 1, null],
      ]),
    );
    const at = '2024-01-01T00:00:02.000Z';
    expect(first?.moved?.sources.map(({ committedAt }) => committedAt)).toEqual([at, at]);
    const takings = await page.insight('takings');
    expect(takings.changes.map(({ version }) => version)).toEqual([2, 1]);
    expect(first?.moved?.change).toBe(takings.changes[0]?.change);
    const change = await page.document<ChangeDocument>(takings.changes[0]?.change);
    expect(change).toMatchObject({
      table: 'takings',
      version: 2,
      key: ['day', 'till'],
      counts: { added: 0, removed: 0, changed: 2 },
      rows: [
        {
          change: 'changed',
          old: ['2024-01-01', 'north', '3.75', '2'],
          new: ['2024-01-01', 'north', '1.00', '1'],
        },
        {
          change: 'changed',
          old: ['2024-01-01', 'south', '5.00', '2'],
          new: ['2024-01-01', 'south', '4.00', '1'],
        },
      ],
      moreRows: 0,
      totals: [
        { column: 'takings', old: '8.75', new: '5.00' },
        { column: 'sales', old: '4', new: '2' },
      ],
    });
    const created = await page.document<ChangeDocument>(takings.changes[1]?.change);
    expect(created.counts).toEqual({ added: 3, removed: 0, changed: 0 });
    expect(created.totals?.[0]).toEqual({ column: 'takings', old: null, new: '9007199254741001.82' });
    expect(created.sources.map(({ change: how }) => how)).toEqual(['new', 'new', 'new']);
    const owners = await page.document<ChangeDocument>(
      (await page.insight('owner_takings')).changes[0]?.change,
    );
    expect(owners.sources.map(({ source }) => source).sort()).toEqual([A, A2]);
  });

  it('are written anew only where something changed', async () => {
    const first = await shop.write();
    expect(first.documents).toBeGreaterThan(0);
    const again = await shop.write();
    expect([again.documents, again.kept]).toEqual([0, first.documents]);
    const tills = Array.from({ length: 1990 }, (_, till) => `t${till},1`);
    await shop.put('sales/day=2024-02-01/x.csv', HEADER, ...tills);
    await shop.put('sales/day=2024-03-01/x.csv', HEADER, ...tills);
    await shop.sync();
    const before = await partsOf(await shop.write());
    expect(before.map(({ days }) => days)).toEqual([
      ['2024-03-01'],
      ['2024-02-01'],
      ['2024-01-02', '2024-01-01'],
    ]);
    await shop.put('sales/day=2024-02-01/x.csv', HEADER, ...tills, 'north,2');
    await shop.sync();
    const after = await partsOf(await shop.write());
    expect(after[0]).toEqual(before[0]);
    expect(after[2]).toEqual(before[2]);
    expect(after[1]?.rows).not.toBe(before[1]?.rows);
    expect(after[1]?.receipts).not.toBe(before[1]?.receipts);
  });

  it('say what a swept version changed, without its rows', async () => {
    await shop.put(B, HEADER, 'north,1');
    await shop.sync();
    const log = await new TableLogs(shop.lake.effects.tables).find('insights/takings');
    const gone = log?.lifespans().filter(({ until }) => until !== Number.POSITIVE_INFINITY) ?? [];
    expect(gone).toHaveLength(1);
    await shop.store.remove(gone.map(({ add }) => `insights/takings/${decodeURIComponent(add.path)}`));
    const page = await shop.write();
    const takings = await page.insight('takings');
    const change = await page.document<ChangeDocument>(takings.changes[0]?.change);
    expect(change).toMatchObject({ rows: null, totals: null, counts: { added: 1, removed: 1, changed: 0 } });
    expect(change.sources.map(({ source, change: how }) => [source, how])).toEqual([[B, 'replaced']]);
  });

  it('say which inputs cannot be traced any more, though no data file of theirs changed', async () => {
    const before = await shop.write();
    const inputs = shop.store.keys().filter((key) => key.startsWith('tables/sales/'));
    await shop.store.remove(inputs);
    const { world, clock, landing, store, site } = shop;
    const after = await writeOver(openProcess(world, clock, landing, store), site);
    const [second] = await receipts(after, 'takings');
    expect(second?.lost[0]).toMatch(
      /^insights\/takings was made from version 1 of a tables\/sales that is not/,
    );
    expect(second?.sources).toEqual([]);
    expect((await receipts(before, 'takings'))[0]?.lost).toEqual([]);
    expect(after.index.insights.find(({ name }) => name === 'takings')?.state).toBe('fault');
  });

  it('say so, too, in the process that traced them before', async () => {
    const { lake, site, store } = shop;
    const logs = new TableLogs(lake.effects.tables);
    const before = await writeOver(lake, site, { logs });
    expect((await receipts(before, 'takings'))[0]?.lost).toEqual([]);
    await store.remove(store.keys().filter((key) => key.startsWith('tables/sales/')));
    const after = await writeOver(lake, site, { logs: new TableLogs(lake.effects.tables, logs) });
    expect((await receipts(after, 'takings'))[0]?.lost[0]).toMatch(/a tables\/sales that is not/);
  });
});

async function partsOf(page: WrittenPage) {
  const { parts } = await page.insight('takings');
  return parts.map(({ partitions, rows, receipts: ref }) => ({
    days: partitions.map(({ day }) => day),
    rows,
    receipts: ref,
  }));
}

/** `explain NAME part=value --format json` prints this. */
async function expectExplained(name: string, shown: PagePartitionReceipt): Promise<void> {
  const { effects } = shop.lake;
  const table = effects.catalog.resolve(name);
  const logs = new TableLogs(effects.tables);
  const log = table && (await logs.find(tablePrefix(table)));
  if (table === undefined || log === undefined) throw new Error(`no table ${name}`);
  const words = Object.entries(shown.partition).map(([column, value]) => `${column}=${value}`);
  const receipt = await tableReceipt(
    effects,
    logs,
    table,
    log,
    log.newest,
    partitionsNamed(log, log.newest, words),
  );
  const told = ({ dataset, source, rows, version, lastModified }: (typeof receipt.sources)[number]) =>
    JSON.stringify([dataset, source, rows, version, lastModified]);
  const sources = shown.sources.map(({ dataset, source, rows, version, lastModified }) =>
    JSON.stringify([dataset, source, rows, version, lastModified]),
  );
  expect(sources.sort()).toEqual(receipt.sources.map(told).sort());
  expect(sources.length).toBeGreaterThan(0);
  expect(shown.sourceRows).toBe(receipt.sources.reduce((sum, { rows }) => sum + rows, 0));
  const [partition] = receipt.partitions;
  expect(shown).toMatchObject({
    rows: partition?.rows,
    version: partition?.version,
    committedAt: partition?.committedAt,
    definition: partition?.definition,
    warnings: partition?.warnings,
    lost: receipt.lost,
  });
}
