// A shop of two days, synced; what others do to its lake, and what each verb then says.
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { type ForeignOperation, writeForeign } from '../support/foreign-writer.ts';
import { useTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

export const A = 'shop/day=2024-05-01/a.csv';
export const B = 'shop/day=2024-05-02/b.csv';

export let sql: Awaited<ReturnType<typeof openDuckDb>>;
export let scratch: string;

/** To be called where the file's tests stand: the engine and the folder that `foreign` works with. */
export function useForeignHands(): void {
  scratch = useTemp();
  beforeAll(async () => {
    sql = await openDuckDb({ threads: 1, tempDirectory: join(scratch, 'spill') });
  });
  afterAll(() => sql.close());
}

export async function twoDays(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell(A, 'north,1.00', 'south,2.00');
  await shop.sell(B, 'north,4.00');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

export async function takings(shop: Shop): Promise<string> {
  const select = 'SELECT day, till, takings FROM takings ORDER BY ALL';
  return (await sluice(['query', select, '--format', 'csv', ...shop.places.slice(2)])).out.replaceAll(
    '\r',
    '',
  );
}

export const BOTH = 'day,till,takings\n2024-05-01,north,1.00\n2024-05-01,south,2.00\n2024-05-02,north,4.00\n';
export const entry = (version: number) => `_delta_log/${String(version).padStart(20, '0')}.json`;

export function foreign(shop: Shop, prefix: string, operation: ForeignOperation): Promise<boolean> {
  return writeForeign(sql, scratch, fileStore(shop.lake, { durable: false }), prefix, operation, 0);
}

/** The code and all that is printed. */
export async function said(
  verb: string,
  shop: Shop,
  ...words: string[]
): Promise<{ code: number; text: string }> {
  const { code, out, err } = await sluice([verb, ...words, ...shop.places]);
  expect(`${out}${err}`).not.toMatch(/unexpected error|\n {4}at /);
  return { code, text: `${out}${err}` };
}

export async function isWell(shop: Shop): Promise<void> {
  for (const verb of ['sync', 'status', 'certify'])
    expect(await said(verb, shop), verb).toMatchObject({ code: 0 });
}
