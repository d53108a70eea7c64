// A lake that was synced, a landing that went on since, and the events that say so: what the tests of faults begin from.
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { compactAll } from './play-history.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  type TestClock,
  type TestLake,
  type World,
} from './shop-lake.ts';

const CHANGED = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-02/a.csv',
  'sales/day=2024-01-03/new.csv',
  'customers/2.csv',
  'targets/1.csv',
];

/**
 * A landing that a lake was synced with, and that went on since: a replaced, a deleted, a new file, a corrected customer. The replaced
 * file's rows are in one data file with others'.
 */
export async function startingPoint(
  world: World,
  clock: TestClock,
): Promise<{ landing: MemoryStore; before: MemoryStore }> {
  const landing = newStore(world, clock, 'landing');
  const before = newStore(world, clock, 'before');
  await put(landing, 'sales/day=2024-01-01/a.csv', 'id,customer,amount\n1,ann,1.50\n2,bob,oops\n');
  await put(landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n5,bob,3.00\n6,ann,0.50\n');
  await put(landing, 'sales/day=2024-01-02/a.csv', 'id,customer,amount\n3,ann,2.25\n');
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\nbob,Oslo\n');
  await put(landing, 'targets/1.csv', 'city,target\nRome,5\n');
  await syncPrune(openProcess(world, clock, landing, before));
  const merged = await compactAll(openProcess(world, clock, landing, before));
  if (merged !== 2) throw new Error(`${merged} files were merged, not 2`);
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

export async function runEvents(lake: TestLake): Promise<void> {
  await apply(lake.effects);
  await lake.queues.files.send(CHANGED.map((source) => ({ source })));
  await deliver(lake.effects, lake.queues);
}
