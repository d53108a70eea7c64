// Records that a contract skips, through a file's life: every verb that counts records tells them apart from refused ones.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf } from '../../lib/ingest/report.ts';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const A = 'shop/day=2024-01-01/a.csv';
const B = 'shop/day=2024-01-02/b.csv';
const WORDS = { skipRows: [{ startsWith: 'Total' }, { field: 'till', pattern: 'sum' }], footerRows: 1 };

async function define(shop: Shop, words: object): Promise<void> {
  await shop.define(
    { ...CONTRACT, resources: CONTRACT.resources.map((sales) => ({ ...sales, ...words })) },
    TAKINGS,
  );
}

/** Two rows, a refused one, two records that rules skip, and a footer; and a file without such records. */
async function openShop(): Promise<Shop> {
  const shop = await makeShop();
  await define(shop, WORDS);
  await shop.sell(A, 'north,1.50', 'sum,1.50', 'south,4', 'south,x', 'Total', 'printed by Ann');
  await shop.sell(B, 'east,10', 'end');
  return shop;
}

const run = (shop: Shop, ...args: string[]) => sluice([...args, ...shop.places]);
async function json(shop: Shop, ...args: string[]) {
  return JSON.parse((await run(shop, ...args, '--format', 'json')).out);
}
const certified = async (shop: Shop) => (await run(shop, 'certify')).out.trimEnd().split('\n').at(-1);
async function takings(shop: Shop): Promise<string[]> {
  const sql = 'SELECT till, takings FROM takings ORDER BY till';
  const { out, err } = await sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect(err).toBe('');
  return out.trim().split('\r\n').slice(1);
}

it('tells them apart from refused rows in sync, status, certify, validate, explain and rejects', async () => {
  const shop = await openShop();
  const synced = await run(shop, 'sync', '--verbose');
  expect(synced.out).toContain('Rows: 3 accepted, 1 quarantined, 4 skipped\n');
  expect(await takings(shop)).toEqual(['east,10.00', 'north,1.50', 'south,4.00']);
  const { datasets } = await json(shop, 'status');
  expect(datasets).toMatchObject([{ dataset: 'sales', rows: 3, quarantinedRows: 1, skippedRows: 4 }]);
  const status = (await run(shop, 'status')).out;
  expect(status).toMatch(/^dataset .* quarantined +skipped +rejected/m);
  expect(await certified(shop)).toBe(
    'Certified: 2 landing objects; 8 records = 3 accepted + 1 quarantined + 4 skipped.',
  );
  expect((await run(shop, 'certify', '--recount')).code).toBe(0);
  const lake = shop.places.slice(2);
  const explained = await sluice(['explain', 'takings', ...lake, '--format', 'json']);
  expect(JSON.parse(explained.out).sources).toMatchObject([
    { source: A, acceptedRows: 2, quarantinedRows: 1, skippedRows: 3 },
    { source: B, acceptedRows: 1, quarantinedRows: 0, skippedRows: 1 },
  ]);
  expect((await sluice(['explain', 'takings', ...lake])).out).toMatch(/rows +quarantined +skipped/);
  const [refused] = await json(shop, 'rejects');
  expect(refused).toMatchObject({ source: A, rows: 6, accepted: 2, quarantined: 1, skipped: 3 });
  const options = [join(shop.landing, A), '--dataset', 'sales', '--schemas', join(shop.folder, 'schemas')];
  expect((await sluice(['validate', ...options])).out).toContain(
    `${join(shop.landing, A)}: 6 rows of sales, 2 accepted, 1 refused, 3 skipped\n` +
      'Skipped: 1 by footerRows, 1 by startsWith "Total", 1 by till matches "sum"\n',
  );
  const checked = JSON.parse((await sluice(['validate', ...options, '--format', 'json'])).out);
  expect(checked).toMatchObject({ rows: 6, accepted: 2, rejected: 1, skipped: 3 });
});

it('a replaced, a deleted and an emptied file take their counts along', async () => {
  const shop = await openShop();
  await run(shop, 'sync');
  await shop.sell(A, 'north,2', 'Totals,2', 'end');
  expect((await run(shop, 'sync')).out).toContain('Rows: 1 accepted, 0 quarantined, 2 skipped\n');
  expect(await certified(shop)).toBe(
    'Certified: 2 landing objects; 5 records = 2 accepted + 0 quarantined + 3 skipped.',
  );
  expect((await sluice(['explain', 'takings', '--diff', '1..2', ...shop.places.slice(2)])).out).toContain(
    `replaced ${A} (sales): 2 → 1 row, 2 skipped\n`,
  );
  // Nothing but records to skip: a valid file without rows, and it is said.
  await shop.sell(A, 'Total,0', 'end');
  expect((await run(shop, 'sync')).out).toContain(' skipped');
  expect(await takings(shop)).toEqual(['east,10.00']);
  expect(await certified(shop)).toBe(
    'Certified: 2 landing objects; 4 records = 1 accepted + 0 quarantined + 3 skipped.',
  );
  expect((await json(shop, 'status')).datasets).toMatchObject([{ rows: 1, skippedRows: 3 }]);
  await shop.remove(A);
  expect((await run(shop, 'sync', '--prune', '--yes')).code).toBe(0);
  expect(await certified(shop)).toBe(
    'Certified: 1 landing object; 2 records = 1 accepted + 0 quarantined + 1 skipped.',
  );
});

it('what rejects gives back can be corrected and sent: its last row is not taken for the footer', async () => {
  const shop = await openShop();
  await run(shop, 'sync');
  const { out, err } = await run(shop, 'rejects', A, '--format', 'csv');
  expect(out).toBe('till,amount\nsouth,x\n""\n');
  expect(err).toContain('The last line stands for the footer that sales skips (footerRows): leave it below');
  await shop.write('shop/day=2024-01-01/a-corrected.csv', out.replace('x', '5'));
  expect((await run(shop, 'sync')).out).toContain('Rows: 1 accepted, 0 quarantined, 1 skipped\n');
  expect(await takings(shop)).toEqual(['east,10.00', 'north,1.50', 'south,9.00']);
});

it('a changed rule reads every file again; plan counts what it would do', async () => {
  const shop = await openShop();
  await run(shop, 'sync');
  await define(shop, { footerRows: 1 });
  const planned = await run(shop, 'plan');
  expect(planned.out).toContain(
    '1 live or skipped row would be refused, 0 quarantined rows accepted or skipped; ' +
      'rows: 3 → 4 live, 1 → 2 quarantined, 4 → 2 skipped\n',
  );
  expect((await run(shop, 'sync')).out).toContain('Rows: 4 accepted, 2 quarantined, 2 skipped\n');
  await define(shop, {});
  expect((await run(shop, 'sync')).out).toContain('Rows: 4 accepted, 4 quarantined\n');
  await define(shop, WORDS);
  const rebuilt = await run(shop, 'rebuild', 'sales', '--yes');
  expect(rebuilt.out).toContain('from 2 files: 3 rows, 1 quarantined, 4 skipped');
  expect((await run(shop, 'certify')).code).toBe(0);
});

it('certify names a report that says another number of skipped records than the log', async () => {
  const shop = await openShop();
  await run(shop, 'sync');
  const folder = join(shop.lake, 'files/sales', B);
  const [name = ''] = await readdir(folder);
  const { digest, ...report } = JSON.parse(await readFile(join(folder, name), 'utf8'));
  expect(digest).toBe(digestOf(report));
  const altered = { ...report, skipped: 2, rows: 3 };
  await writeFile(join(folder, name), JSON.stringify({ ...altered, digest: digestOf(altered) }));
  const { code, out } = await run(shop, 'certify');
  expect(code).toBe(3);
  expect(out).toContain(B);
});
