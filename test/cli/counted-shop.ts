import { expect } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

export const [SALES] = CONTRACT.resources;
export const amount = (constraints: object, words: object = {}) => ({
  ...CONTRACT,
  resources: [
    {
      ...SALES,
      ...words,
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'till', type: 'string', constraints: { required: true } },
          { name: 'amount', type: 'number', precision: 10, scale: 2, constraints },
        ],
      },
    },
  ],
});
export const [A, B] = ['shop/day=2024-01-01/a.csv', 'shop/day=2024-01-02/b.csv'];

export async function soldShop(
  contract: object,
  sales: Readonly<Record<string, readonly string[]>>,
): Promise<Shop> {
  const shop = await makeShop();
  await shop.define(contract, TAKINGS);
  for (const [key, lines] of Object.entries(sales)) await shop.sell(key, ...lines);
  expect([0, 3]).toContain((await sluice(['sync', ...shop.places])).code);
  return shop;
}

export const plan = (shop: Shop, ...options: string[]) => sluice(['plan', ...options, ...shop.places]);
export async function planned(shop: Shop, ...options: string[]) {
  const { code, out, err } = await plan(shop, '--format', 'json', ...options);
  expect([code, err]).toEqual([0, '']);
  const { changes, ...rest } = JSON.parse(out);
  const of = (table: string) => changes.find((change: { table: string }) => change.table === table);
  return { ...rest, sales: of('tables/sales'), takings: of('insights/takings') };
}
