// A lake that the last Sluice wrote which knew no data files of several sources: read as it is, merged, and carried on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import { newStore, openProcess, put, syncPrune, TestClock, visible } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const TABLES = [
  { kind: 'tables', name: 'sales' },
  { kind: 'insights', name: 'sales_daily' },
] as const;

const world = useWorld();

type Former = {
  readonly nowMs: number;
  readonly landing: readonly { readonly key: string; readonly text: string; readonly isGone: boolean }[];
  /** Bytes as base64, by key. */
  readonly lake: Readonly<Record<string, string>>;
};

/** Its landing files have the ETags and times that they had. */
async function formerLake() {
  const file = join(import.meta.dirname, 'former-lake/lake.json');
  const { nowMs, landing: files, lake: objects } = JSON.parse(await readFile(file, 'utf8')) as Former;
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  for (const { key, text } of files) {
    await put(landing, key, text);
    clock.tick();
  }
  await landing.remove(files.flatMap(({ key, isGone }) => (isGone ? [key] : [])));
  clock.pass(nowMs - clock.now().getTime());
  const lake = newStore(world, clock, 'lake');
  for (const [key, bytes] of Object.entries(objects)) await lake.write(key, Buffer.from(bytes, 'base64'));
  return { clock, landing, lake };
}

test('a lake of the Sluice before is read as it is, merged, corrected, and ends as a new one', async () => {
  const { clock, landing, lake } = await formerLake();
  const process = openProcess(world, clock, landing, lake);
  const { ingest, unchanged } = await reconcile(process.effects, {});
  expect([ingest, unchanged]).toEqual([[], 9]);
  const before = await visible(process);
  const objects = lake.keys();
  await syncPrune(process);
  expect([await visible(process), lake.keys()]).toEqual([before, objects]);
  expect((await certifyLake(process.effects)).problems).toEqual([]);

  await expectSameOfParts(process.effects, TABLES, { parts: false });

  expect(await compactAll(process)).toBe(7);
  expect(await visible(process)).toEqual(before);
  await expectSameOfParts(process.effects, TABLES, { parts: false });
  await put(landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n1,ann,100.00\n');
  await put(landing, 'customers/2.csv', 'customer,city\nann,Bergen\n');
  await landing.remove(['sales/day=2024-01-01/c.csv']);
  await syncPrune(process);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  expect(await visible(process)).toEqual(await visible(clean));
  expect((await certifyLake(openProcess(world, clock, landing, lake).effects)).problems).toEqual([]);
});
