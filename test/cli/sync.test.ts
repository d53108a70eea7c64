// `sluice sync` as users and their scripts see it: exit codes, what is said, the JSON document.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const ASK = ['--format', 'csv'];

async function takings(shop: Shop): Promise<string[]> {
  const { out, err, code } = await sluice([
    'query',
    'SELECT * FROM takings ORDER BY ALL',
    ...ASK,
    ...shop.places.slice(2),
  ]);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return out.trimEnd().split('\r\n').slice(1);
}

async function syncJson(shop: Shop, ...args: string[]) {
  const { code, out } = await sluice(['sync', '--format', 'json', ...args, ...shop.places]);
  return { code, document: JSON.parse(out) };
}

async function threeDays(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50', 'north,2.25', 'south,4');
  await shop.sell('shop/day=2024-01-02/b.csv', 'north,7', 'south,1.5x', 'south,0.75');
  await shop.sell('shop/day=2024-01-03/c.csv', 'east,10');
  return shop;
}

describe('sync', () => {
  it('brings every file and insight in, and then finds nothing to do', async () => {
    const shop = await threeDays();
    await shop.write('shop/readme.txt', 'hello');
    const { code, document } = await syncJson(shop);
    expect(code).toBe(0);
    expect(document.totals).toEqual({
      accepted: 3,
      rejected: 0,
      settled: 0,
      withdrawn: 0,
      unchanged: 0,
      kept: 0,
      unknown: 1,
      running: 0,
    });
    expect(document.rows).toEqual({ accepted: 6, quarantined: 1, skipped: 0, withdrawn: 0 });
    expect(document.files).toContainEqual({
      source: 'shop/day=2024-01-02/b.csv',
      dataset: 'sales',
      outcome: 'accepted',
      rows: 2,
      quarantined: 1,
      skipped: 0,
      partitions: ['day=2024-01-02'],
    });
    expect(document.refreshed).toEqual([
      {
        table: 'insights/takings',
        published: [{ day: '2024-01-01' }, { day: '2024-01-02' }, { day: '2024-01-03' }],
        dropped: [],
        version: 1,
      },
    ]);
    expect(document.applied).toEqual([
      { table: 'tables/sales', change: 'created' },
      { table: 'insights/takings', change: 'created' },
    ]);
    expect(await takings(shop)).toEqual([
      '2024-01-01,north,3.75',
      '2024-01-01,south,4.00',
      '2024-01-02,north,7.00',
      '2024-01-02,south,0.75',
      '2024-01-03,east,10.00',
    ]);
    const again = await sluice(['sync', ...shop.places]);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^Nothing to do: 3 files unchanged \(\d+\.\d s\)\.\n$/);
    expect(again.err).toBe('');
  });

  it('exits 3 as long as a file is rejected, and keeps its old rows', async () => {
    const shop = await threeDays();
    await syncJson(shop);
    await shop.write('shop/day=2024-01-03/c.csv', 'till;amount\neast;11\n');
    const first = await syncJson(shop);
    expect(first.code).toBe(3);
    expect(first.document.rejected).toEqual([
      { source: 'shop/day=2024-01-03/c.csv', dataset: 'sales', reason: expect.stringContaining('till') },
    ]);
    expect(await takings(shop)).toContain('2024-01-03,east,10.00');
    const second = await sluice(['sync', ...shop.places]);
    expect(second.code).toBe(3);
    expect(second.out).toContain('shop/day=2024-01-03/c.csv (sales): ');
    await shop.sell('shop/day=2024-01-03/c.csv', 'east,11');
    expect((await syncJson(shop)).code).toBe(0);
    expect(await takings(shop)).toContain('2024-01-03,east,11.00');
  });

  it('exits 3 as long as an audit keeps a partition back', async () => {
    const shop = await threeDays();
    await syncJson(shop);
    await shop.sell('shop/day=2024-01-01/late.csv', 'south,-9');
    const { code, document } = await syncJson(shop);
    expect(code).toBe(3);
    expect(document.stale).toEqual([
      {
        table: 'insights/takings',
        partition: { day: '2024-01-01' },
        message: expect.stringContaining('no_debt'),
      },
    ]);
    expect(await takings(shop)).toContain('2024-01-01,south,4.00');
    const again = await sluice(['sync', ...shop.places]);
    expect(again.code).toBe(3);
    expect(again.out).toContain('takings(day=2024-01-01): audit no_debt');
    await shop.remove('shop/day=2024-01-01/late.csv');
    expect((await syncJson(shop, '--prune')).code).toBe(0);
  });

  it('reports vanished files, withdraws them with --prune, and most of them only with --yes', async () => {
    const shop = await threeDays();
    await syncJson(shop);
    await shop.remove('shop/day=2024-01-03/c.csv');
    const reported = await syncJson(shop);
    expect(reported.code).toBe(3);
    expect(reported.document.vanished).toEqual([{ source: 'shop/day=2024-01-03/c.csv', dataset: 'sales' }]);
    const { out } = await sluice(['sync', ...shop.places]);
    expect(out).toMatch(/^Nothing to read: 2 files unchanged, 1 vanished \(/);
    expect(out).toContain('(--prune withdraws them):\n  shop/day=2024-01-03/c.csv (sales)');
    const status = await sluice(['status', ...shop.places]);
    expect(status).toMatchObject({
      code: 3,
      out: expect.stringContaining('  shop/day=2024-01-03/c.csv (sales)'),
    });
    await shop.remove('shop/day=2024-01-02/b.csv');
    const refused = await sluice(['sync', '--prune', ...shop.places]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('sales: 2 of 3 source files');
    expect(refused.err).toContain('A wrong landing is the usual cause');
    expect(await takings(shop)).toHaveLength(5);
    const pruned = await syncJson(shop, '--prune', '--yes');
    expect(pruned.code).toBe(0);
    expect(pruned.document.totals).toMatchObject({ withdrawn: 2, unchanged: 1 });
    expect(pruned.document.rows).toEqual({ accepted: 0, quarantined: 0, skipped: 0, withdrawn: 3 });
    expect(await takings(shop)).toEqual(['2024-01-01,north,3.75', '2024-01-01,south,4.00']);
  });

  it('takes a missing landing folder for a mistake', async () => {
    const shop = await threeDays();
    await syncJson(shop);
    await rm(shop.landing, { recursive: true });
    const { code, err } = await sluice(['sync', '--prune', '--yes', ...shop.places]);
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no landing folder'),
    });
    expect(await takings(shop)).toHaveLength(5);
  });

  it('refuses a lake and a landing within one another', async () => {
    const shop = await makeShop();
    const inside = join(shop.landing, 'x', 'lake');
    const { code, err } = await sluice([
      'sync',
      ...shop.places.slice(0, 2),
      '--lake',
      inside,
      ...shop.places.slice(4),
    ]);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('is inside landing') });
    expect(await readdir(shop.landing)).toEqual([]);
  });

  it('reads what is selected: by date, by dataset, by keys', async () => {
    const shop = await threeDays();
    const range = await syncJson(shop, '--from', '2024-01-02', '--to', '2024-01-02', '--dataset', 'sales');
    expect(range.document.files.map(({ source }: { source: string }) => source)).toEqual([
      'shop/day=2024-01-02/b.csv',
    ]);
    const input = 'shop/day=2024-01-03/c.csv\r\n\n  \nshop/day=2024-01-09/none.csv\n';
    const { out } = await sluice(['sync', '--format', 'json', '--keys', '-', ...shop.places], { input });
    const document = JSON.parse(out);
    expect(document.files.map(({ source }: { source: string }) => source)).toEqual([
      'shop/day=2024-01-03/c.csv',
    ]);
    expect(document.absent).toEqual(['shop/day=2024-01-09/none.csv']);
  });

  it('follows new definitions; until then a query sees the table as it is', async () => {
    const shop = await threeDays();
    await syncJson(shop);
    const wider = structuredClone(CONTRACT);
    wider.resources[0]?.schema.fields.push({ name: 'clerk', type: 'string' });
    await shop.define(wider, TAKINGS.replace('AS takings', 'AS takings, count(*) AS sales'));
    expect(await takings(shop)).toContain('2024-01-01,north,3.75');
    const clerks = ['query', 'SELECT DISTINCT clerk FROM sales', ...ASK, ...shop.places.slice(2)];
    expect(await sluice(clerks)).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'The definition of sales has a column clerk, the lake not yet: run "npx sluice sync".',
      ),
    });
    const status = await sluice(['status', '--format', 'json', ...shop.places]);
    expect(JSON.parse(status.out)).toMatchObject({ datasets: [{ waiting: 3 }], derived: [{ behind: 3 }] });
    const { code, document } = await syncJson(shop);
    expect(code).toBe(0);
    expect(document.applied).toEqual([
      { table: 'tables/sales', change: 'changed' },
      { table: 'insights/takings', change: 'changed' },
    ]);
    expect(await takings(shop)).toContain('2024-01-01,north,3.75,2');
    expect((await syncJson(shop)).document).toMatchObject({
      totals: { accepted: 0, unchanged: 3 },
      refreshed: [],
    });
  });

  it('names a message that failed for good, exits 1, and delivers it again next time', async () => {
    const shop = await threeDays();
    await mkdir(shop.lake);
    await writeFile(join(shop.lake, 'files'), 'where a folder must be');
    const { code, document } = await syncJson(shop);
    expect(code).toBe(1);
    expect(document.deadLetters).toHaveLength(3);
    expect(document.deadLetters[0]).toMatchObject({
      queue: 'files',
      message: { source: 'shop/day=2024-01-01/a.csv' },
    });
    const said = await sluice(['sync', ...shop.places]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/Failed \(the next sync retries them\):\n {2}shop\/day=2024-01-01\/a\.csv: .+/);
    await rm(join(shop.lake, 'files'));
    expect(await syncJson(shop, '--from', '2024-01-02')).toMatchObject({
      code: 0,
      document: { totals: { accepted: 3 } },
    });
    expect((await readdir(shop.lake)).includes('dead-letters')).toBe(false);
  });
});

it('a sync whose reader has gone does all its work', async () => {
  const shop = await threeDays();
  const running = startSluice(['sync', '--verbose', ...shop.places], shop.folder);
  running.process.stdout?.destroy();
  running.process.stderr?.destroy();
  expect((await running.ended).code).toBe(0);
  expect((await sluice(['sync', ...shop.places])).out).toMatch(/^Nothing to do: 3 files unchanged/);
});
