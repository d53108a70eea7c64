import { expect, test } from 'vitest';
import { ingest } from '../../lib/ingest/ingest.ts';
import { RewrittenFiles } from '../../lib/ingest/rewritten-files.ts';
import { withdrawal } from '../../lib/ingest/source-outcome.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { landedShares } from '../../lib/lake/live-shares.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import { COMPACTION, compactTable } from '../../lib/maintain/compact.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { wrongFiles } from '../support/kept-files.ts';
import { compactAll } from '../support/play-history.ts';
import {
  newStore,
  ONE_BY_ONE,
  openPackage,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { DAY_MS, filesOf, fiveFiles, idsOf, sale, saleKey } from '../support/small-sales.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

async function versionsOf({ effects: { tables, catalog } }: TestLake): Promise<Record<string, number>> {
  const versions: Record<string, number> = {};
  for (const { target } of catalog.derivations) {
    const prefix = `${target.kind}/${target.name}`;
    versions[prefix] = (await tables.latest(prefix))?.version ?? -1;
  }
  return versions;
}

test('merging moves rows and changes none: nothing is computed anew, and a sync finds nothing to do', async () => {
  const { quick } = await fiveFiles(world, new TestClock());
  const [before, versions] = [await visible(quick), await versionsOf(quick)];
  expect(await compactAll(quick)).toBe(4);
  expect(await filesOf(quick)).toEqual([
    [true, 4],
    [false, 1],
  ]);
  await syncPrune(quick);
  expect(await visible(quick)).toEqual(before);
  expect(await versionsOf(quick)).toEqual(versions);
  expect(await compactAll(quick)).toBe(0);
});

test('a crash after any effect of a merge leaves a lake that reads the same, and the next one ends as one without a crash', async () => {
  const clock = new TestClock();
  const { landing, store, quick } = await fiveFiles(world, clock);
  const before = await visible(quick);
  const crashes = await crashAfterEach(
    { world, clock, landing, lake: store },
    compactAll,
    async (next, when) => {
      expect(await visible(next), when).toEqual(before);
      await compactAll(next);
      expect(await filesOf(next), when).toEqual([
        [true, 4],
        [false, 1],
      ]);
      expect(await visible(next), when).toEqual(before);
    },
  );
  expect(crashes).toBeGreaterThan(1);
});

test('a file that was replaced while it was merged stays as the writer left it, and the others wait for the next merge', async () => {
  const { landing, quick, slow, pausing } = await fiveFiles(world, new TestClock());
  const merging = compactAll(slow);
  await pausing.reached;
  await put(landing, saleKey('b'), sale(1, '100.00'));
  await ingest(quick.effects, [{ source: saleKey('b') }]);
  pausing.go();
  expect(await merging).toBe(0);
  expect(await idsOf(quick)).toEqual(['0 0.00', '1 100.00', '2 2.00', '3 3.00', '9 9.00']);
});

test('two writers take rows out of one merged file: the slower one cuts what the other left', async () => {
  const { landing, quick, slow, pausing } = await fiveFiles(world, new TestClock());
  await compactAll(quick);
  await put(landing, saleKey('b'), sale(1, '100.00'));
  const first = ingest(slow.effects, [{ source: saleKey('b') }]);
  await pausing.reached;
  await landing.remove([saleKey('c')]);
  await ingest(quick.effects, [{ source: saleKey('c') }]);
  pausing.go();
  expect(await first).toMatchObject({ failures: [], conflicts: 1, outcomes: [{ result: 'accepted' }] });
  expect(await idsOf(quick)).toEqual(['0 0.00', '1 100.00', '3 3.00', '9 9.00']);
  expect(await filesOf(quick)).toEqual([
    [true, 2],
    [false, 1],
    [false, 1],
  ]);
});

test('two merges at once: one of them is in the table, and each row counts once', async () => {
  const { quick, slow, pausing } = await fiveFiles(world, new TestClock());
  const before = await visible(quick);
  const merging = compactAll(slow);
  await pausing.reached;
  expect(await compactAll(quick)).toBe(4);
  pausing.go();
  expect(await merging).toBe(0);
  expect(await visible(quick)).toEqual(before);
});

test.each(['a merge', 'a correction'])(
  'a vacuum that sweeps what %s had uploaded leaves nothing to miss',
  async (what) => {
    const clock = new TestClock();
    const { landing, quick, slow, pausing } = await fiveFiles(world, clock);
    if (what === 'a correction') await compactAll(quick);
    await put(landing, saleKey('b'), sale(1, '100.00'));
    const working: Promise<unknown> =
      what === 'a merge' ? compactAll(slow) : ingest(slow.effects, [{ source: saleKey('b') }]);
    await pausing.reached;
    clock.pass(30 * DAY_MS);
    await maintainTables(quick.effects, { retentionMs: DAY_MS });
    pausing.go();
    await working;
    expect((await wrongFiles(quick, clock.now().getTime())).lost).toEqual([]);
    await syncPrune(quick);
    expect(await idsOf(quick)).toEqual(['0 0.00', '1 100.00', '2 2.00', '3 3.00', '9 9.00']);
  },
);

test('the same rows again, under another version, are computed from no more than before', async () => {
  const { landing, quick } = await fiveFiles(world, new TestClock());
  await compactAll(quick);
  const versions = await versionsOf(quick);
  await landing.remove([saleKey('b')]);
  await put(landing, saleKey('b'), sale(1, '1.00'));
  expect(await ingest(quick.effects, [{ source: saleKey('b') }])).toMatchObject({ failures: [] });
  await syncPrune(quick);
  expect(await versionsOf(quick)).toEqual(versions);
});

test('a merge that runs out of time leaves the rest to the next one', async () => {
  const { quick } = await fiveFiles(world, new TestClock());
  const [dataset] = quick.effects.catalog.datasets.filter(({ name }) => name === 'sales');
  if (dataset === undefined) throw new Error('the shop sells nothing');
  let looks = 0;
  const options = {
    compaction: { ...COMPACTION, leastFiles: 2, mostSources: 2 },
    outOfTime: () => ++looks > 1,
  };
  expect(await compactTable(quick.effects, dataset, options)).toMatchObject({
    files: 2,
    into: 1,
    finished: false,
  });
  expect(await compactTable(quick.effects, dataset, { ...options, outOfTime: () => false })).toMatchObject({
    files: 2,
    finished: true,
  });
});

test('the reports of merged sources stay as long as their rows', async () => {
  const clock = new TestClock();
  const { store, quick } = await fiveFiles(world, clock);
  await compactAll(quick);
  clock.pass(30 * DAY_MS);
  await maintainTables(quick.effects, { retentionMs: DAY_MS });
  expect(store.keys().filter((key) => key.startsWith('files/sales/'))).toHaveLength(5);
  // That of rows which left a merged file stays for the retention.
  await quick.effects.landing.remove([saleKey('b')]);
  await ingest(quick.effects, [{ source: saleKey('b') }]);
  const reports = () => store.keys().filter((key) => key.startsWith('files/sales/')).length;
  for (const [passed, left] of [
    [DAY_MS / 2, 5],
    [DAY_MS, 4],
  ] as const) {
    clock.pass(passed);
    await maintainTables(quick.effects, { retentionMs: DAY_MS });
    expect(reports()).toBe(left);
  }
});

test('what is cut of a file with many sources falls into several', async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const quick = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  for (let n = 0; n < 9; n++) await put(landing, saleKey(`f${n}`), sale(n, '1.00'));
  await syncPrune(quick);
  await compactAll(quick);
  const { tables, catalog } = quick.effects;
  const [dataset] = catalog.datasets.filter(({ name }) => name === 'sales');
  if (dataset === undefined) throw new Error('no sales');
  for (const name of ['f7', 'f2']) {
    const live = await landedShares(tables, dataset);
    const change = withdrawal(dataset, saleKey(name), live.get(saleKey(name)) ?? []);
    const snapshot = await tables.latest('tables/sales');
    if (snapshot === undefined) throw new Error('no table');
    const bytesOfThree = Math.ceil(([...snapshot.files.values()][0]?.size ?? 0) / 3);
    const rewritten = new RewrittenFiles(quick.effects, dataset, bytesOfThree);
    const { rewrites } = rewritten.actions([change], snapshot);
    expect(await rewritten.add(rewrites, snapshot)).toEqual(new Map());
    const { actions } = rewritten.actions([change], snapshot);
    // What the entry of the merge lists is not listed again.
    expect(JSON.stringify(actions.filter((action) => 'add' in action))).not.toContain('sluice.shares');
    await tables.commit('tables/sales', async () => ({ actions, operation: 'TEST' }));
  }
  expect(await filesOf(quick)).toEqual([
    [true, 3],
    [true, 2],
    [true, 2],
  ]);
  expect(await idsOf(quick)).toEqual(['0', '1', '3', '4', '5', '6', '8'].map((id) => `${id} 1.00`));
  expect([...(await landedShares(tables, dataset)).keys()].sort()).toEqual(
    ['f0', 'f1', 'f3', 'f4', 'f5', 'f6', 'f8'].map((name) => saleKey(name)),
  );
});

test('a source that some partitions saw before it was merged, and others after, is told once', async () => {
  const own = await openPackage(
    {
      name: 'seen',
      resources: [
        {
          name: 'days',
          path: 'days/day=*/*.csv',
          partitionBy: ['day'],
          schema: {
            fields: [
              { name: 'day', type: 'date' },
              { name: 'n', type: 'integer' },
            ],
          },
        },
        { name: 'words', path: 'words/*.csv', schema: { fields: [{ name: 'word', type: 'string' }] } },
      ],
    },
    {
      seen: '/*---\ndescription: Words seen on each day.\nover: days\npartitionBy: [day]\nkey: [day]\n---*/\nSELECT day, (SELECT count(*) FROM words) AS words FROM days GROUP BY day',
    },
  );
  const lake = openProcess(
    own,
    new TestClock(),
    newStore(own, new TestClock(), 'landing'),
    newStore(own, new TestClock(), 'lake'),
    ONE_BY_ONE,
  );
  const { effects } = lake;
  for (const word of ['a', 'b', 'c']) await put(effects.landing, `words/${word}.csv`, `word\n${word}`);
  await put(effects.landing, 'days/day=2024-01-01/a.csv', 'n\n1');
  await syncPrune(lake);
  expect(await compactAll(lake)).toBe(3);
  await put(effects.landing, 'days/day=2024-01-02/a.csv', 'n\n1');
  await syncPrune(lake);
  const logs = new TableLogs(effects.tables);
  const log = await logs.find('insights/seen');
  if (log === undefined) throw new Error('there is no insight');
  const all = parsePartitionFilter('', [], []);
  if ('problem' in all) throw new Error(all.problem);
  const { sources, tables } = await tableReceipt(
    effects,
    logs,
    { kind: 'insights', name: 'seen' },
    log,
    log.newest,
    all,
  );
  const words = sources.filter(({ dataset }) => dataset === 'words');
  expect(words.map(({ source, rows }) => [source, rows])).toEqual([
    ['words/a.csv', 1],
    ['words/b.csv', 1],
    ['words/c.csv', 1],
  ]);
  expect(tables.find(({ table }) => table === 'tables/words')).toMatchObject({
    rows: 3,
    versions: { count: 2 },
  });
  await own.close();
});
