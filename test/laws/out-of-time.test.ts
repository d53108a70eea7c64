// A refresh that stops for want of time: what it published stands, the rest is noted and asked for, and nothing is missed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { history } from '../support/shop-history.ts';
import {
  newStore,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const hurried = { outOfTime: () => true };
const header = 'id,customer,amount\n';
const salesOf = (day: number) => `sales/day=2024-01-0${day}/a.csv`;

function newLake(): TestLake {
  const clock = new TestClock();
  return openProcess(world, clock, newStore(world, clock, 'landing'), newStore(world, clock, 'lake'));
}

async function ingestAll({ effects }: TestLake): Promise<void> {
  const found = await reconcile(effects, {});
  expect((await ingest(effects, [...found.ingest, ...found.vanished])).failures).toEqual([]);
}

/** Every message is worked on by a function that has time for one partition. */
async function drainHurriedly({ effects, queues }: TestLake): Promise<number> {
  let runs = 0;
  for (let message = queues.refreshes.take(); message; message = queues.refreshes.take()) {
    await refresh(effects, message.target, hurried);
    expect(++runs).toBeLessThan(500);
  }
  return runs;
}

test('one partition is published at a time, and the others follow by messages', async () => {
  const lake = newLake();
  await apply(lake.effects);
  for (const day of [1, 2, 3]) await put(lake.effects.landing, salesOf(day), `${header}${day},ann,1.00\n`);
  await ingestAll(lake);

  const first = await refresh(lake.effects, DAILY, hurried);
  expect(first.published).toHaveLength(1);
  expect(first.waiting).toHaveLength(2);
  expect(await rowsOf(lake, DAILY, 'day')).toHaveLength(1);

  await drainHurriedly(lake);
  expect(await rowsOf(lake, DAILY, 'CAST(day AS VARCHAR) AS day')).toEqual([
    { day: '2024-01-01' },
    { day: '2024-01-02' },
    { day: '2024-01-03' },
  ]);
  const snapshot = await lake.effects.tables.latest('insights/sales_daily');
  expect(snapshot && readPending(snapshot)).toEqual({ all: false, stale: [], waiting: [] });
});

test('a partition that waits comes first, whatever was touched since', async () => {
  const lake = newLake();
  await apply(lake.effects);
  for (const day of [1, 2, 3]) await put(lake.effects.landing, salesOf(day), `${header}${day},ann,1.00\n`);
  await ingestAll(lake);
  const published = [];
  for (let run = 0; run < 3; run++) {
    published.push(...(await refresh(lake.effects, DAILY, hurried)).published.map(({ day }) => day));
    await put(lake.effects.landing, salesOf(1), `${header}${run},bob,${run}.00\n`);
    await ingestAll(lake);
  }
  expect(published).toEqual(['2024-01-01', '2024-01-02', '2024-01-03']);
});

test('a partition that waits and then loses its files is dropped', async () => {
  const lake = newLake();
  await apply(lake.effects);
  for (const day of [1, 2]) await put(lake.effects.landing, salesOf(day), `${header}${day},ann,1.00\n`);
  await ingestAll(lake);
  const { waiting } = await refresh(lake.effects, DAILY, hurried);
  expect(waiting).toEqual([{ day: '2024-01-02' }]);
  await lake.effects.landing.remove([salesOf(2)]);
  await ingest(lake.effects, [{ source: salesOf(2) }]);
  expect((await refresh(lake.effects, DAILY, hurried)).waiting).toEqual([]);
  expect(await rowsOf(lake, DAILY, 'CAST(day AS VARCHAR) AS day')).toEqual([{ day: '2024-01-01' }]);
});

test('any history ends as one clean run does, although every refresh runs out of time', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
      await apply(lake.effects);
      for (const step of steps) {
        if (step.kind === 'put') {
          if (step.tick) clock.tick();
          await put(landing, step.key, step.text);
        } else if (step.kind === 'delete') await landing.remove([step.key]);
        else if (step.kind === 'event') await ingest(lake.effects, [{ source: step.key }]);
        else {
          const message = lake.queues.refreshes.take();
          if (message) await refresh(lake.effects, message.target, hurried);
        }
      }
      await ingestAll(lake);
      await drainHurriedly(lake);

      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      expect(await visible(lake)).toEqual(await visible(clean));
    }),
    tries(10),
  );
});
