// Contracts that change in random ways over a living lake: after the last sync, and a rebuild where one is asked for, the lake
// is what a first sync under the last contract makes of the same landing.
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { misfits, PLAIN, type ShopContract, ShopWorlds } from '../support/changing-shop.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';

const worlds = new ShopWorlds();
afterAll(() => worlds.close());

const TRIES = tries(8);
const KEYS = ['sales/day=2024-01-01/a.csv', 'sales/day=2024-01-01/b.csv', 'sales/day=2024-01-02/a.csv'];

const EXACT = { idType: { type: 'number', precision: 22, scale: 1 } };
const GREEN = { colours: ['red', 'blue', 'green'] };
/** Between some of them a table goes by itself, between others it must be rebuilt. */
const CONTRACTS: readonly Partial<ShopContract>[] = [
  {},
  { withNote: true, ...GREEN },
  { precision: 14, scale: 4 },
  { precision: 14, ...EXACT, ...GREEN },
  { precision: 14, scale: 4, ...EXACT, withNote: true },
  { scale: 1 },
  { idType: { type: 'string' }, withNote: true },
  { byDay: false, ...GREEN },
];

const row = fc.record({
  id: fc.constantFrom('1', '2', '3', '4.5', 'x'),
  amount: fc.constantFrom('1', '2.25', '0.125', '123456789.5', ''),
  colour: fc.constantFrom('red', 'blue', 'green'),
});
// Columns in any order, with the note or without it.
const text = fc
  .tuple(fc.uniqueArray(row, { maxLength: 4, selector: ({ id }) => id }), fc.boolean())
  .map(([rows, note]) =>
    note
      ? ['colour,note,amount,id', ...rows.map((r) => `${r.colour},hello,${r.amount},${r.id}`)].join('\n')
      : ['id,amount,colour', ...rows.map((r) => `${r.id},${r.amount},${r.colour}`)].join('\n'),
  );
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ key: fc.constantFrom(...KEYS), text }) },
  { weight: 1, arbitrary: fc.record({ key: fc.constantFrom(...KEYS) }) },
  { weight: 3, arbitrary: fc.record({ contract: fc.constantFrom(...CONTRACTS) }) },
);
type Step = { key: string; text?: string } | { contract: Partial<ShopContract> };

/** What an operator does under a new contract: sync, and rebuild what it refuses. Returns how many rebuilds that took. */
async function planSource(lake: TestLake): Promise<number> {
  const { refused } = await apply(lake.effects);
  for (const { dataset } of refused) {
    const found = lake.effects.catalog.datasets.find(({ name }) => name === dataset);
    if (found) await rebuild(lake.effects, found, { dropLost: true });
  }
  await syncPrune(lake);
  expect(lake.dead).toEqual([]);
  return refused.length;
}

test.each([false, true])(
  'a history of contracts ends as its last one begins (upsert: %s)',
  async (upsert) => {
    const clock = new TestClock();
    const plain = { ...PLAIN, upsert };
    const [storeWorld, seen] = [await worlds.of(plain), { rebuilds: 0, files: 0 }];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 7, size: 'max' }), async (steps: Step[]) => {
        const [landing, store] = [
          newStore(storeWorld, clock, 'landing'),
          newStore(storeWorld, clock, 'lake'),
        ];
        let world = storeWorld;
        for (const key of KEYS)
          await put(landing, key, 'id,amount,colour\n1,1.25,red\n2,2,green\n3,1.5,blue\n');
        await planSource(openProcess(world, clock, landing, store));
        for (const [i, one] of steps.entries()) {
          clock.tick();
          if ('contract' in one) world = await worlds.of({ ...plain, ...one.contract });
          else if (one.text === undefined) await landing.remove([one.key]);
          else await put(landing, one.key, one.text);
          if ('contract' in one || i === steps.length - 1)
            seen.rebuilds += await planSource(openProcess(world, clock, landing, store));
        }
        const lake = openProcess(world, clock, landing, store);
        const clean = openProcess(world, clock, landing, newStore(storeWorld, clock, 'clean'));
        await planSource(clean);
        expect(await visible(lake)).toEqual(await visible(clean));
        expect(await misfits(lake)).toEqual([]);
        seen.files += 1;
      }),
      TRIES,
    );
    expect(seen.rebuilds).toBeGreaterThan(0);
    expect(seen.files).toBe(TRIES.numRuns);
  },
);
