// Small files that are converted together, and what may go wrong on the way to their commit.
import { expect, test } from 'vitest';
import { isMoved } from '../../lib/delta/arrival.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { type IngestResult, ingest } from '../../lib/ingest/ingest.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { ObjectStore, SqlEngine } from '../../lib/ports.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { wrongFiles } from '../support/kept-files.ts';
import { interruptedStore, pausingStore } from '../support/mortal-store.ts';
import {
  newStore,
  ONE_BY_ONE,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { DAY_MS, filesOf, idsOf, sale, saleKey } from '../support/small-sales.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const NAMES = ['a', 'b', 'c', 'd'];

/** Four files of sales in landing, and a lake without them. */
async function fourFiles(clock: TestClock) {
  const landing = newStore(world, clock, 'landing');
  const store = newStore(world, clock, 'lake');
  for (const [id, name] of NAMES.entries()) await put(landing, saleKey(name), sale(id, `${id}.00`));
  await apply(openProcess(world, clock, landing, store).effects);
  return { landing, store };
}

function ingestAll({ effects }: TestLake): Promise<IngestResult> {
  return ingest(
    effects,
    NAMES.map((name) => ({ source: saleKey(name) })),
  );
}

async function requireWhole(lake: TestLake, clock: TestClock, when: string): Promise<void> {
  expect((await certifyLake(lake.effects)).problems, when).toEqual([]);
  expect((await wrongFiles(lake, clock.now().getTime())).lost, when).toEqual([]);
}

/** As a lake looks whose files were converted one by one. */
async function oneByOne(clock: TestClock, landing: ObjectStore): Promise<unknown> {
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'one-by-one'), ONE_BY_ONE);
  await syncPrune(lake);
  return visible(lake);
}

test('a crash after any effect leaves nothing half, and the next sync ends as one without a crash', async () => {
  const clock = new TestClock();
  const { landing, store } = await fourFiles(clock);
  const expected = await oneByOne(clock, landing);
  const crashes = await crashAfterEach(
    { world, clock, landing, lake: store },
    async (dying) => {
      const { failures } = await ingestAll(dying);
      if (failures[0]) throw failures[0].error;
    },
    async (next, when) => {
      const before = await idsOf(next);
      expect([0, 4], when).toContain(before.length);
      await syncPrune(next);
      expect(await visible(next), when).toEqual(expected);
      await requireWhole(next, clock, when);
    },
  );
  // A data file, four reports, the commit and what announces it.
  expect(crashes).toBeGreaterThan(5);
});

test('files that change or go after any effect come as they are then, and the others as they were', async () => {
  for (let effects = 1; ; effects++) {
    const clock = new TestClock();
    const { landing, store } = await fourFiles(clock);
    const change = async () => {
      clock.tick();
      await put(landing, saleKey('b'), sale(1, '100.00'));
      await landing.remove([saleKey('c')]);
    };
    const { store: lake, done } = interruptedStore(store, effects, change);
    const when = `changed after effect ${effects}`;
    expect((await ingestAll(openProcess(world, clock, landing, lake))).failures, when).toEqual([]);
    if (!done()) break;
    const next = openProcess(world, clock, landing, store);
    await requireRowsOfOneState(next, when);
    await syncPrune(next);
    expect(await visible(next), when).toEqual(await oneByOne(clock, landing));
    await requireWhole(next, clock, when);
  }
});

async function requireRowsOfOneState(lake: TestLake, when: string): Promise<void> {
  const before = ['0 0.00', '1 1.00', '2 2.00', '3 3.00'];
  const after = ['0 0.00', '1 100.00', '3 3.00'];
  expect([before, after], when).toContainEqual(await idsOf(lake));
}

/** One process has converted the four files, and stops before its commit; another one is there. */
async function stoppedBeforeCommit() {
  const clock = new TestClock();
  const { landing, store } = await fourFiles(clock);
  const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
  const slow = ingestAll(openProcess(world, clock, landing, pausing.store));
  await pausing.reached;
  return { clock, pausing, slow, quick: openProcess(world, clock, landing, store) };
}

test('two processes that read the same files at once: each row counts once', async () => {
  const { pausing, slow, quick } = await stoppedBeforeCommit();
  await ingestAll(quick);
  pausing.go();
  expect(await slow).toMatchObject({ failures: [], conflicts: 1 });
  expect(await idsOf(quick)).toEqual(['0 0.00', '1 1.00', '2 2.00', '3 3.00']);
  expect(await filesOf(quick)).toEqual([[true, 4]]);
});

test('one of them is in the table already by another process: the others come without it', async () => {
  const { clock, pausing, slow, quick } = await stoppedBeforeCommit();
  await ingest(quick.effects, [{ source: saleKey('b') }]);
  pausing.go();
  expect(await slow).toMatchObject({ failures: [] });
  expect(await idsOf(quick)).toEqual(['0 0.00', '1 1.00', '2 2.00', '3 3.00']);
  expect(await filesOf(quick)).toEqual([
    [true, 3],
    [false, 1],
  ]);
  const files = [...((await quick.effects.tables.latest('tables/sales'))?.files.values() ?? [])];
  expect(files.some(isMoved)).toBe(false);
  await requireWhole(quick, clock, 'at the end');
});

test('a vacuum that sweeps what was uploaded leaves nothing to miss', async () => {
  const clock = new TestClock();
  const { landing, store } = await fourFiles(clock);
  const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
  const slow = ingestAll(openProcess(world, clock, landing, pausing.store));
  await pausing.reached;
  clock.pass(30 * DAY_MS);
  const quick = openProcess(world, clock, landing, store);
  await maintainTables(quick.effects, { retentionMs: DAY_MS });
  pausing.go();
  expect(await slow).toMatchObject({ failures: [] });
  await syncPrune(quick);
  expect(await visible(quick)).toEqual(await oneByOne(clock, landing));
  await requireWhole(quick, clock, 'at the end');
});

test('where the engine fails at all of them, each is converted on its own', async () => {
  const clock = new TestClock();
  const { landing, store } = await fourFiles(clock);
  const lake = openProcess(world, clock, landing, store);
  const { sql } = lake.effects;
  const failing: SqlEngine = {
    memoryMb: sql.memoryMb,
    session: (work, load) =>
      sql.session(
        (session) =>
          work({
            run: async (text, signal) => {
              if (text.startsWith('CREATE TEMP TABLE')) throw new Error('the engine has no room');
              return session.run(text, signal);
            },
            rows: (...asked) => session.rows(...asked),
            stream: (...asked) => session.stream(...asked),
            describe: (text) => session.describe(text),
          }),
        load,
      ),
  };
  const failed: string[] = [];
  const log = (_: string, event: string) => void failed.push(event);
  const { failures } = await ingestAll({ ...lake, effects: { ...lake.effects, sql: failing, log } });
  expect(failures).toEqual([]);
  expect(failed.filter((event) => event === 'ingest.bundle_failed')).toHaveLength(1);
  expect(await filesOf(lake)).toEqual(NAMES.map(() => [false, 1]));
});
