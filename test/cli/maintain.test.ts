import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

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
    { place: 'files/sales', files: 3, bytes: expect.any(Number), merged: null, checkpoint: null },
    { place: 'insights/takings', files: 2, bytes: expect.any(Number), merged: null, checkpoint: 3 },
    { place: 'jobs', files: 0, bytes: 0, merged: null, checkpoint: null },
    { place: 'settlements', files: 0, bytes: 0, merged: null, checkpoint: null },
    { place: 'staging', files: 0, bytes: 0, merged: null, checkpoint: null },
    {
      place: 'tables/sales',
      files: 2,
      bytes: expect.any(Number),
      merged: { files: 0, into: 0, bytes: 0 },
      checkpoint: 3,
    },
    { place: 'unknown', files: 0, bytes: 0, merged: null, checkpoint: null },
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

/** A blank line is odd: its file is converted on its own, and has a data file of its own. */
const ALONE = '';

test('small files are merged; each source is explained, replaced and deleted as before, and nothing is computed anew', async () => {
  const shop = await makeShop();
  for (let n = 0; n < 9; n++)
    await shop.sell(
      `shop/day=2024-05-01/${n}.csv`,
      `north,${n}.00`,
      ALONE,
      ...(n === 3 ? ['south,oops'] : []),
    );
  await sluice(['sync', ...shop.places]);
  const [lake, definitions] = [shop.places.slice(2, 4), shop.places.slice(4)];
  const look = async () => ({
    rows: (await sluice(['query', QUERY, ...lake])).out,
    sources: JSON.parse(
      (await sluice(['explain', 'takings', '--format', 'json', ...lake, ...definitions])).out,
    ).sources,
    rejects: (await sluice(['rejects', 'shop/day=2024-05-01/3.csv', ...shop.places])).out,
    insight: JSON.parse((await sluice(['history', 'takings', '--format', 'json', ...lake])).out).newest,
  });
  const before = await look();
  expect(before.sources).toHaveLength(9);

  expect((await sluice(['maintain', '--dry-run', ...shop.places])).out).toContain(
    'Would merge 9 small data files into 1.\n',
  );
  const merged = await sluice(['maintain', ...shop.places]);
  expect(merged).toMatchObject({ code: 0, err: '' });
  expect(merged.out).toContain(
    'Merged 9 small data files into 1; the old ones are deleted after the retention.',
  );
  expect(merged.out).toMatch(/tables\/sales +0 +0 B +9 → 1 +\d+\n/);
  expect((await sluice(['history', 'sales', ...lake])).out).toMatch(
    /OPTIMIZE +9 .*2024-05-01 +9 data files became 1\n/,
  );
  expect((await sluice(['sync', ...shop.places])).out).not.toContain('accepted');
  expect(await look()).toEqual(before);

  await shop.sell('shop/day=2024-05-01/4.csv', 'north,400.00');
  await shop.remove('shop/day=2024-05-01/5.csv');
  await sluice(['sync', '--prune', ...shop.places]);
  const after = await look();
  expect(after.rows).toContain('427.00');
  expect(after.sources).toHaveLength(8);
  const history = (await sluice(['history', 'sales', ...lake])).out;
  expect(history).toMatch(
    /INGEST +1 +2 +8 .*replaced shop\/day=2024-05-01\/4.csv; withdrawn shop\/day=2024-05-01\/5.csv\n/,
  );
  expect(await sluice(['certify', ...shop.places])).toMatchObject({ code: 0, err: '' });
  expect((await sluice(['query', QUERY, '--as-of', '1', ...lake])).code).toBe(0);
});

test('a kept source within a merged file survives a rebuild under a wider contract, and keys across files are audited beside older files', async () => {
  const shop = await makeShop();
  const [resource] = CONTRACT.resources;
  const contract = (amount: object, more: readonly object[] = []) => ({
    ...CONTRACT,
    resources: [
      {
        ...resource,
        onDelete: 'keep',
        schema: {
          ...resource?.schema,
          primaryKey: ['till', 'amount'],
          fields: [
            ...(resource?.schema.fields.slice(0, 2) ?? []),
            { name: 'amount', type: 'number', ...amount },
            ...more,
          ],
        },
      },
    ],
  });
  await shop.define(contract({ precision: 10, scale: 2 }), TAKINGS);
  for (let n = 0; n < 9; n++) await shop.sell(`shop/day=2024-05-01/${n}.csv`, `north,${n}.00`, ALONE);
  await sluice(['sync', ...shop.places]);
  await sluice(['maintain', ...shop.places]);
  await shop.remove('shop/day=2024-05-01/5.csv');
  await shop.define(contract({ precision: 14, scale: 4 }), TAKINGS);
  expect(await sluice(['rebuild', 'sales', ...shop.places])).toMatchObject({ code: 0 });
  await sluice(['sync', ...shop.places]);
  const lake = shop.places.slice(2, 4);
  const rows = 'SELECT count(*) AS n, sum(amount) AS total, min(typeof(amount)) AS type FROM sales';
  expect((await sluice(['query', rows, ...lake])).out).toMatch(/\n9 +36.0000 +DECIMAL\(14,4\)\n/);

  // What was read again came anew; the kept file's row only moved.
  expect((await sluice(['history', 'sales', ...lake])).out).toMatch(/REBUILD +8 +8 +9 /);

  // The kept file stays under the older contract, the others are merged under the new one.
  await shop.define(contract({ precision: 14, scale: 4 }, [{ name: 'note', type: 'string' }]), TAKINGS);
  await sluice(['sync', ...shop.places]);
  await shop.sell('shop/day=2024-05-01/9.csv', 'north,5.00');
  await sluice(['sync', ...shop.places]);
  expect((await sluice(['maintain', ...shop.places])).out).toContain('Merged 9 small data files into 1');
  const audited = await sluice(['audit', ...shop.places.slice(2)]);
  expect(audited).toMatchObject({ code: 0, err: '' });
  expect(audited.out).toMatch(/shop\/day=2024-05-01\/5\.csv.*shop\/day=2024-05-01\/9\.csv/s);
  expect(await sluice(['certify', ...shop.places])).toMatchObject({ err: '' });
});
