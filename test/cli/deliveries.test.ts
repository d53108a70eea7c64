// Deliveries that would empty a table, or most of it, without a word: files of which no record survives.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const COUNT = 'SELECT count(*) AS rows FROM stock\n';
const KEY = 'stock/a.csv';
const NEWER = 'stock/b.csv';
const GOOD = 'day,item,count\n2024-01-01,bolt,5\n2024-01-01,nut,7\n';
const fields = [
  { name: 'day', type: 'date' },
  { name: 'item', type: 'string' },
  { name: 'count', type: 'integer', constraints: { required: true } },
];

/** Three modes, with and without partitions. */
const SHAPES = [
  ['append', { mode: 'append', partitionBy: ['day'] }, {}],
  ['upsert', { mode: 'upsert' }, { primaryKey: ['item'] }],
  ['upsert by day', { mode: 'upsert', partitionBy: ['day'] }, { primaryKey: ['day', 'item'] }],
  ['replace', { mode: 'replace' }, {}],
] as const;

async function openShop(resource: object, schema: object): Promise<Shop> {
  const shop = await makeShop();
  const stock = {
    name: 'stock',
    path: 'stock/*.csv',
    dialect: { commentChar: '#' },
    schema: { fields, ...schema },
    ...resource,
  };
  await shop.define({ name: 'shop', resources: [stock] }, `/* ---\ndescription: One.\n--- */\n${COUNT}`);
  return shop;
}

async function counts(shop: Shop): Promise<string[]> {
  const sql = 'SELECT item, count FROM stock ORDER BY ALL';
  const { out, code } = await sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect(code).toBe(0);
  return out.trimEnd().split('\r\n').slice(1);
}

async function sync(shop: Shop) {
  const { code, out } = await sluice(['sync', '--format', 'json', ...shop.places]);
  return { code, ...JSON.parse(out) };
}

async function states(shop: Shop, exitCode = 0): Promise<string[][]> {
  const { code, out } = await sluice(['certify', '--format', 'json', ...shop.places]);
  expect(code).toBe(exitCode);
  type Certified = { source: string; state: string };
  return JSON.parse(out).datasets[0].objects.map(({ source, state }: Certified) => [source, state]);
}

describe.each(SHAPES)('a file of which no record survives, in mode %s', (_, resource, schema) => {
  it.each([
    [
      'another date format',
      GOOD.replaceAll('2024-01-01', '01/01/2024'),
      'line 2, day: "01/01/2024" is not a date',
    ],
    [
      'a broken cell in every row',
      GOOD.replace(/(\d)\n/g, '$1 pcs\n'),
      'line 2, count: "5 pcs" is not an integer',
    ],
    ['another delimiter below the header', GOOD.replace(/,(bolt|nut),/g, ';$1;'), 'line 2'],
  ])('%s: it is rejected as a whole, and its old rows stay', async (_, text, example) => {
    const shop = await openShop(resource, schema);
    await shop.write(KEY, GOOD);
    expect((await sync(shop)).code).toBe(0);
    await shop.write(KEY, text);
    for (const found of [await sync(shop), await sync(shop)]) {
      expect(found).toMatchObject({ code: 3, rejected: [{ source: KEY, dataset: 'stock' }] });
      expect(found.rejected[0].reason).toContain(`all of its 2 rows are refused (${example}`);
    }
    expect(await counts(shop)).toEqual(['bolt,5', 'nut,7']);
    expect(await states(shop, 3)).toEqual([[KEY, 'rejected']]);
    const status = await sluice(['status', ...shop.places]);
    expect(status.out).toContain(`${KEY} (stock): all of its 2 rows are refused`);
    const rejects = await sluice(['rejects', KEY, '--format', 'json', ...shop.places]);
    expect(JSON.parse(rejects.out)).toHaveLength(3);
    await shop.write(KEY, GOOD);
    expect((await sync(shop)).code).toBe(0);
  });

  it('under a new name it takes nothing away', async () => {
    const shop = await openShop(resource, schema);
    await shop.write(KEY, GOOD);
    await sync(shop);
    await shop.write(NEWER, GOOD.replaceAll('2024-01-01', '2024-13-01'));
    expect((await sync(shop)).code).toBe(3);
    expect(await counts(shop)).toEqual(['bolt,5', 'nut,7']);
  });

  it.each([
    ['a header alone', 'day,item,count\n'],
    ['comments alone', 'day,item,count\n#2024-01-01,bolt,5\n# and so on\n'],
  ])('%s is an empty file, and is accepted once', async (_, text) => {
    const shop = await openShop(resource, schema);
    await shop.write(KEY, GOOD);
    await sync(shop);
    await shop.write(KEY, text);
    expect(await sync(shop)).toMatchObject({ code: 0, totals: { accepted: 1, rejected: 0 } });
    expect(await counts(shop)).toEqual([]);
    expect(await sync(shop)).toMatchObject({ code: 0, totals: { accepted: 0, unchanged: 1 } });
    expect(await states(shop)).toEqual([[KEY, 'live']]);
  });

  it('is taken for an empty one where the contract lets any share of refused rows pass', async () => {
    const shop = await openShop({ ...resource, maxRejectedRatio: 1 }, schema);
    await shop.write(KEY, GOOD);
    await sync(shop);
    await shop.write(KEY, GOOD.replaceAll('2024-01-01', '01/01/2024'));
    expect(await sync(shop)).toMatchObject({ code: 0, rows: { accepted: 0, quarantined: 2 } });
    expect(await counts(shop)).toEqual([]);
    expect(await sync(shop)).toMatchObject({ code: 0, totals: { accepted: 0, unchanged: 1 } });
    expect(await states(shop)).toEqual([[KEY, 'live']]);
  });
});

it('judges again what a version of Sluice without this rule took for an empty file', async () => {
  const shop = await openShop({ mode: 'append' }, {});
  await shop.write(KEY, GOOD.replaceAll('2024-01-01', '01/01/2024'));
  await sync(shop);
  const folder = join(shop.lake, 'files', 'stock', KEY);
  const [name = ''] = await readdir(folder);
  const { reason, ...report } = JSON.parse(await readFile(join(folder, name), 'utf8'));
  expect(reason.rule).toBe('no-valid-rows');
  await writeFile(join(folder, name), JSON.stringify({ ...report, outcome: 'accepted' }));
  const status = await sluice(['status', '--format', 'json', ...shop.places]);
  expect(JSON.parse(status.out).datasets).toMatchObject([{ waiting: 1, rejected: [] }]);
  expect(await sync(shop)).toMatchObject({ code: 3, totals: { rejected: 1 } });
});
