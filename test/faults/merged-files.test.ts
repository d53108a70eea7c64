// Merging of small files beside everything else: crashes at any effect, writers that take files out meanwhile, vacuums, and a merged
// file that is lost.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { TableLogs } from '../../lib/inspect/table-log.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import { isMerged, sharesOf } from '../../lib/lake/shares.ts';
import { COMPACTION, compactTable } from '../../lib/maintain/compact.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { replayLog } from '../support/foreign-writer.ts';
import { wrongFiles } from '../support/kept-files.ts';
import { pausingStore } from '../support/mortal-store.ts';
import { compactAll } from '../support/play-history.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const SALES = { kind: 'tables', name: 'sales' } as const;
const DAY_MS = 24 * 3600 * 1000;
const keyOf = (name: string, day = 1) => `sales/day=2024-01-0${day}/${name}.csv`;
const sale = (id: number, amount: string) => `id,customer,amount\n${id},ann,${amount}\n`;

/** Four files of one day and one of another, in the lake. */
async function fiveFiles(clock: TestClock) {
  const landing = newStore(world, clock, 'landing');
  const store = newStore(world, clock, 'lake');
  for (const [id, name] of ['a', 'b', 'c', 'd'].entries())
    await put(landing, keyOf(name), sale(id, `${id}.00`));
  await put(landing, keyOf('a', 2), sale(9, '9.00'));
  const quick = openProcess(world, clock, landing, store);
  await syncPrune(quick);
  const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
  return { landing, store, quick, slow: openProcess(world, clock, landing, pausing.store), pausing };
}

async function filesOf({ effects }: TestLake): Promise<(readonly [merged: boolean, sources: number])[]> {
  const files = [...((await effects.tables.latest('tables/sales'))?.files.values() ?? [])];
  return files.map((file) => [isMerged(file), sharesOf(file).length] as const).sort((a, b) => b[1] - a[1]);
}

async function versionsOf({ effects: { tables, catalog } }: TestLake): Promise<Record<string, number>> {
  const versions: Record<string, number> = {};
  for (const { target } of catalog.derivations) {
    const prefix = `${target.kind}/${target.name}`;
    versions[prefix] = (await tables.latest(prefix))?.version ?? -1;
  }
  return versions;
}

async function idsOf(lake: TestLake): Promise<string[]> {
  return (await rowsOf(lake, SALES, 'id, amount')).map(({ id, amount }) => `${id} ${amount}`);
}

test('merging moves rows and changes none: nothing is computed anew, and a sync finds nothing to do', async () => {
  const { quick } = await fiveFiles(new TestClock());
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
  const { landing, store, quick } = await fiveFiles(clock);
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
  const { landing, quick, slow, pausing } = await fiveFiles(new TestClock());
  const merging = compactAll(slow);
  await pausing.reached;
  await put(landing, keyOf('b'), sale(1, '100.00'));
  await ingest(quick.effects, [{ source: keyOf('b') }]);
  pausing.go();
  expect(await merging).toBe(0);
  expect(await idsOf(quick)).toEqual(['0 0.00', '1 100.00', '2 2.00', '3 3.00', '9 9.00']);
});

test('two writers take rows out of one merged file: the slower one cuts what the other left', async () => {
  const { landing, quick, slow, pausing } = await fiveFiles(new TestClock());
  await compactAll(quick);
  await put(landing, keyOf('b'), sale(1, '100.00'));
  const first = ingest(slow.effects, [{ source: keyOf('b') }]);
  await pausing.reached;
  await landing.remove([keyOf('c')]);
  await ingest(quick.effects, [{ source: keyOf('c') }]);
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
  const { quick, slow, pausing } = await fiveFiles(new TestClock());
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
    const { landing, quick, slow, pausing } = await fiveFiles(clock);
    if (what === 'a correction') await compactAll(quick);
    await put(landing, keyOf('b'), sale(1, '100.00'));
    const working: Promise<unknown> =
      what === 'a merge' ? compactAll(slow) : ingest(slow.effects, [{ source: keyOf('b') }]);
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

test('a merged file that is lost stops its own sources alone, and the message names it', async () => {
  const { landing, store, quick } = await fiveFiles(new TestClock());
  await compactAll(quick);
  const lost = store
    .keys()
    .filter((key) => key.startsWith('tables/sales/day=2024-01-01') && key.endsWith('.parquet'));
  await store.remove(lost);
  await put(landing, keyOf('b'), sale(1, '100.00'));
  await put(landing, keyOf('a', 2), sale(9, '90.00'));
  const { failures, outcomes } = await ingest(quick.effects, [
    { source: keyOf('b') },
    { source: keyOf('a', 2) },
  ]);
  expect(outcomes).toMatchObject([{ source: keyOf('a', 2), result: 'accepted' }]);
  expect(failures).toMatchObject([{ request: { source: keyOf('b') } }]);
  expect(String(failures[0]?.error)).toMatch(
    /tables\/sales\/day=2024-01-01\/.*\.parquet is gone.*sluice rebuild/,
  );
});

test('the same rows again, under another version, are computed from no more than before', async () => {
  const { landing, quick } = await fiveFiles(new TestClock());
  await compactAll(quick);
  const versions = await versionsOf(quick);
  await landing.remove([keyOf('b')]);
  await put(landing, keyOf('b'), sale(1, '1.00'));
  expect(await ingest(quick.effects, [{ source: keyOf('b') }])).toMatchObject({ failures: [] });
  await syncPrune(quick);
  expect(await versionsOf(quick)).toEqual(versions);
});

test('a lost small file holds up no other merge and no checkpoint, and is said', async () => {
  const { store, quick } = await fiveFiles(new TestClock());
  for (const name of ['b', 'c']) await put(quick.effects.landing, keyOf(name, 2), sale(7, '7.00'));
  await syncPrune(quick);
  const [lost = ''] = store.keys().filter((key) => key.startsWith('tables/sales/day=2024-01-01'));
  await store.remove([lost]);
  const compaction = { ...COMPACTION, leastFiles: 2 };
  const { places, failures } = await maintainTables(quick.effects, { retentionMs: DAY_MS, compaction });
  expect(places.find(({ place }) => place === 'tables/sales')).toMatchObject({
    merged: { files: 3, into: 1 },
    checkpoint: expect.any(Number),
  });
  expect(failures).toMatchObject([{ place: 'tables/sales' }]);
  expect(String(failures[0]?.error)).toContain(`${lost} is gone`);
});

test('a file that has other rows than the log says is not merged', async () => {
  const { store, quick } = await fiveFiles(new TestClock());
  const [first = '', other = ''] = store
    .keys()
    .filter((key) => key.startsWith('tables/sales/day=2024-01-01'));
  const empty = join(world.scratch, 'empty.parquet');
  const copy = await store.download(other);
  await world.sql.session((session) =>
    session.run(`COPY (FROM '${copy?.path}' LIMIT 0) TO '${empty}' (FORMAT parquet)`),
  );
  await store.remove([first]);
  await store.upload(empty, first);
  expect(await compactAll(quick)).toBe(0);
});

test('a merge that runs out of time leaves the rest to the next one', async () => {
  const { quick } = await fiveFiles(new TestClock());
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
  const { store, quick } = await fiveFiles(clock);
  await compactAll(quick);
  clock.pass(30 * DAY_MS);
  await maintainTables(quick.effects, { retentionMs: DAY_MS });
  expect(store.keys().filter((key) => key.startsWith('files/sales/'))).toHaveLength(5);
  // That of rows which left a merged file stays for the retention.
  await quick.effects.landing.remove([keyOf('b')]);
  await ingest(quick.effects, [{ source: keyOf('b') }]);
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
  for (let n = 0; n < 130; n++) await put(landing, keyOf(`f${n}`), sale(n, '1.00'));
  await syncPrune(quick);
  await compactAll(quick);
  await landing.remove([keyOf('f7')]);
  await ingest(quick.effects, [{ source: keyOf('f7') }]);
  expect(await filesOf(quick)).toEqual([
    [true, 100],
    [true, 29],
  ]);
  expect(await idsOf(quick)).toHaveLength(129);
});

test('what another program did to a table is not hidden by a merge', async () => {
  const { landing, quick } = await fiveFiles(new TestClock());
  await apply(quick.effects);
  const snapshot = await quick.effects.tables.latest('tables/sales');
  const [file] = snapshot?.files.values() ?? [];
  const entry = { remove: { path: file?.path, deletionTimestamp: 0, dataChange: true } };
  const version = String((snapshot?.version ?? 0) + 1).padStart(20, '0');
  const text = `${JSON.stringify({ commitInfo: { operation: 'DELETE', engineInfo: 'other' } })}\n${JSON.stringify(entry)}\n`;
  await put(quick.effects.lake, `tables/sales/_delta_log/${version}.json`, text);
  expect(await compactAll(quick)).toBe(0);
  expect((await quick.effects.tables.latest('tables/sales'))?.foreign).toHaveLength(1);
  expect(landing.keys()).toHaveLength(5);
});

/** Four files of one day that may not come twice; each row says its file. */
async function notices(clock: TestClock) {
  const own = await openPackage({
    name: 'notices',
    resources: [
      {
        name: 'notices',
        path: 'notices/day=*/*.csv',
        partitionBy: ['day', { field: 'kind' }],
        duplicates: 'reject',
        schema: {
          fields: [
            { name: 'day', type: 'date' },
            { name: 'text', type: 'string' },
            { name: 'kind', type: 'integer' },
          ],
        },
      },
    ],
  });
  const landing = newStore(own, clock, 'landing');
  const store = newStore(own, clock, 'lake');
  const lake = openProcess(own, clock, landing, store);
  const send = (name: string, ...rows: readonly string[]) =>
    put(landing, `notices/day=2024-01-01/${name}.csv`, ['text,kind', ...rows].join('\n'));
  const texts = async () =>
    (await rowsOf(lake, NOTICES, 'text, kind')).map(({ text, kind }) => `${text} ${kind}`);
  return { own, landing, store, lake, send, texts };
}

const NOTICES = { kind: 'tables', name: 'notices' } as const;

test('a source that another one replaces stays in a lost file, and what has nothing to do with it comes in', async () => {
  const clock = new TestClock();
  const { own, landing, store, lake, send, texts } = await notices(clock);
  clock.tick();
  for (const name of ['b', 'c', 'd']) await send(name, `${name},0`);
  await syncPrune(lake);
  await compactAll(lake);
  await store.remove(store.keys().filter((key) => key.startsWith('tables/notices/day=')));
  await landing.write('notices/day=2024-01-01/a.csv', new TextEncoder().encode('text,kind\nb,0'));
  await send('x', 'x,1');
  const asked = ['a', 'x'].map((name) => ({ source: `notices/day=2024-01-01/${name}.csv` }));
  const { outcomes, failures } = await ingest(lake.effects, asked);
  expect(outcomes).toMatchObject([{ source: asked[1]?.source, result: 'accepted' }]);
  expect(failures).toMatchObject([{ request: asked[0] }]);
  expect(String(failures[0]?.error)).toContain('is gone');
  await expect(texts()).rejects.toThrow('is gone');
  await own.close();
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

test('a lost merged file that another program took out is read again with all of its sources’ other files', async () => {
  const { own, store, lake, send, texts } = await notices(new TestClock());
  await send('a', 'a,0', 'a,1');
  await send('b', 'b,0');
  await send('c', 'c,1', 'c,2');
  await send('d', 'd,2');
  await syncPrune(lake);
  await compactAll(lake);
  const before = await texts();
  const state = await replayLog(store, 'tables/notices');
  const [first] = [...(state?.files.values() ?? [])].filter(
    ({ partitionValues }) => partitionValues.kind === '0',
  );
  const remove = { path: first?.path, dataChange: true, deletionTimestamp: 0, tags: null };
  const entry = [{ commitInfo: { operation: 'DELETE', engineInfo: 'delta-rs' } }, { remove }];
  const version = String((state?.version ?? 0) + 1).padStart(20, '0');
  await put(
    store,
    `tables/notices/_delta_log/${version}.json`,
    entry.map((one) => JSON.stringify(one)).join('\n'),
  );
  await store.remove([`tables/notices/${decodeURIComponent(first?.path ?? '')}`]);
  await syncPrune(lake);
  expect(await texts()).toEqual(before);
  const { problems } = await certifyLake(lake.effects);
  expect(problems).toEqual([]);
  await own.close();
});
