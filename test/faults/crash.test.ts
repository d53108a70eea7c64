// For every effect n of a run: crash after effect n, deliver again, and the lake is as after one clean run.
import { describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { apply } from '../../lib/maintain/apply.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { effect, type Life, mortalStore } from '../support/mortal-store.ts';
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
const clock = new TestClock();

const CHANGED = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-02/a.csv',
  'sales/day=2024-01-03/new.csv',
  'customers/2.csv',
  'targets/1.csv',
];

/** A landing that a lake was synced with, and that went on since: a replaced, a deleted, a new file, a corrected customer. */
async function startingPoint(): Promise<{ landing: MemoryStore; before: MemoryStore }> {
  const landing = newStore(world, clock, 'landing');
  const before = newStore(world, clock, 'before');
  await put(landing, 'sales/day=2024-01-01/a.csv', 'id,customer,amount\n1,ann,1.50\n2,bob,oops\n');
  await put(landing, 'sales/day=2024-01-02/a.csv', 'id,customer,amount\n3,ann,2.25\n');
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\nbob,Oslo\n');
  await put(landing, 'targets/1.csv', 'city,target\nRome,5\n');
  await syncPrune(openProcess(world, clock, landing, before));
  clock.tick();
  await put(
    landing,
    'sales/day=2024-01-01/a.csv',
    'id,customer,amount\n1,ann,10.00\n2,bob,4.00\n4,cyd,nope\n',
  );
  await landing.remove(['sales/day=2024-01-02/a.csv']);
  await put(landing, 'sales/day=2024-01-03/new.csv', 'id,customer,amount\n9,cyd,7.00\n');
  await put(landing, 'customers/2.csv', 'customer,city\nann,Oslo\n');
  await put(landing, 'targets/1.csv', 'city,target\nOslo,6\n');
  return { landing, before };
}

async function copyOf(store: ObjectStore): Promise<MemoryStore> {
  const copy = newStore(world, clock, 'copy');
  for await (const { key } of store.list(''))
    await copy.write(key, (await store.read(key)) ?? new Uint8Array());
  return copy;
}

async function runEvents(lake: TestLake): Promise<void> {
  await apply(lake.effects);
  await lake.queues.files.send(CHANGED.map((source) => ({ source })));
  await deliver(lake.effects, lake.queues);
}

/** A process on the same stores that dies after `effects` effects; sending a message is an effect too. */
function mortalProcess(
  landing: ObjectStore,
  lake: ObjectStore,
  effects: number,
): { process: TestLake; life: Life } {
  const life = { effectsLeft: effects, dead: false };
  const process = openProcess(world, clock, landing, mortalStore(lake, life));
  const { refreshes } = process.queues;
  const mortalQueue = {
    send: (messages: Parameters<typeof refreshes.send>[0]) => effect(life, () => refreshes.send(messages)),
  };
  return { life, process: { ...process, effects: { ...process.effects, refreshes: mortalQueue } } };
}

describe.each([
  { again: 'the same events are delivered again', recover: runEvents },
  { again: 'sync runs', recover: syncPrune },
])('after a crash at any effect, when $again', ({ recover }) => {
  test('the lake is as after one clean run', async () => {
    const { landing, before } = await startingPoint();
    const clean = openProcess(world, clock, landing, await copyOf(before));
    await runEvents(clean);
    expect(clean.dead).toEqual([]);
    const expected = await visible(clean);

    let crashes = 0;
    for (let n = 1; ; n++) {
      const store = await copyOf(before);
      const { process, life } = mortalProcess(landing, store, n);
      await runEvents(process).catch(() => undefined);
      if (!life.dead) break;
      crashes += 1;
      const next = openProcess(world, clock, landing, store);
      await recover(next);
      expect(next.dead, `after a crash at effect ${n}`).toEqual([]);
      expect(await visible(next), `after a crash at effect ${n}`).toEqual(expected);
    }
    // Five sources, four tables and six derived tables: a run that does less is not the one that this test is about.
    expect(crashes).toBeGreaterThan(30);
  });
});
