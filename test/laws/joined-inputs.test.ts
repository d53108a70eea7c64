// Law 6 with side inputs that are joined by partition columns: whatever the history, each insight holds what its SQL gives over the
// whole of them, its receipts name the files of its own partitions, and a change touches the partitions that see it alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Catalog } from '../../lib/core/catalog.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { partitionId } from '../../lib/lake/partition.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import {
  INSIGHT_TEXTS,
  INSIGHTS,
  keyOf,
  type Landing,
  PACKAGE,
  play,
  step,
  type TableName,
} from '../support/joined-history.ts';
import { judged, rowTexts } from '../support/joined-judge.ts';
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
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(() => openPackage(PACKAGE, INSIGHT_TEXTS));

const insight = (name: string): TableRef => ({ kind: 'insights', name });

test('what joins by partition is proved, and nothing else', () => {
  const proved = world.catalog.derivations.map(({ target, joined = [] }) => [
    target.name,
    Object.fromEntries(
      joined.map(({ table, by }) => [table.name, by.map(({ own, theirs }) => `${own}=${theirs}`)]),
    ),
  ]);
  expect(Object.fromEntries(proved)).toEqual({
    ...Object.fromEntries(Object.entries(INSIGHTS).map(([name, { joined }]) => [name, joined])),
    above: { rated: ['region=region', 'day=day'], by_region: ['region=region'] },
  });
});

/** By insight and partition; one that failed on the present rows is left out. */
async function held(lake: TestLake): Promise<Record<string, Record<string, readonly string[]>>> {
  const found: Record<string, Record<string, string[]>> = {};
  for (const [name, { partitionBy }] of Object.entries(INSIGHTS)) {
    const snapshot = await lake.effects.tables.latest(tablePrefix(insight(name)));
    const stale = new Set(
      snapshot && readPending(snapshot).stale.map(({ partition }) => partitionId(partition)),
    );
    const own: Record<string, object[]> = {};
    for (const row of await rowsOf(lake, insight(name))) {
      const partition = partitionBy.map((column) => (row[column] == null ? null : String(row[column])));
      const values = Object.fromEntries(partitionBy.map((column, i) => [column, partition[i] ?? null]));
      if (stale.has(partitionId(values))) continue;
      const id = JSON.stringify(partition);
      own[id] = [...(own[id] ?? []), row];
    }
    found[name] = Object.fromEntries(Object.entries(own).map(([id, rows]) => [id, [...rowTexts(rows)]]));
  }
  return found;
}

/** A partition without rows has no file, and so no place in what is held. */
async function expected(landing: Landing) {
  const found = await judged(world.sql, landing);
  return (name: string) =>
    Object.fromEntries(Object.entries(found[name] ?? {}).filter(([, rows]) => rows.length > 0));
}

/** Of each partition of `using`: the source files are those of that partition. */
async function expectReceipts(lake: TestLake, landing: Landing): Promise<void> {
  const logs = new TableLogs(lake.effects.tables);
  const log = await logs.find('insights/using');
  if (log === undefined) throw new Error('no insight');
  for (const { add } of log.filesAt(log.newest)) {
    const id = partitionId(add.partitionValues);
    const filter = { words: {}, matches: (values: typeof add.partitionValues) => partitionId(values) === id };
    const receipt = await tableReceipt(lake.effects, logs, insight('using'), log, log.newest, filter);
    const own = [...landing].filter(
      ([, { table, values }]) => (table === 'sales' || table === 'orders') && partitionId(values) === id,
    );
    expect(receipt.sources.map(({ source }) => source).sort()).toEqual(own.map(([key]) => key).sort());
    expect(receipt.lost).toEqual([]);
  }
}

test('any history gives what the SQL gives over the whole of all inputs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 12, maxLength: 24 }),
      fc.oneof(fc.constant(0), fc.nat(20)),
      async (steps, older) => {
        const clock = new TestClock();
        const [files, stored] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
        const landing: Landing = new Map();
        // The first steps were those of an older Sluice, which read all side inputs as a whole.
        const before = openProcess({ ...world, catalog: unjoined(world.catalog) }, clock, files, stored);
        const lake = openProcess(world, clock, files, stored);
        await syncPrune(older === 0 ? lake : before);
        for (const [i, [one, isDelivered]] of steps.entries()) {
          const now = i < older ? before : lake;
          const key = await play(one, clock, now, landing);
          if (!isDelivered || key === undefined) continue;
          await now.queues.files.send([{ source: key }]);
          await deliver(now.effects, now.queues);
        }
        await syncPrune(lake);
        const clean = openProcess(world, clock, files, newStore(world, clock, 'clean'));
        await syncPrune(clean);
        expect([...before.dead, ...lake.dead, ...clean.dead]).toEqual([]);
        const staleOf = (state: Record<string, unknown>) =>
          Object.entries(state).map(([name, table]) => [name, stalePartitions(table)]);
        const [state, cleanState] = [await visible(lake), await visible(clean)];
        expect(staleOf(state)).toEqual(staleOf(cleanState));
        const found = await held(lake);
        const wanted = await expected(landing);
        for (const name of Object.keys(INSIGHTS)) {
          if (name !== 'failing') expect(found[name], name).toEqual(wanted(name));
        }
        expect(found.failing).toEqual((await held(clean)).failing);
        expect(found.failing).toMatchObject(wanted('failing'));
        expect(await rowsOf(lake, insight('above'))).toEqual(await rowsOf(clean, insight('above')));
        if (older === 0) await expectReceipts(lake, landing);
      },
    ),
    tries(3),
  );
});

const DAYS = ['2024-02-28', '2024-02-29', '2024-03-01'];
const place = fc.tuple(fc.constantFrom('eu', 'us', null), fc.nat(2));
type Place = readonly [region: string | null, day: number];
/** Which partitions of each insight see the orders of a region and a day. The others do not read orders. */
const TOUCHED: Readonly<Record<string, (own: Place, changed: Place, sales: readonly Place[]) => boolean>> = {
  ...Object.fromEntries(
    ['using', 'grouped', 'null_safe', 'failing'].map((name) => [
      name,
      ([region, day]: Place, [r, d]: Place) => region === r && day === d,
    ]),
  ),
  by_region: ([region], [r]) => region === r,
  shifted: ([region], [r]) => region === r,
  windowed: ([region, day], [r, d], sales) =>
    region === r && (day === d || (day === d + 1 && sales.some(([s, e]) => s === r && e === d))),
  ...Object.fromEntries(['outer_other', 'other_column', 'twice'].map((name) => [name, () => true])),
};

test('a change of a side input recomputes the partitions that see it and exist, and none else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(place, { minLength: 3, maxLength: 9, selector: (one) => one.join() }),
      place,
      async (sales, changed) => {
        const clock = new TestClock();
        const lake = openProcess(
          world,
          clock,
          newStore(world, clock, 'landing'),
          newStore(world, clock, 'lake'),
        );
        const valuesOf = ([region, day]: Place) => ({ region, day: DAYS[day] ?? null });
        const write = (table: TableName, one: Place, n: number) =>
          put(lake.effects.landing, keyOf({ table, values: valuesOf(one) }, '1'), `k,n,note\na,${n},1\n`);
        for (const one of sales) await write('sales', one, 1);
        await syncPrune(lake);
        await write('orders', changed, 2);
        await lake.queues.files.send([
          { source: keyOf({ table: 'orders', values: valuesOf(changed) }, '1') },
        ]);
        const published: Record<string, string[]> = {};
        await deliver(lake.effects, lake.queues, {
          refreshed: (outcome) => {
            if (outcome.target.name in INSIGHTS)
              published[outcome.target.name] = outcome.published.map(partitionId).sort();
          },
        });
        expect(lake.dead).toEqual([]);
        const expected = Object.entries(TOUCHED).map(([name, isTouched]) => {
          const seeing = sales.filter((one) => isTouched(one, changed, sales)).map(valuesOf);
          const own = seeing.map(({ region, day }) =>
            partitionId(name === 'by_region' ? { region } : { region, day }),
          );
          return [name, [...new Set(own)].sort()];
        });
        expect(published).toEqual(Object.fromEntries(expected));
      },
    ),
    tries(2),
  );
});

function unjoined(catalog: Catalog): Catalog {
  return { ...catalog, derivations: catalog.derivations.map(({ joined: _, ...derivation }) => derivation) };
}

function stalePartitions(table: unknown): string[] {
  const { stale } = table as { stale: ReturnType<typeof readPending> };
  return stale.stale.map(({ partition }) => partitionId(partition)).sort();
}

const ROWS = 'place,n\nRome,1\n';
/** How `orders` are partitioned: by one column, of which the month may be a text. */
type Parted = { readonly by: string; readonly month: 'integer' | 'string' };
const travels = (orders: Parted) => {
  const resource = (name: string, { by, month }: Parted) => ({
    name,
    path: `${name}/month=*/agent=*/*.csv`,
    partitionBy: [by],
    schema: {
      fields: [
        { name: 'month', type: month },
        { name: 'agent' },
        { name: 'place' },
        { name: 'n', type: 'integer' },
      ],
    },
  });
  const visits = { by: 'month', month: 'integer' } as const;
  return { name: 'travels', resources: [resource('visits', visits), resource('orders', orders)] };
};
const ORDERED = `/* ---\nover: visits\npartitionBy: [month]\n--- */
SELECT month, v.n, (SELECT count(*) FROM orders o WHERE CAST(o.month AS BIGINT) = v.month) AS orders FROM visits v`;

test.each<[string, Parted]>([
  ['by another column', { by: 'agent', month: 'integer' }],
  ['by another type', { by: 'month', month: 'string' }],
])('a side input that was partitioned %s touches all', async (_, before) => {
  const older = await openPackage(travels(before), { ordered: ORDERED });
  const now = await openPackage(travels({ by: 'month', month: 'integer' }), { ordered: ORDERED });
  try {
    const clock = new TestClock();
    const [files, stored] = [newStore(older, clock, 'landing'), newStore(older, clock, 'lake')];
    for (const month of ['01', '02'])
      for (const table of ['visits', 'orders'])
        await put(files, `${table}/month=${month}/agent=x/1.csv`, ROWS);
    await syncPrune(openProcess(older, clock, files, stored));
    await files.remove(['orders/month=01/agent=x/1.csv']);
    const lake = openProcess(now, clock, files, stored);
    const orders = now.catalog.datasets.find(({ name }) => name === 'orders') as Dataset;
    await rebuild(lake.effects, orders, { dropLost: true });
    await syncPrune(lake);
    expect(lake.dead).toEqual([]);
    expect([older, now].map(({ catalog }) => catalog.derivations[0]?.joined?.length)).toEqual([undefined, 1]);
    const found = await rowsOf(
      lake,
      insight('ordered'),
      'CAST(month AS INTEGER) AS month, CAST(orders AS INTEGER) AS orders',
    );
    expect(found).toEqual([
      { month: 1, orders: 0 },
      { month: 2, orders: 1 },
    ]);
  } finally {
    await older.close();
    await now.close();
  }
});
