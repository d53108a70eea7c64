// A contract that refuses duplicates, wherever a process died, whoever committed meanwhile, and however a copy came in.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { stage } from '../../lib/ingest/stage.ts';
import { deliver } from '../../lib/local/deliver.ts';
import {
  found,
  ONE,
  openCopiedFiles,
  startingPoint,
  TWO,
  withContentEtags,
} from '../support/copied-files.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { pausingStore } from '../support/mortal-store.ts';
import { notedCalls } from '../support/noted-calls.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { keysBelow } from '../support/store-copy.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(openCopiedFiles);

async function runEvents(lake: TestLake): Promise<void> {
  await lake.queues.files.send(['sales/c.csv', 'sales/a.csv', 'sales/old.csv'].map((source) => ({ source })));
  await deliver(lake.effects, lake.queues);
}

test.each([
  ['events', runEvents],
  ['a sync', syncPrune],
] as const)('a crash after any effect of %s, and then a sync', async (_, run) => {
  const clock = new TestClock();
  const { landing, before } = await startingPoint(world, clock);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  const state = await visible(clean);
  expect(await found(clean)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/c.csv', 'sales/old.csv'] });
  const crashes = await crashAfterEach({ world, clock, landing, lake: before }, run, async (next, when) => {
    await syncPrune(next);
    expect(next.dead, when).toEqual([]);
    expect(await visible(next), when).toEqual(state);
    expect(await found(next), when).toEqual(await found(clean));
  });
  expect(crashes).toBeGreaterThan(5);
});

test('a file that comes back to the text for which it was refused gives up the rows that it had in between', async () => {
  const clock = new TestClock();
  const landing = withContentEtags(newStore(world, clock, 'landing'));
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await put(landing, 'sales/a.csv', ONE);
  for (const [text, rows] of [
    [ONE, 1],
    [TWO, 3],
    [ONE, 1],
  ] as const) {
    clock.tick();
    await put(landing, 'sales/b.csv', text);
    await syncPrune(lake);
    expect((await found(lake)).rows).toHaveLength(rows);
  }
});

test('a duplicate that came in by another way than an ingest is put out by the next sync', async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  const { effects } = lake;
  const [dataset] = world.catalog.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  for (const key of ['sales/a.csv', 'sales/b.csv']) await put(landing, key, ONE);
  await syncPrune(lake);
  const state = await visible(lake);
  await effects.lake.remove(await keysBelow(effects.lake, 'files/'));
  const { adds } = await stage(effects, dataset, 'tables/sales', 'sales/b.csv', new Map());
  await effects.tables.commit('tables/sales', async () => ({
    actions: adds.map((add) => ({ add })),
    operation: 'RESTORE',
  }));
  expect((await found(lake)).rows).toHaveLength(2);
  await syncPrune(lake);
  expect(await visible(lake)).toEqual(state);
  expect(await found(lake)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/b.csv'] });
});

test('two workers with a copy each: the second to commit sees the first, whichever counts', async () => {
  for (const [slowKey, quickKey] of [
    ['sales/a.csv', 'sales/b.csv'],
    ['sales/b.csv', 'sales/a.csv'],
  ] as const) {
    const clock = new TestClock();
    const [landing, store] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
    const quick = openProcess(world, clock, landing, store);
    await apply(quick.effects);
    const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
    const slow = openProcess(world, clock, landing, pausing.store);
    for (const key of [slowKey, quickKey]) await put(landing, key, ONE);
    const first = ingest(slow.effects, [{ source: slowKey }]);
    await pausing.reached;
    await ingest(quick.effects, [{ source: quickKey }]);
    pausing.go();
    const { outcomes, failures } = await first;
    expect(failures).toEqual([]);
    expect(outcomes.find(({ source }) => source === 'sales/b.csv')?.result).toBe('rejected');
    expect(await found(quick)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/b.csv'] });
  }
});

test('a rebuild keeps to the same rule', async () => {
  const clock = new TestClock();
  const { landing, before } = await startingPoint(world, clock);
  const lake = openProcess(world, clock, landing, before);
  const [dataset] = world.catalog.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  const rebuilt = await rebuild(lake.effects, dataset, { dropLost: true });
  expect(rebuilt.reads.map(({ source, outcome }) => `${source} ${outcome}`).sort()).toEqual([
    'sales/b.csv accepted',
    'sales/c.csv rejected',
    'sales/old.csv rejected',
  ]);
  expect(rebuilt.kept).toEqual([]);
  await syncPrune(lake);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  expect(await visible(lake)).toEqual(await visible(clean));
  expect(await found(lake)).toEqual(await found(clean));
});

test('an event that comes twice converts nothing again of files that are refused for the sake of another one', async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const { store: noting, calls } = notedCalls(newStore(world, clock, 'lake'));
  const { effects } = openProcess(world, clock, landing, noting);
  const keys = ['sales/a.csv', 'sales/b.csv', 'sales/c.csv'];
  await apply(effects);
  for (const key of keys) {
    clock.tick();
    await put(landing, key, ONE);
  }
  const told = async () => {
    calls.length = 0;
    const { outcomes } = await ingest(
      effects,
      keys.map((source) => ({ source })),
    );
    const changed = calls.some(
      ({ method, key }) => method === 'upload' || (method === 'write' && key.startsWith('files/')),
    );
    return { results: outcomes.map(({ result }) => result), changed };
  };
  expect(await told()).toEqual({ results: ['accepted', 'rejected', 'rejected'], changed: true });
  expect(await told()).toEqual({ results: ['unchanged', 'rejected', 'rejected'], changed: false });
});
