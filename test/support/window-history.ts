// Random histories of visits and bills, insights with windows over them, and what these must hold afterwards.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { TableRef } from '../../lib/core/insight.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import { removeNth } from './remove-nth.ts';
import { put, rowsOf, type TestClock, type TestLake } from './shop-lake.ts';
import { DAY, HOUR, judged, type Landing, type Row } from './window-judge.ts';

const integer = (name: string) => ({ name, type: 'integer' });
const PARTS = ['year', 'month', 'day'];
export const PACKAGE = {
  name: 'visits',
  resources: [
    {
      name: 'visits',
      path: 'visits/region=*/year=*/month=*/day=*/*.csv',
      partitionBy: ['region', ...PARTS],
      schema: { fields: [{ name: 'region' }, ...PARTS.map(integer), { name: 'user' }, integer('n')] },
    },
    {
      name: 'bills',
      path: 'bills/*.csv',
      partitionBy: [
        { field: 'at', transform: 'yearmonth', timezone: 'America/New_York', name: 'period' },
        { field: 'at', transform: 'hour' },
      ],
      schema: { fields: [{ name: 'at', type: 'datetime' }, { name: 'user' }, integer('n')] },
    },
  ],
};
const OWN = ['region', ...PARTS].map((name) => `this_partition.${name}`).join(', ');
export const INSIGHTS = {
  week: `/* ---\nover: visits\npartitionBy: [region, year, month, day]\nwindow: {day: 6}\n--- */
SELECT ${OWN}, count(DISTINCT visits.user) AS users, CAST(sum(n) AS BIGINT) AS n FROM this_partition, visits GROUP BY ALL`,
  busy: `/* ---\nover: visits\npartitionBy: [region, year, month, day]\nwindow: {day: 6}\n--- */
SELECT ${OWN}, count(DISTINCT visits.user) AS users FROM this_partition, visits GROUP BY ALL HAVING users > 2`,
  around: `/* ---\nover: week\npartitionBy: [region, year, month, day]\nwindow: {day: {before: 1, after: 2}}\n--- */
SELECT ${OWN}, CAST(sum(users) AS BIGINT) AS users FROM this_partition, week GROUP BY ALL`,
  quarter: `/* ---\nover: bills\npartitionBy: [period]\nwindow: {period: 2}\n--- */
SELECT period, count(DISTINCT bills.user) AS users, CAST(sum(n) AS BIGINT) AS n
FROM (SELECT this_partition.period, bills.user, n FROM this_partition, bills) AS bills GROUP BY period`,
  day_of_hours: `/* ---\nover: bills\npartitionBy: [period, hour]\nwindow: {hour: 23}\n--- */
SELECT this_partition.period, this_partition.hour, CAST(sum(n) AS BIGINT) AS n FROM bills, this_partition GROUP BY ALL`,
};
/** Around the end of a February of a leap year. */
export const FIRST_DAY = Date.parse('2024-02-24T00:00:00Z');
export const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export function visitKey(region: string, day: number, file: string): string {
  const [year, month, date] = dayText(FIRST_DAY + day * DAY).split('-');
  return `visits/region=${region}/year=${year}/month=${month}/day=${date}/${file}.csv`;
}

const texts = (rows: readonly object[]) =>
  rows.map((row) => JSON.stringify(Object.values(row).map(String))).sort();
const dated = (rows: readonly { readonly at: number }[]) =>
  texts(
    rows.map(({ at, ...row }) => {
      const [year, month, day] = dayText(at).split('-').map(Number);
      return { year, month, day, ...row };
    }),
  );

const insight = (name: string): TableRef => ({ kind: 'insights', name });

/** The insights' columns that are compared. */
const COMPARED = {
  week: 'year, month, day, region, users, n',
  busy: 'year, month, day, region, users',
  around: 'year, month, day, region, users',
  quarter: 'period, users, n',
  // An hour of two months of New York would be two rows; the change of months is at a full hour.
  day_of_hours: 'hour, n',
};

/** By insight, its rows as sorted texts. */
export type Rows = Readonly<Record<string, readonly string[]>>;

export function expectedRows(landing: Landing): Rows {
  const { week, around, quarter, dayOfHours } = judged(landing);
  const busy = week.filter(({ users }) => users > 2).map(({ n: _, ...row }) => row);
  return {
    week: dated(week),
    busy: dated(busy),
    around: dated(around),
    quarter: texts(quarter),
    day_of_hours: texts(dayOfHours),
  };
}

export async function heldRows(lake: TestLake): Promise<Rows> {
  const held: Record<string, string[]> = {};
  for (const [name, columns] of Object.entries(COMPARED))
    held[name] = texts(await rowsOf(lake, insight(name), columns));
  return held;
}

export type WindowStep =
  | {
      readonly kind: 'visits';
      readonly region: string;
      readonly day: number;
      readonly file: string;
      readonly users: readonly string[];
    }
  | { readonly kind: 'bills'; readonly file: string; readonly rows: readonly (readonly [number, string])[] }
  | { readonly kind: 'delete'; readonly nth: number };

const user = fc.constantFrom('ann', 'bob', 'cid', 'dee');
/** A file goes, if there is one. */
export const removal: fc.Arbitrary<WindowStep> = fc.record({
  kind: fc.constant('delete' as const),
  nth: fc.nat(30),
});
export const step: fc.Arbitrary<WindowStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('visits' as const),
      region: fc.constantFrom('eu', 'us'),
      day: fc.nat(17),
      file: fc.constantFrom('a', 'b'),
      users: fc.array(user, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bills' as const),
      file: fc.constantFrom('1', '2', '3'),
      // Half hours of half a year, and those of a day around a change of months in New York.
      rows: fc.array(fc.tuple(fc.oneof(fc.nat(9000), fc.integer({ min: 5790, max: 5870 })), user), {
        minLength: 1,
        maxLength: 8,
      }),
    }),
  },
  { weight: 2, arbitrary: removal },
);

/** The key that changed; undefined where there is nothing to delete. The rows of each file have a number of their own. */
export async function play(
  step: WindowStep,
  clock: TestClock,
  { effects }: TestLake,
  landing: Landing,
): Promise<string | undefined> {
  clock.tick();
  if (step.kind === 'delete') return removeNth(landing, effects.landing, step.nth);
  const n = clock.now().getTime() / 1000;
  if (step.kind === 'visits') {
    const key = visitKey(step.region, step.day, step.file);
    const rows = step.users.map((user) => ({ at: FIRST_DAY + step.day * DAY, user, n }));
    landing.set(key, { region: step.region, rows });
    await put(effects.landing, key, ['user,n', ...rows.map((row) => `${row.user},${row.n}`)].join('\n'));
    return key;
  }
  const key = `bills/${step.file}.csv`;
  const rows = step.rows.map(([half, user]) => ({
    at: Date.parse('2023-11-01T00:00:00Z') + (half * HOUR) / 2,
    user,
    n,
  }));
  landing.set(key, { region: '', rows });
  const line = ({ at, user, n }: Row) => `${new Date(at).toISOString().slice(0, 19)}Z,${user},${n}`;
  await put(effects.landing, key, ['at,user,n', ...rows.map(line)].join('\n'));
  return key;
}

/** Of each row of `week`: the source files are those of its seven days. */
export async function expectReceipts(lake: TestLake, landing: Landing): Promise<void> {
  const logs = new TableLogs(lake.effects.tables);
  const log = await logs.find('insights/week');
  if (log === undefined) throw new Error('no insight');
  const columns = PARTS.map((name) => ({ name, type: 'long' as const }));
  for (const { region, at } of judged(landing).week) {
    const [year, month, day] = dayText(at).split('-').map(Number);
    const words = [`region=${region}`, `year=${year}`, `month=${month}`, `day=${day}`];
    const filter = parsePartitionFilter('week', [{ name: 'region', type: 'string' }, ...columns], words);
    if ('problem' in filter) throw new Error(filter.problem);
    const receipt = await tableReceipt(lake.effects, logs, insight('week'), log, log.newest, filter);
    const seen = [...landing].filter(
      ([, file]) => file.region === region && file.rows.some((row) => row.at <= at && row.at >= at - 6 * DAY),
    );
    expect(receipt.sources.map(({ source }) => source)).toEqual(seen.map(([key]) => key).sort());
    expect(receipt.lost).toEqual([]);
  }
}
