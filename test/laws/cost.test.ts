// What one more file costs does not grow with the lake: counted in requests to the stores, which no busy machine changes.
import { expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { partitionsNamed } from '../../lib/inspect/find-table.ts';
import { withViews } from '../../lib/inspect/lake-views.ts';
import { withLogParts } from '../../lib/inspect/log-parts.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { partitionLabel } from '../../lib/lake/partition.ts';
import { deliver } from '../../lib/local/deliver.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { type Call, notedCalls } from '../support/noted-calls.ts';
import { compactAll } from '../support/play-history.ts';
import {
  newStore,
  openLake,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const PACKAGE = {
  name: 'visits',
  resources: [
    {
      name: 'visits',
      path: 'visits/year=*/month=*/day=*/*.csv',
      partitionBy: ['year', 'month', 'day'],
      schema: {
        fields: [
          ...['year', 'month', 'day', 'guests'].map((name) => ({ name, type: 'integer' })),
          { name: 'place', type: 'string' },
        ],
      },
    },
  ],
};
const INSIGHTS = {
  visits_daily: `/* ---\nover: visits\npartitionBy: [year, month, day]\nkey: [place]\n--- */
SELECT year, month, day, place, CAST(sum(guests) AS BIGINT) AS guests FROM visits GROUP BY ALL`,
  visits_monthly: `/* ---\nover: visits_daily\npartitionBy: [year, month]\nkey: [place]\n--- */
SELECT year, month, place, CAST(sum(guests) AS BIGINT) AS guests FROM visits_daily GROUP BY ALL`,
};

const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

const clock = new TestClock();
const TEXT = 'place,guests\nRome,3\nOslo,4\n';

/** The file of the `index`-th day after 10 June 2024, which is day 0. */
function keyOf(index: number, file = 'a'): string {
  const [year, month, day] = new Date(Date.UTC(2024, 5, 10 + index)).toISOString().slice(0, 10).split('-');
  return `visits/year=${year}/month=${month}/day=${day}/${file}.csv`;
}

/** A lake of so many days, the last of them 10 June. */
async function lakeOf(days: number): Promise<{ landing: MemoryStore; lake: MemoryStore }> {
  const stores = { landing: newStore(world, clock, 'landing'), lake: newStore(world, clock, 'lake') };
  for (let index = 1 - days; index <= 0; index += 1) await put(stores.landing, keyOf(index), TEXT);
  await syncPrune(openProcess(world, clock, stores.landing, stores.lake));
  return stores;
}

/** Counts requests as S3 does: a page of a listing has a thousand keys. */
function counted(store: ObjectStore): { store: ObjectStore; requests: () => number } {
  let requests = 0;
  const list = async function* (prefix: string, after?: string) {
    let listed = 0;
    requests += 1;
    for await (const object of store.list(prefix, after)) {
      listed += 1;
      if (listed % 1000 === 0) requests += 1;
      yield object;
    }
  };
  const counting = new Proxy(store, {
    get(target, name) {
      if (name === 'list') return list;
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        requests += 1;
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { store: counting, requests: () => requests };
}

/** Requests of a process that knows nothing yet, for ten more days that come one after the other. */
async function requestsForTenMore({ landing, lake }: { landing: MemoryStore; lake: MemoryStore }) {
  const [seen, kept] = [counted(landing), counted(lake)];
  const { effects, queues, dead } = openProcess(world, clock, seen.store, kept.store);
  for (let index = 1; index <= 10; index += 1) {
    await put(landing, keyOf(index), TEXT);
    await queues.files.send([{ source: keyOf(index) }]);
    await deliver(effects, queues);
  }
  expect(dead).toEqual([]);
  return { landing: seen.requests(), lake: kept.requests() };
}

test('ten more days in a lake of 150 days take about as many requests as in a lake of ten', async () => {
  const small = await requestsForTenMore(await lakeOf(10));
  const large = await requestsForTenMore(await lakeOf(150));
  expect(small.landing).toBeGreaterThanOrEqual(20);
  expect(large.landing).toBe(small.landing);
  expect(large.lake / small.lake).toBeLessThan(1.1);
});

test('a correction in a table of 60 merged files takes about as many requests as in one of ten', async () => {
  const requests = async (days: number) => {
    const { landing, lake } = await lakeOf(days);
    for (let index = 1 - days; index <= 0; index += 1) await put(landing, keyOf(index, 'b'), TEXT);
    const quick = openProcess(world, clock, landing, lake);
    await syncPrune(quick);
    expect(await compactAll(quick)).toBe(2 * days);
    await quick.effects.tables.checkpointNewest('tables/visits');
    const kept = counted(lake);
    const { effects, queues } = openProcess(world, clock, landing, kept.store);
    await put(landing, keyOf(0), 'place,guests\nRome,5\n');
    await queues.files.send([{ source: keyOf(0) }]);
    await deliver(effects, queues);
    return kept.requests();
  };
  expect((await requests(60)) / (await requests(10))).toBeLessThan(1.1);
});

test('the receipt of one day, and a look back, in a lake of 160 commits take about as many requests as in one of 40', async () => {
  const table = { kind: 'insights', name: 'visits_daily' } as const;
  const requests = async (days: number) => {
    const { landing, lake } = await lakeOf(1);
    const { effects, queues } = openProcess(world, clock, landing, lake);
    for (let index = 1; index < days; index += 1) {
      await put(landing, keyOf(index), TEXT);
      await queues.files.send([{ source: keyOf(index) }]);
      await deliver(effects, queues);
    }
    const newest = days;
    const found: number[] = [];
    const count = async (work: (effects: Effects) => Promise<void>) => {
      const kept = counted(lake);
      await work(openProcess(world, clock, landing, kept.store).effects);
      found.push(kept.requests());
    };
    // 10 June, and the newest.
    for (const day of [0, days - 1]) {
      const [, month, date] = /month=(..)\/day=(..)/.exec(keyOf(day)) ?? [];
      await count(async (effects) => {
        const receipt = await withLogParts(effects.tables, 'insights/visits_daily', [newest], (logs, log) => {
          const filter = partitionsNamed(log, newest, [`month=${month}`, `day=${date}`]);
          return tableReceipt(effects, logs, table, log, newest, filter);
        });
        expect(receipt.sources.map(({ source, version }) => [source, version])).toEqual([
          [keyOf(day), day + 1],
        ]);
      });
    }
    await count((effects) =>
      withViews(
        effects,
        [table],
        async (session) => {
          const [row] = await session.rows<{ n: number }>('SELECT count(*) AS n FROM visits_daily');
          expect(Number(row?.n)).toBe(2 * 20);
        },
        { asOf: { text: '20', version: 20 } },
      ),
    );
    return found;
  };
  const [few, many] = [await requests(40), await requests(160)];
  for (const [i, more] of many.entries()) expect(more / (few[i] ?? 0)).toBeLessThan(1.3);
});

test('500 files of one day that come together cost one recompute of that day', async () => {
  const { landing, lake } = await lakeOf(3);
  const { effects, queues, dead } = openProcess(world, clock, landing, lake);
  const keys = Array.from({ length: 500 }, (_, n) => keyOf(1, `file-${n}`));
  for (const key of keys) await put(landing, key, TEXT);
  await queues.files.send(keys.map((source) => ({ source })));
  const recomputed: string[] = [];
  let accepted = 0;
  await deliver(effects, queues, {
    ingested: ({ outcomes }) => {
      accepted += outcomes.filter(({ result }) => result === 'accepted').length;
    },
    refreshed: ({ target, published }) =>
      recomputed.push(...published.map((partition) => `${target.name} ${partitionLabel(partition)}`)),
  });
  expect([accepted, dead]).toEqual([500, []]);
  expect(recomputed).toEqual(['visits_daily 2024-06-11', 'visits_monthly 2024-06']);
});

test('a process that applies what is applied already reads each log once', async () => {
  const { landing, lake } = await lakeOf(3);
  const { store: noting, calls } = notedCalls(lake);
  const { effects } = openProcess(world, clock, landing, noting);
  expect(await apply(effects)).toEqual({ applied: [], refused: [], failed: [], undone: [] });
  const isEntry = ({ method, key }: Call) => method === 'read' && /_delta_log\/\d+\.json$/.test(key);
  const entries = calls.filter(isEntry).map(({ key }) => key);
  expect(entries.length).toBeGreaterThanOrEqual(6);
  expect(entries.filter((key, i) => entries.indexOf(key) < i)).toEqual([]);
});

const MONTHS = Array.from(
  { length: 40 },
  (_, i) => `${2018 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`,
);
const monthly = (name: string) => ({
  name,
  path: `${name}/month=*/*.csv`,
  partitionBy: ['month'],
  schema: {
    fields: [{ name: 'month', type: 'yearmonth' }, { name: 'place' }, { name: 'n', type: 'integer' }],
  },
});
const MONTHLY = { name: 'monthly', resources: ['visits', 'orders'].map(monthly) };
const words = '/* ---\nover: visits\npartitionBy: [month]\nkey: [place]\n--- */';
const ordersOf = (
  from: string,
) => `WITH o AS (SELECT month, place, CAST(sum(n) AS BIGINT) AS n FROM orders GROUP BY ALL)
SELECT v.month, place, CAST(sum(v.n) AS BIGINT) AS visits, CAST(max(o.n) AS BIGINT) AS orders FROM ${from} GROUP BY ALL`;

test('one changed month of a side input recomputes one month of 40 where it is joined by month, else all', async () => {
  const own = await openPackage(MONTHLY, {
    by_month: `${words}\n${ordersOf('visits v LEFT JOIN o USING (month, place)')}`,
    by_place: `${words}\n${ordersOf('visits v LEFT JOIN o USING (place)')}`,
  });
  try {
    const lake = openLake(own, clock);
    const { effects, queues, dead } = lake;
    for (const month of MONTHS)
      for (const table of ['visits', 'orders'])
        await put(effects.landing, `${table}/month=${month}/a.csv`, 'place,n\nRome,3\n');
    await syncPrune(lake);
    const source = 'orders/month=2020-02/b.csv';
    await put(effects.landing, source, 'place,n\nRome,4\n');
    await queues.files.send([{ source }]);
    const recomputed: Record<string, string[]> = {};
    await deliver(effects, queues, {
      refreshed: ({ target, published }) => {
        recomputed[target.name] = published.map(partitionLabel);
      },
    });
    expect(dead).toEqual([]);
    expect(recomputed.by_month).toEqual(['month=2020-02']);
    expect(recomputed.by_place).toHaveLength(40);
    const rows = await rowsOf(lake, { kind: 'insights', name: 'by_month' }, 'month, orders');
    expect(rows.filter(({ orders }) => orders !== 3)).toEqual([{ month: '2020-02', orders: 7 }]);
  } finally {
    await own.close();
  }
});
