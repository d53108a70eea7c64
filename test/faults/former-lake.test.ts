// A lake that the last Sluice wrote which knew no data files of several sources: read as it is, merged, and carried on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { withLogParts } from '../../lib/inspect/log-parts.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

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

  expect(await compactAll(process)).toBe(7);
  expect(await visible(process)).toEqual(before);
  await put(landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n1,ann,100.00\n');
  await put(landing, 'customers/2.csv', 'customer,city\nann,Bergen\n');
  await landing.remove(['sales/day=2024-01-01/c.csv']);
  await syncPrune(process);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  expect(await visible(process)).toEqual(await visible(clean));
  expect((await certifyLake(openProcess(world, clock, landing, lake).effects)).problems).toEqual([]);
});

test.each([
  { when: 'as it is', merged: false },
  { when: 'merged first', merged: true },
])(
  'the past of such a lake is told as whole logs tell it, while a new Sluice carries it on: $when',
  async ({ merged }) => {
    const { clock, landing, lake } = await formerLake();
    const cold = () => openProcess(world, clock, landing, lake);
    const { datasets, derivations } = world.catalog;
    const tables = [
      { kind: 'tables', name: 'sales' } as const,
      ...datasets.flatMap(({ name, mode }): TableRef[] =>
        mode === 'append'
          ? []
          : [
              { kind: 'arrivals', name },
              { kind: 'tables', name },
            ],
      ),
      ...derivations.map(({ target }) => target).filter(({ kind }) => kind === 'insights'),
    ];
    const expectSame = () => expectSameOfParts(cold().effects, tables, { parts: false });
    await expectSame();
    expect(await readAsWhole(cold())).toEqual(tables.map(tablePrefix).sort());
    if (merged) {
      await compactAll(cold());
      await expectSame();
    }
    await put(landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n1,ann,100.00\n');
    await put(landing, 'customers/2.csv', 'customer,city\nann,Bergen\n');
    await landing.remove(['sales/day=2024-01-01/c.csv']);
    clock.tick();
    await syncPrune(cold());
    await expectSame();
    await compactAll(cold());
    await expectSame();
    // The others' files are all of the new Sluice.
    const old = ['arrivals/customers', 'arrivals/targets', 'tables/sales', 'tables/targets'];
    expect(await readAsWhole(cold())).toEqual(
      [...old, 'insights/sales_daily', 'insights/sales_ranked'].sort(),
    );
  },
);

/** The tables whose whole log a receipt of the newest version needs. */
async function readAsWhole({ effects: { tables, lake } }: TestLake): Promise<string[]> {
  const prefixes = new Set<string>();
  for await (const { key } of lake.list('')) {
    const [prefix] = key.split('/_delta_log/');
    if (prefix !== undefined && prefix !== key) prefixes.add(prefix);
  }
  const whole: string[] = [];
  for (const prefix of prefixes) {
    const newest = (await tables.latest(prefix))?.version ?? 0;
    const log = await withLogParts(tables, prefix, [newest], async (logs, part) => {
      await logs.learn(part, part.filesAt(newest));
      return part;
    });
    if (log.part === undefined) whole.push(prefix);
  }
  return whole.sort();
}
