// The keys of a contract over a whole table: each file keeps to them by itself, and two files may share one. What sync and status
// say of it without reading a row, and what "sluice audit" finds.
import { expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop } from './shop.ts';

const run = (shop: Shop, ...args: string[]) => {
  const places = args[0] === 'audit' ? shop.places.slice(2) : shop.places;
  return sluice([...args, ...places]);
};

const [resource] = CONTRACT.resources;
const fields = [
  { name: 'day', type: 'date' },
  { name: 'id', type: 'integer' },
  { name: 'mail', type: 'string', constraints: { unique: true } },
];
const define = (shop: Shop, words: object, primaryKey: readonly string[]) => {
  const sales = { ...resource, ...words, schema: { fields, primaryKey } };
  const sql = '/* ---\ndescription: Rows.\n--- */\nSELECT count(*) AS rows FROM sales\n';
  return shop.define({ ...CONTRACT, resources: [sales] }, sql);
};
const hint =
  /the key ranges of files of sales overlap: "npx sluice audit sales" finds keys that are in two files/;

it('are a warning, with the rows, an example and its files; sync and status say where they may be', async () => {
  const shop = await makeShop();
  await define(shop, {}, ['id']);
  await shop.write('shop/day=2024-01-01/a.csv', 'id,mail\n1,ann\n2,bob\n3,\n');
  await shop.write('shop/day=2024-01-02/b.csv', 'id,mail\n2,bob\n4,\n');
  const synced = await run(shop, 'sync');
  expect(synced.out).toMatch(hint);
  expect((await run(shop, 'status')).out).toMatch(hint);
  expect((await run(shop, 'sync')).out).not.toMatch(hint);
  await shop.write('shop/day=2024-01-03/c.csv', 'id,mail\n2,cyd\n9,ann\n');
  await run(shop, 'sync');
  const { code, out } = await run(shop, 'audit', 'sales', '--format', 'json');
  expect(code).toBe(0);
  const files = (a: string, b: string) => `in: shop/${a}, and in: shop/${b}`;
  expect(JSON.parse(out).audits).toEqual([
    {
      name: 'sales',
      audit: 'sales.id is a primary key across files',
      severity: 'warn',
      outcome: 'warn',
      partitions: 1,
      failures: [
        {
          partition: {},
          offending: 3,
          example: `id: 2, ${files('day=2024-01-01/a.csv', 'day=2024-01-03/c.csv')}`,
        },
      ],
    },
    {
      name: 'sales',
      audit: 'sales.mail is unique across files',
      severity: 'warn',
      outcome: 'warn',
      partitions: 1,
      failures: [
        {
          partition: {},
          offending: 4,
          example: `mail: ann, ${files('day=2024-01-01/a.csv', 'day=2024-01-03/c.csv')}`,
        },
      ],
    },
  ]);
});

it('are right where each key stands in one file, and need no word where the statistics show it', async () => {
  const shop = await makeShop();
  await define(shop, {}, ['id']);
  await shop.write('shop/day=2024-01-01/a.csv', 'id\n1\n2\n');
  await shop.write('shop/day=2024-01-01/b.csv', 'id\n3\n4\n');
  await shop.write('shop/day=2024-01-02/none.csv', 'id\n');
  expect((await run(shop, 'sync')).out).not.toMatch(hint);
  const { out } = await run(shop, 'audit', 'sales', '--format', 'json');
  expect(JSON.parse(out).audits.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['pass', 'pass']);
  await define(shop, {}, ['day', 'id']);
  await shop.write('shop/day=2024-01-03/c.csv', 'id\n1\n');
  expect((await run(shop, 'sync')).out).not.toMatch(hint);
  await shop.write('shop/day=2024-01-03/d.csv', 'id\n1\n');
  expect((await run(shop, 'sync')).out).toMatch(hint);
});

it('of an upsert: the fields that are unique besides the key', async () => {
  const shop = await makeShop();
  await define(shop, { mode: 'upsert', partitionBy: [], path: 'shop/*.csv' }, ['id']);
  await shop.write('shop/a.csv', 'id,mail\n1,ann\n2,bob\n');
  await shop.write('shop/b.csv', 'id,mail\n1,ann\n3,bob\n');
  await run(shop, 'sync');
  const { out } = await run(shop, 'audit', 'sales', '--format', 'json');
  expect(JSON.parse(out).audits).toMatchObject([
    { audit: 'sales.mail is unique across files', failures: [{ offending: 2, example: 'mail: bob' }] },
  ]);
});
