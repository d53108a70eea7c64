// What the page says of insights: their rows, columns, audits and versions, and their place in the lineage.
import { describe, expect, it } from 'vitest';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';

import type { ChangeDocument, RowsDocument } from '../../lib/page/insight-documents.ts';
import { openPageLake, rowsShown } from '../support/page-lake.ts';
import { rowsOf } from '../support/shop-lake.ts';
import { A, B, HEADER, receipts, SALES, shop, useTakingsPage } from '../support/takings-page.ts';

const insights = (name: string) => ({ kind: 'insights', name }) as const;

describe('the insights of the page', () => {
  useTakingsPage();

  it('show the rows of the table, the newest partitions first, exactly', async () => {
    const page = await shop.write();
    expect(await rowsShown(page, 'takings')).toEqual([
      ['2024-01-02', 'north', '9007199254740993.07', '1'],
      ['2024-01-01', 'north', '3.75', '2'],
      ['2024-01-01', 'south', '5.00', '2'],
    ]);
    const asked = await rowsOf(shop.lake, insights('owner_takings'), 'CAST(day AS VARCHAR), owner, takings');
    const shown = await rowsShown(page, 'owner_takings');
    expect(shown.sort()).toEqual(asked.map((row) => Object.values(row)).sort());
    expect(await rowsShown(page, 'total')).toEqual([['9007199254741001.82']]);
  });

  it('say what columns mean, what is audited, and why there are versions', async () => {
    await shop.put(A, HEADER, 'north,1');
    await shop.sync();
    const page = await shop.write();
    const { index } = page;
    expect(index.insights.map(({ name, kind, state }) => [name, kind, state])).toEqual([
      ['owners_history', 'history', 'well'],
      ['takings', 'insight', 'well'],
      ['owner_takings', 'insight', 'well'],
      ['total', 'insight', 'well'],
    ]);
    const summary = index.insights.find(({ name }) => name === 'takings');
    expect(summary).toMatchObject({
      headline: true,
      rows: 3,
      partitions: 2,
      stale: 0,
      behind: 0,
      version: 2,
    });
    expect(summary?.trend).toEqual([...Array(29).fill(null), 3]);
    expect(summary?.changesToday).toBe(2);
    const takings = await page.insight('takings');
    expect(takings.columns).toEqual([
      { name: 'day', type: 'date', isNumber: false, description: null, unit: null },
      { name: 'till', type: 'string', isNumber: false, description: null, unit: null },
      {
        name: 'takings',
        type: 'decimal(38,2)',
        isNumber: true,
        description: 'What it took, net [EUR].',
        unit: 'EUR',
      },
      { name: 'sales', type: 'long', isNumber: true, description: null, unit: null },
    ]);
    expect(takings).toMatchObject({ partitionBy: ['day'], key: ['till'], reads: ['sales'], moreVersions: 0 });
    expect(takings.sql?.text).toContain('sum(amount)');
    expect(takings.sql?.file).toMatch(/takings\.sql$/);
    expect(takings.chart).toEqual({ kind: 'line', x: ['day'], measures: ['takings'], colour: 'till' });
    expect(takings.versions.map(({ version, cause, rows }) => [version, cause, rows])).toEqual([
      [2, 'sales changed', 3],
      [1, 'sales was read for the first time', 3],
      [0, 'the table was made', 0],
    ]);
    const audits = takings.audits.map(({ name, severity, runs }) => [
      name,
      severity,
      runs.map(({ version, outcome }) => `${version} ${outcome}`),
    ]);
    expect(audits).toContainEqual(['no_debt', 'error', ['2 passed', '1 passed']]);
    expect(audits).toContainEqual(['key unique', 'error', ['2 passed', '1 passed']]);
    expect((await page.insight('owner_takings')).chart).toMatchObject({ kind: 'bar', x: ['owner'] });
    expect((await page.insight('total')).chart).toBeNull();
    const history = await page.insight('owners_history');
    expect(history.sql).toBeNull();
    expect(history.parts.map(({ rowCount, moreRows }) => [rowCount, moreRows])).toEqual([[2, 0]]);
  });

  it('name failed and warned audits, with the old rows', async () => {
    await shop.put(B, HEADER, 'north,-1');
    await shop.put('sales/day=2024-01-03/c.csv', HEADER, 'north,2000000');
    await shop.sync();
    const page = await shop.write();
    const summary = page.index.insights.find(({ name }) => name === 'takings');
    expect(summary).toMatchObject({ state: 'fault', stale: 1, warnings: 1, partitions: 3 });
    const takings = await page.insight('takings');
    expect(takings.stale).toEqual([
      { partition: { day: '2024-01-02' }, message: expect.stringContaining('no_debt') },
    ]);
    expect(takings.warnings[0]?.partition).toEqual({ day: '2024-01-03' });
    const runs = (name: string) =>
      takings.audits.find((audit) => audit.name === name)?.runs.map(({ outcome }) => outcome);
    expect([runs('no_debt'), runs('small')]).toEqual([
      ['failed', 'passed'],
      ['warned', 'passed'],
    ]);
    expect(takings.versions[0]?.cause).toMatch(
      /^sales changed, 2024-01-02|^sales changed, day=2024-01-02 kept/,
    );
    const receipt = (await receipts(page, 'takings')).find(({ partition }) => partition.day === '2024-01-03');
    expect(receipt?.audits).toContainEqual({ audit: 'small', outcome: 'warned' });
    expect(receipt?.warnings).toContain('small');
  });

  it('stop at no table that cannot be read', async () => {
    const log = await new TableLogs(shop.lake.effects.tables).find('insights/takings');
    const [live] = log?.filesAt(log.newest) ?? [];
    await shop.store.remove([`insights/takings/${decodeURIComponent(live?.add.path ?? '')}`]);
    const page = await shop.write();
    const states = page.index.insights.map(({ name, state, document }) => [name, state, document === null]);
    expect(states).toContainEqual(['takings', 'fault', true]);
    expect(states).toContainEqual(['total', 'well', false]);
  });

  it('stand in the lineage to the right of what they read', async () => {
    const { lineage } = (await shop.write()).index;
    const rank = new Map(lineage.nodes.map((node) => [node.name, node.rank]));
    for (const { from, to } of lineage.edges)
      expect(rank.get(to) ?? -1, `${from} ${to}`).toBeGreaterThan(rank.get(from) ?? 99);
    expect(lineage.nodes.find(({ name }) => name === 'takings')).toMatchObject({
      kind: 'insight',
      state: 'well',
      rows: 3,
      columns: ['day', 'till', 'takings', 'sales'],
    });
    const places = lineage.nodes.map(({ rank: column, order }) => `${column} ${order}`);
    expect(new Set(places).size).toBe(lineage.nodes.length);
  });
});

describe('an insight of many rows', () => {
  it('shows the first 20,000 of a partition, and of a change the first 2,000 with all of its totals', async () => {
    const text =
      '/* ---\ndescription: All.\n--- */\nSELECT till, amount, CAST(1.5 AS DOUBLE) AS ratio FROM sales\n';
    const large = await openPageLake({ name: 'shop', resources: [SALES] }, { all_sales: text });
    try {
      const rows = Array.from({ length: 20_010 }, (_, n) => `t${n},0.01`);
      await large.put(A, HEADER, ...rows);
      await large.sync();
      const page = await large.write();
      const { parts, changes, chart } = await page.insight('all_sales');
      expect(parts.map(({ partitions, rowCount, moreRows }) => [partitions, rowCount, moreRows])).toEqual([
        [[{}], 20_010, 10],
      ]);
      expect((await page.document<RowsDocument>(parts[0]?.rows)).rows).toHaveLength(20_000);
      expect(chart).toEqual({ kind: 'bar', x: ['till'], measures: ['amount', 'ratio'], colour: null });
      const change = await page.document<ChangeDocument>(changes[0]?.change);
      expect([change.key, change.rows?.length, change.moreRows]).toEqual([[], 2000, 18_010]);
      expect(change.totals).toEqual([
        { column: 'amount', old: null, new: '200.10' },
        { column: 'ratio', old: null, new: '30015.0' },
      ]);
    } finally {
      await large.world.close();
    }
  });
});
