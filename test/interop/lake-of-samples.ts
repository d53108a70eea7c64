// What the lake of the readers' suite holds: the samples of both packages and hard values, and how one row of each is added.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readings } from './hard-values.ts';
import type { InteropLake } from './interop-lake.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const PACKAGES = ['schemas/billing', 'schemas/air-boltic', 'test/interop/schemas/hard-values'].map(
  (folder) => join(ROOT, folder),
);

/** The folder of a day of January 2024. */
export function billingDay(day: number): string {
  return `dwh-fina/billing/year=2024/month=01/day=${String(day).padStart(2, '0')}`;
}

/** A small file for every dataset, with other rows in every round: each table and insight gets a commit. */
export async function landOneRowEach(lake: InteropLake, round: number): Promise<void> {
  const line = async (key: string) => {
    const lines = (await readFile(join(lake.landing, key), 'utf8')).split('\n');
    return `${lines[0]}\n${lines[round] ?? ''}\n`;
  };
  await lake.put(`${billingDay(3)}/one.csv`, await line(`${billingDay(3)}/billing.csv`));
  for (const [folder, file] of [
    ['aeroplane', 'aeroplanes'],
    ['customer', 'customers-1'],
    ['customer_group', 'customer_groups'],
    ['order', 'orders'],
    ['trip', 'trips'],
  ]) {
    await lake.put(`air-boltic/${folder}/one.csv`, await line(`air-boltic/${folder}/${file}.csv`));
  }
  await lake.put(
    'air-boltic/aeroplane_model/one.json',
    JSON.stringify({
      Sluice: { [`S${round}`]: { max_seats: round, max_weight: 1, max_distance: 1, engine_type: 'none' } },
    }),
  );
  await lake.put('dwh-fina/exchange_rates/one.csv', `month,currency,rate_to_eur\n2024-02,USD,0.9${round}\n`);
  await lake.put('readings/one.csv', readings(round).split('\n').slice(0, 3).join('\n'));
  await lake.put('notes/place=plain/one.csv', `note\nround ${round}\n`);
}
