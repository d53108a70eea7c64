import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const QUERY = 'SELECT till, takings FROM takings ORDER BY ALL';

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** As if everything in the lake had been written that many days ago. */
async function age(shop: Shop, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 24 * 3600 * 1000);
  for (const path of await filesBelow(shop.lake)) await utimes(path, at, at);
}

/** A lake with three data files, a report and a quarantine file that nothing needs any more. */
async function wornShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-05-01/a.csv', 'north,1.00', 'north,oops');
  await shop.sell('shop/day=2024-05-02/a.csv', 'south,2.00');
  await sluice(['sync', ...shop.places]);
  await shop.sell('shop/day=2024-05-01/a.csv', 'north,5.00');
  await shop.remove('shop/day=2024-05-02/a.csv');
  await sluice(['sync', '--prune', '--yes', ...shop.places]);
  return shop;
}

test('sluice maintain sweeps what is older than the retention, and the numbers stay', async () => {
  const shop = await wornShop();
  const before = await sluice(['query', QUERY, ...shop.places.slice(2)]);
  expect(before.out).toContain('5.00');

  const early = await sluice(['maintain', ...shop.places]);
  expect(early).toMatchObject({ code: 0, err: '' });
  expect(early.out).toContain(
    'Deleted 0 files (0 B) that no version of the last 7 days needs; wrote 2 checkpoints.',
  );

  await age(shop, 8);
  const untouched = await filesBelow(shop.lake);
  const dry = await sluice(['maintain', '--dry-run', ...shop.places]);
  expect(dry.code).toBe(0);
  expect(dry.out).toMatch(/ k?B {2}tables\/sales\/day=2024-05-02\/[-0-9a-f]+\.parquet\n/);
  expect(dry.out).toMatch(/ k?B {2}quarantine\/sales\/shop\/day=2024-05-01\/a\.csv\/\S+\.parquet\n/);
  expect(dry.out).toMatch(
    /Would delete 7 files \([\d.]+ kB\) that no version of the last 7 days needs. Nothing was changed.\n$/,
  );
  expect(await filesBelow(shop.lake)).toEqual(untouched);

  const document = JSON.parse((await sluice(['maintain', '--format', 'json', ...shop.places])).out);
  expect(document).toMatchObject({ retentionDays: 7, dryRun: false, files: 7, failures: [] });
  expect(document.places).toEqual([
    { place: 'files/sales', files: 3, bytes: expect.any(Number), checkpoint: null },
    { place: 'insights/takings', files: 2, bytes: expect.any(Number), checkpoint: 3 },
    { place: 'jobs', files: 0, bytes: 0, checkpoint: null },
    { place: 'settlements', files: 0, bytes: 0, checkpoint: null },
    { place: 'staging', files: 0, bytes: 0, checkpoint: null },
    { place: 'tables/sales', files: 2, bytes: expect.any(Number), checkpoint: 3 },
    { place: 'unknown', files: 0, bytes: 0, checkpoint: null },
  ]);
  const left = (await filesBelow(shop.lake)).filter((path) => !path.includes('_delta_log'));
  expect(left.filter((path) => path.endsWith('.parquet'))).toHaveLength(2);
  expect(await readdir(join(shop.lake, 'tables/sales'))).toEqual(['_delta_log', 'day=2024-05-01']);
  expect(await sluice(['query', QUERY, ...shop.places.slice(2)])).toEqual(before);
  expect((await sluice(['sync', ...shop.places])).out).not.toContain('accepted');
});

test('a shorter retention is taken at its word, and one that is too short is refused', async () => {
  const shop = await wornShop();
  await age(shop, 2);
  expect((await sluice(['maintain', '--retention', '3', ...shop.places])).out).toContain('Deleted 0 files');
  expect((await sluice(['maintain', '--retention', '0.5', ...shop.places])).out).toContain('Deleted 7 files');
  for (const days of ['0', '0.04', '-1', 'week', '1e3']) {
    const refused = await sluice(['maintain', `--retention=${days}`, ...shop.places]);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining(`--retention ${days}: write a number of days, at least 0.042 (an hour)`),
    ]);
  }
});

test('a missing landing is no landing from which everything has gone', async () => {
  const shop = await wornShop();
  const wrong = ['--landing', join(shop.folder, 'lannding'), ...shop.places.slice(2)];
  const refused = await sluice(['maintain', ...wrong]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('There is no landing folder')]);
});

test('a table that cannot be maintained is said, with exit code 1, and holds nothing up', async () => {
  const shop = await wornShop();
  await age(shop, 8);
  await rm(join(shop.lake, 'tables/sales/_delta_log', `${'0'.repeat(20)}.json`));
  const done = await sluice(['maintain', ...shop.places]);
  expect(done.code).toBe(1);
  expect(done.out).toMatch(/tables\/sales was not changed: .*00000000000000000000.json is missing/);
  expect(done.out).toMatch(/insights\/takings +2 /);
});
