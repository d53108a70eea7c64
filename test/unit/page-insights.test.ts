// The documents of insights on the page, over a lake with corrections, side inputs, audits and a history.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tablePrefix } from '../../lib/core/insight.ts';
import { partitionsNamed } from '../../lib/inspect/find-table.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { TableLogs } from '../../lib/inspect/table-log.ts';
import type {
  ChangeDocument,
  PagePartitionReceipt,
  ReceiptsDocument,
  RowsDocument,
} from '../../lib/page/insight-documents.ts';
import { openPageLake, type PageLake, type WrittenPage, writeOver } from '../support/page-lake.ts';
import { openProcess, rowsOf } from '../support/shop-lake.ts';

const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'sales/day=*/*.csv',
      partitionBy: ['day'],
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'till', type: 'string' },
          { name: 'amount', type: 'number', precision: 30, scale: 2 },
        ],
      },
    },
    {
      name: 'owners',
      path: 'owners/*.csv',
      mode: 'upsert',
      history: true,
      schema: {
        primaryKey: ['till'],
        fields: [
          { name: 'till', type: 'string', constraints: { required: true } },
          { name: 'owner', type: 'string' },
        ],
      },
    },
  ],
};
const TAKINGS = `/* ---
description: What each till took.
headline: true
over: sales
partitionBy: [day]
key: [till]
audits:
  - name: no_debt
    sql: SELECT * FROM this WHERE takings < 0
  - name: small
    severity: warn
    sql: SELECT * FROM this WHERE takings BETWEEN 1000000 AND 3000000
columns:
  takings: What it took, net [EUR].
--- */
SELECT day, till, CAST(sum(amount) AS DECIMAL(38, 2)) AS takings, count(*) AS sales FROM sales GROUP BY ALL
`;
const OWNER_TAKINGS = `/* ---
over: takings
partitionBy: [day]
key: [owner]
chart: {kind: bar, x: owner}
--- */
SELECT day, coalesce(owner, '?') AS owner, CAST(sum(takings) AS DECIMAL(38, 2)) AS takings
FROM takings LEFT JOIN owners USING (till) GROUP BY ALL
`;
const TOTAL = `/* ---
chart: false
--- */
SELECT CAST(sum(takings) AS DECIMAL(38, 2)) AS takings FROM takings
`;

const [A, A2, B] = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-01/a2.csv',
  'sales/day=2024-01-02/b.csv',
];
const HEADER = 'till,amount';

let shop: PageLake;
beforeEach(async () => {
  shop = await openPageLake(CONTRACT, { takings: TAKINGS, owner_takings: OWNER_TAKINGS, total: TOTAL });
  await shop.put(A, HEADER, 'north,1.50', 'north,2.25', 'south,4');
  await shop.put(A2, HEADER, 'south,1');
  await shop.put(B, HEADER, 'north,9007199254740993.07');
  await shop.put('owners/1.csv', 'till,owner', 'north,Ann', 'south,Bob');
  await shop.sync();
});
afterEach(() => shop.world.close());

const insights = (name: string) => ({ kind: 'insights', name }) as const;

async function allRows(page: WrittenPage, name: string) {
  const { parts } = await page.insight(name);
  const documents = await Promise.all(parts.map(({ rows }) => page.document<RowsDocument>(rows)));
  return documents.flatMap(({ rows }) => rows);
}

async function receipts(page: WrittenPage, name: string): Promise<PagePartitionReceipt[]> {
  const { parts } = await page.insight(name);
  return (await Promise.all(parts.map((part) => page.document<ReceiptsDocument>(part.receipts)))).flatMap(
    (one) => one.receipts,
  );
}

describe('the insights of the page', () => {
  it('show the rows of the table, the newest partitions first, exactly', async () => {
    const page = await shop.write();
    expect(await allRows(page, 'takings')).toEqual([
      ['2024-01-02', 'north', '9007199254740993.07', '1'],
      ['2024-01-01', 'north', '3.75', '2'],
      ['2024-01-01', 'south', '5.00', '2'],
    ]);
    const asked = await rowsOf(shop.lake, insights('owner_takings'), 'CAST(day AS VARCHAR), owner, takings');
    const shown = await allRows(page, 'owner_takings');
    expect(shown.sort()).toEqual(asked.map((row) => Object.values(row)).sort());
    expect(await allRows(page, 'total')).toEqual([['9007199254741001.82']]);
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
    const large = await openPageLake(
      { name: 'shop', resources: CONTRACT.resources.slice(0, 1) },
      { all_sales: text },
    );
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
