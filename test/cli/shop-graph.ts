// A small graph of tables and insights over the shop, and how to ask for its receipts.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

export const OWNERS = {
  name: 'owners',
  path: 'owners/*.csv',
  mode: 'upsert',
  schema: {
    primaryKey: ['till'],
    fields: [
      { name: 'till', type: 'string', constraints: { required: true } },
      { name: 'owner', type: 'string' },
    ],
  },
};
/** Over an insight, with a table beside it. */
const OWNER_TAKINGS = `/* ---
over: takings
partitionBy: [day]
key: [owner]
--- */
SELECT day, coalesce(owner, '?') AS owner, CAST(sum(takings) AS DECIMAL(38, 2)) AS takings
FROM takings LEFT JOIN owners USING (till) GROUP BY ALL
`;

export const A = 'shop/day=2024-01-01/a.csv';
export const A2 = 'shop/day=2024-01-01/a2.csv';
export const B = 'shop/day=2024-01-02/b.csv';

export async function makeGraph(): Promise<Shop> {
  const shop = await makeShop();
  await shop.define({ ...CONTRACT, resources: [...CONTRACT.resources, OWNERS] }, TAKINGS);
  await writeFile(join(shop.folder, 'schemas/shop/insights/owner_takings.sql'), OWNER_TAKINGS);
  await shop.sell(A, 'north,1.50', 'north,2.25', 'south,4');
  await shop.sell(A2, 'south,1', 'south,x');
  await shop.sell(B, 'north,7');
  await shop.write('owners/1.csv', 'till,owner\nnorth,Ann\nsouth,Bob\n');
  await sync(shop);
  return shop;
}

export async function sync(shop: Shop, ...args: string[]): Promise<void> {
  expect((await sluice(['sync', ...args, ...shop.places])).code).toBe(0);
}

export async function ask(shop: Shop, verb: string, ...args: string[]) {
  return sluice([verb, ...args, ...shop.places.slice(2)]);
}

export async function json(shop: Shop, verb: string, ...args: string[]) {
  const { code, out, err } = await ask(shop, verb, ...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

export const explained = (shop: Shop, ...args: string[]) =>
  json(shop, 'explain', ...args, '--format', 'json');

export type Source = {
  source: string;
  rows: number;
  acceptedRows: number;
  quarantinedRows: number;
  lastModified: string;
  etag: string;
};
export const brief = ({ sources }: { sources: Source[] }) =>
  sources.map(({ source, rows, acceptedRows, quarantinedRows }) => [
    source,
    rows,
    acceptedRows,
    quarantinedRows,
  ]);
