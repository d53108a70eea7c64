// Two packages, of which one can be made wrong: the shop of sales and takings, and a stock of goods.
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

export const GOODS = {
  name: 'stock',
  resources: [
    {
      name: 'goods',
      path: 'stock/*.csv',
      mode: 'upsert',
      schema: {
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'name', type: 'string' },
        ],
        primaryKey: 'id',
      },
    },
  ],
};
export const SHELF = '/* ---\nkey: [id]\n--- */\nSELECT id, upper(name) AS name FROM goods\n';
export const REPORT =
  '/* ---\n--- */\nSELECT max(takings) AS best, count(DISTINCT shelf.id) AS kinds FROM takings, shelf\n';

export type Files = Readonly<Record<string, string>>;
export const SOUND: Files = {
  'stock/datapackage.json': JSON.stringify(GOODS),
  'stock/insights/shelf.sql': SHELF,
  'stock/insights/report.sql': REPORT,
};

export async function define(shop: Shop, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(shop.folder, 'schemas', name, '..'), { recursive: true });
    await writeFile(join(shop.folder, 'schemas', name), text);
  }
}

export async function twoPackages(): Promise<Shop> {
  const shop = await makeShop();
  await define(shop, SOUND);
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1', 'south,2');
  await shop.write('stock/a.csv', 'id,name\n1,tea\n2,milk\n');
  await shop.write('stock/b.csv', 'id,name\n3,rye\nx,bad\n');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

export const of = (shop: Shop) => shop.places.slice(2);
export async function rows(shop: Shop, table: string) {
  const { code, out, err } = await sluice([
    'query',
    `FROM ${table} ORDER BY ALL`,
    '--format',
    'csv',
    ...of(shop),
  ]);
  return { code, rows: out.trim().split('\r\n').slice(1), err };
}
export const json = async (verb: string, shop: Shop, ...words: string[]) => {
  const { code, out } = await sluice([verb, ...words, '--format', 'json', ...shop.places]);
  return { code, ...JSON.parse(out) };
};

export async function filesOf({ lake }: Shop) {
  return (await readdir(lake, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
}

/** All that a sweep might take is older than what it keeps. */
export async function makeOld(shop: Shop): Promise<void> {
  const old = new Date(Date.now() - 30 * 24 * 3600 * 1000);
  for (const { parentPath, name } of await filesOf(shop)) await utimes(join(parentPath, name), old, old);
}
