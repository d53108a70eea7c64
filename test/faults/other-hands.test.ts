// For every effect n of a run: after it somebody restores a table, or another program commits to it; the run goes on, warm, and
// one sync later the lake is as after one clean run. Nothing is ever computed from rows that no source accounts for.
import { describe, expect, test } from 'vitest';
import { TryAgainError } from '../../lib/errors.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { withViews } from '../../lib/inspect/lake-views.ts';
import { withLogParts } from '../../lib/inspect/log-parts.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { runEvents, startingPoint } from '../support/changed-landing.ts';
import { type ForeignOperation, replayLog, writeForeign } from '../support/foreign-writer.ts';
import { interruptedStore } from '../support/mortal-store.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import { newStore, openProcess, put, rowsOf, syncPrune, TestClock, visible } from '../support/shop-lake.ts';
import { backUp, copyOf, loseNewestEntry, restore } from '../support/store-copy.ts';
import { strideOf } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const clock = new TestClock();

type Act = (store: ObjectStore) => Promise<unknown>;

const foreign =
  (prefix: string, operation: ForeignOperation): Act =>
  (store) =>
    writeForeign(world.sql, world.scratch, store, prefix, operation, 0);

/** To what it was before the run. */
const restored = async (prefix: string, before: ObjectStore): Promise<Act> => {
  const backup = await backUp(before, `${prefix}/`);
  return (store) => restore(store, backup, { logOnly: true });
};

describe.each([
  { what: 'a landing table is restored', act: (before: ObjectStore) => restored('tables/sales', before) },
  { what: 'an insight is restored', act: (before: ObjectStore) => restored('insights/sales_daily', before) },
  {
    what: 'an entry is lost',
    act: async (): Promise<Act> => (store) => loseNewestEntry(store, 'tables/sales'),
  },
  { what: 'another program deletes rows', act: async () => foreign('tables/sales', 'DELETE') },
  { what: 'another program changes an insight', act: async () => foreign('insights/sales_daily', 'UPDATE') },
])('when $what after any effect', ({ act }) => {
  test('the next sync ends as one clean run does', async () => {
    const { landing, before } = await startingPoint(world, clock);
    const clean = openProcess(world, clock, landing, await copyOf(world, clock, before));
    await runEvents(clean);
    const expected = await visible(clean);
    let times = 0;
    for (let n = 1; ; n += strideOf(3)) {
      const store = await copyOf(world, clock, before);
      const doIt = await act(before);
      const { store: interrupted, done } = interruptedStore(store, n, () => doIt(store));
      await runEvents(openProcess(world, clock, landing, interrupted));
      if (!done()) break;
      times += 1;
      const next = openProcess(world, clock, landing, store);
      await syncPrune(next);
      expect(next.dead, `after effect ${n}`).toEqual([]);
      expect(await visible(next), `after effect ${n}`).toEqual(expected);
    }
    expect(times * strideOf(3)).toBeGreaterThan(20);
  });
});

const SALES = { kind: 'tables', name: 'sales' } as const;
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const KEY = 'sales/day=2024-01-01/a.csv';

async function oneSale() {
  const landing = newStore(world, clock, 'landing');
  const store = newStore(world, clock, 'lake');
  const lake = openProcess(world, clock, landing, store);
  await put(landing, KEY, 'id,customer,amount\n1,ann,1.00\n2,ann,2.00\n');
  await syncPrune(lake);
  return { lake, store };
}

test.each(['DELETE', 'UPDATE', 'INSERT', 'OPTIMIZE'] as const)(
  'until a sync has taken back a %s of another program, nothing is added beside it or computed from it',
  async (operation) => {
    const { lake, store } = await oneSale();
    const before = await rowsOf(lake, DAILY);
    await foreign('tables/sales', operation)(store);
    await put(lake.effects.landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n3,ann,4.00\n');
    const { failures } = await ingest(lake.effects, [{ source: 'sales/day=2024-01-01/b.csv' }]);
    expect(failures).toMatchObject([{ error: { name: 'TryAgainError' } }]);
    const cold = openProcess(world, clock, lake.effects.landing, store);
    for (const { effects } of [lake, cold])
      await expect(refresh(effects, DAILY)).rejects.toBeInstanceOf(TryAgainError);
    expect(await rowsOf(lake, DAILY)).toEqual(before);
  },
);

test('a refused refresh and ingest say who wrote what, and which verb mends it', async () => {
  const { lake, store } = await oneSale();
  await foreign('tables/sales', 'DELETE')(store);
  const said = await refresh(lake.effects, DAILY).catch((error) => error);
  expect(said).toBeInstanceOf(TryAgainError);
  expect(said.message).toBe(
    'tables/sales was changed by another program in version 2: run "sluice sync", which reverts that',
  );
  const { undone } = await apply(lake.effects);
  expect(undone).toMatchObject([
    {
      table: SALES,
      commits: [{ version: 2, operation: 'DELETE', engine: 'delta-rs:1.6.2', adds: 1, removes: 1 }],
    },
  ]);
  expect(await rowsOf(lake, SALES, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a schema that another program changed is taken back, and is no reason to refuse the contract', async () => {
  const { lake, store } = await oneSale();
  const { version = -1, metaData = {} } = (await replayLog(store, 'tables/sales')) ?? {};
  const schema = JSON.parse(String(metaData.schemaString));
  const fields = schema.fields.map((field: object) => ({ ...field, type: 'boolean' }));
  const schemaString = JSON.stringify({ ...schema, fields });
  const configuration = { ...Object(metaData.configuration), 'sluice.contract': 'of another table' };
  const entry = `tables/sales/_delta_log/${String(version + 1).padStart(20, '0')}.json`;
  await store.write(
    entry,
    Buffer.from(JSON.stringify({ metaData: { ...metaData, schemaString, configuration } })),
  );
  const applied = await apply(openProcess(world, clock, lake.effects.landing, store).effects);
  expect(applied).toMatchObject({ refused: [], failed: [], undone: [{ table: SALES }] });
  expect(await rowsOf(lake, SALES, 'customer')).toEqual([{ customer: 'ann' }, { customer: 'ann' }]);
});

test.each(['after they were gone', 'while they are there'])(
  'rows that another program adds again with their tags, %s, are told of as the whole log tells',
  async (when) => {
    const { lake, store } = await oneSale();
    const { files } = (await replayLog(store, 'tables/sales', 1)) ?? {};
    if (when === 'after they were gone') {
      await lake.effects.landing.remove([KEY]);
      await syncPrune(lake);
    }
    const newest = (await lake.effects.tables.latest('tables/sales'))?.version ?? -1;
    const adds = [...(files?.values() ?? [])].map((file) => JSON.stringify({ add: file }));
    expect(adds).toHaveLength(1);
    const entry = `tables/sales/_delta_log/${String(newest + 1).padStart(20, '0')}.json`;
    await store.write(entry, Buffer.from(adds.join('\n')));
    const cold = () => openProcess(world, clock, lake.effects.landing, store);
    await expectSameOfParts(cold().effects, [SALES, DAILY], { parts: false, timed: false });
    await put(lake.effects.landing, 'sales/day=2024-01-01/b.csv', 'id,customer,amount\n3,ann,4.00\n');
    await syncPrune(cold());
    await expectSameOfParts(cold().effects, [SALES, DAILY], { parts: false, timed: false });
  },
);

test('where the log lacks an entry, it is said which, of the versions that need it', async () => {
  const { lake, store } = await oneSale();
  for (let n = 2; n <= 14; n += 1) {
    await put(lake.effects.landing, KEY, `id,customer,amount\n1,ann,${n}.00\n`);
    await syncPrune(lake);
  }
  await store.remove([`tables/sales/_delta_log/${'5'.padStart(20, '0')}.json`]);
  const { effects } = openProcess(world, clock, lake.effects.landing, store);
  const sources = (version: number) =>
    withLogParts(effects.tables, 'tables/sales', [version], async (logs, log) => {
      const filter = { words: {}, matches: () => true };
      const receipt = await tableReceipt(effects, logs, SALES, log, version, filter);
      expect(receipt.lost).toEqual([]);
      return receipt.sources.map(({ source, version: from }) => [source, from]);
    });
  for (const version of [1, 4, 10, 12]) expect(await sources(version)).toEqual([[KEY, version]]);
  await expect(sources(5)).rejects.toThrow(/lacks the entry of version 5,/);
  for (const version of [6, 9])
    await expect(sources(version)).rejects.toThrow(/has a missing or damaged entry before version/);
  const rows = (version: number) =>
    withViews(effects, [SALES], (session) => session.rows('FROM sales'), {
      asOf: { text: `${version}`, version },
    });
  expect(await rows(12)).toMatchObject([{ id: 1 }]);
  for (const version of [5, 6]) await expect(rows(version)).rejects.toThrow(/restore it from a backup/);
  await store.remove([`tables/sales/_delta_log/${'10'.padStart(20, '0')}.json`]);
  await expect(sources(10)).rejects.toThrow(/lacks the entry of version 10,/);
});
