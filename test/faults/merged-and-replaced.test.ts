// A dataset whose arrivals were merged while its rows were upserted, and which is replaced by now: its past is told from parts of
// the log as from all of it.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import {
  newStore,
  ONE_BY_ONE,
  openPackage,
  openProcess,
  put,
  syncPrune,
  TestClock,
} from '../support/shop-lake.ts';

const packageOf = (mode: string) => ({
  name: 'stock',
  resources: [
    {
      name: 'stock',
      path: 'stock/day=*/*.csv',
      mode,
      partitionBy: ['day'],
      schema: {
        fields: [
          { name: 'item', type: 'string' },
          { name: 'day', type: 'date' },
          { name: 'n', type: 'integer' },
        ],
        primaryKey: ['item', 'day'],
      },
    },
  ],
});

test('arrivals that were merged for upsert are told of where they are replaced by now', async () => {
  const clock = new TestClock();
  const [before, after] = [
    await openPackage(packageOf('upsert'), {}),
    await openPackage(packageOf('replace'), {}),
  ];
  try {
    const stores = [newStore(before, clock, 'landing'), newStore(before, clock, 'lake')] as const;
    const upserting = openProcess(before, clock, ...stores, ONE_BY_ONE);
    for (const day of ['01', '02'])
      for (const name of ['a', 'b', 'c', 'd'])
        await put(stores[0], `stock/day=2024-01-${day}/${name}.csv`, `item,n\n${name},1\n`);
    await syncPrune(upserting);
    expect(await compactAll(upserting)).toBe(8);
    const replacing = openProcess(after, clock, ...stores, ONE_BY_ONE);
    const { refused } = await apply(replacing.effects);
    expect(refused.map(({ dataset }) => dataset)).toEqual(['stock']);
    // Until somebody rebuilds it.
    expect((await lakeStatus(replacing.effects)).datasets).toMatchObject([{ files: 8, rows: 8 }]);
    const { problems, datasets } = await certifyLake(replacing.effects);
    expect([problems, datasets.map(({ objects }) => objects.length)]).toEqual([[], [8]]);
    for (const name of ['arrivals', 'tables'] as const)
      await expectSameOfParts(replacing.effects, [{ kind: name, name: 'stock' }]);
  } finally {
    await before.close();
    await after.close();
  }
});
