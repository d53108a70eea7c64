// A value that other readers cannot take is never published: the partition keeps its old rows, is stale, and the message names
// the column and the value.
import { beforeAll, expect, test } from 'vitest';
import { readPending } from '../../lib/refresh/pending.ts';
import {
  openLake,
  openPackage,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const contract = {
  name: 'readings',
  resources: [
    {
      name: 'readings',
      path: 'readings/place=*/*.csv',
      partitionBy: ['place'],
      schema: {
        fields: [
          { name: 'place', type: 'string' },
          { name: 'day', type: 'date' },
          { name: 'at', type: 'datetime' },
          { name: 'amount', type: 'number', precision: 38, scale: 0 },
          { name: 'days', type: 'integer' },
        ],
      },
    },
  ],
};

/** By name: the SELECT, and what its file of bad rows makes of the column. */
const INSIGHTS = {
  total: [
    'sum(amount) AS total',
    'column: total, value: 100000000000000000000000000000000000000, allowed: numbers of at most 38 digits',
  ],
  due: [
    'CAST(max(day) + to_days(CAST(max(days) AS INTEGER)) AS DATE) AS due',
    'column: due, value: 10000-01-01, allowed: days from 0001-01-01 to 9999-12-31',
  ],
  since: [
    'min("at") - to_days(CAST(max(days) AS INTEGER)) AS since',
    'column: since, value: 0001-12-31 (BC) 00:00:00+00, allowed: times from 0001-01-01 to 9999-12-31 in UTC',
  ],
  never: [
    "max(CASE WHEN days > 1 THEN DATE 'infinity' ELSE day END) AS never",
    'column: never, value: infinity, allowed: days from 0001-01-01 to 9999-12-31',
  ],
} as const;

const SQL = Object.fromEntries(
  Object.entries(INSIGHTS).map(([name, [column]]) => [
    name,
    `/* ---\npartitionBy: [place]\n--- */\nSELECT place, ${column} FROM readings GROUP BY place\n`,
  ]),
);

const world = useWorld(() => openPackage(contract, SQL));
let lake: TestLake;
let land: (key: string, ...rows: string[]) => Promise<void>;
beforeAll(async () => {
  lake = openLake(world, new TestClock());
  land = (key, ...rows) => put(lake.effects.landing, key, ['day,at,amount,days', ...rows].join('\n'));
});

const insight = (name: string) => ({ kind: 'insights', name }) as const;
const stale = async (name: string) => {
  const snapshot = await lake.effects.tables.latest(`insights/${name}`);
  return snapshot && readPending(snapshot).stale;
};

test('what an insight computes: the old rows stay, and the others go on', async () => {
  await land('readings/place=a/1.csv', '9999-12-31,0001-01-01T00:00:00Z,1,0');
  await land('readings/place=b/1.csv', '9999-12-31,0001-01-01T00:00:00Z,1,0');
  await syncPrune(lake);
  const first = await Promise.all(Object.keys(INSIGHTS).map((name) => rowsOf(lake, insight(name))));
  expect(first[0]).toEqual([
    { place: 'a', total: '1' },
    { place: 'b', total: '1' },
  ]);
  await land('readings/place=a/2.csv', `9999-12-31,0001-01-01T00:00:00Z,${'9'.repeat(38)},1`);
  await land('readings/place=b/2.csv', '9999-12-31,0001-01-01T00:00:00Z,5,0');
  await land('readings/place=c/1.csv', '2024-01-01,2024-01-01T00:00:00Z,0,2');
  await syncPrune(lake);
  expect(lake.dead).toEqual([]);
  const said = Object.entries(INSIGHTS).map(([name, [, example]]) => [name, example] as const);
  for (const [name, example] of said) {
    const place = name === 'never' ? 'c' : 'a';
    expect(await stale(name), name).toEqual([
      { partition: { place }, message: `audit readable values: 1 offending row, such as ${example}` },
    ]);
  }
  expect(await rowsOf(lake, insight('total'))).toEqual([
    { place: 'a', total: '1' },
    { place: 'b', total: '6' },
    { place: 'c', total: '0' },
  ]);
  await lake.effects.landing.remove(['readings/place=a/2.csv', 'readings/place=c/1.csv']);
  await syncPrune(lake);
  for (const [name] of said) expect(await stale(name), name).toEqual([]);
});

test('what a file says: an offset may lead out of the calendar, and the row is refused', async () => {
  await land(
    'readings/place=d/1.csv',
    ',9999-12-31T23:59:59-00:01,1,1',
    ',0001-01-01T00:00:00+00:01,2,1',
    ',10000-01-01T00:00:00Z,3,1',
    'infinity,,4,1',
    `,,${'9'.repeat(39)},1`,
    ',9999-12-31T23:59:59.999999Z,5,1',
    ',0001-01-01T00:00:00Z,6,1',
  );
  await syncPrune(lake);
  const rows = await rowsOf(
    lake,
    { kind: 'tables', name: 'readings' },
    'place, CAST("at" AS VARCHAR) AS "at", amount',
  );
  expect(rows.filter(({ place }) => place === 'd')).toEqual([
    { place: 'd', at: '0001-01-01 00:00:00+00', amount: '6' },
    { place: 'd', at: '9999-12-31 23:59:59.999999+00', amount: '5' },
  ]);
});
