// Law 6 with windows: whatever the history, an insight that sees the neighbours of its partitions holds what plain JavaScript
// computes from the files in landing, its receipts name the neighbours' files, and a file touches the partitions that see it alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TableRef } from '../../lib/core/insight.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { TableLogs } from '../../lib/inspect/table-log.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import { deliver } from '../../lib/local/deliver.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const integer = (name: string) => ({ name, type: 'integer' });
const PARTS = ['year', 'month', 'day'];
const PACKAGE = {
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
const INSIGHTS = {
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
const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

type Row = { readonly at: number; readonly user: string; readonly n: number };
/** The files in landing. `at`: of a visit the day, of a bill the moment, in ms. */
type Landing = Map<string, { readonly region: string; readonly rows: readonly Row[] }>;

const DAY = 86_400_000;
const HOUR = DAY / 24;
/** Around the end of a February of a leap year. */
const FIRST_DAY = Date.parse('2024-02-24T00:00:00Z');
const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function visitKey(region: string, day: number, file: string): string {
  const [year, month, date] = dayText(FIRST_DAY + day * DAY).split('-');
  return `visits/region=${region}/year=${year}/month=${month}/day=${date}/${file}.csv`;
}

/** What the insights hold, by the files in landing. */
function judged(landing: Landing) {
  const files = [...landing].map(([key, file]) => ({ key, ...file }));
  const visits = files.filter(({ key }) => key.startsWith('visits/'));
  const bills = files.filter(({ key }) => key.startsWith('bills/')).flatMap(({ rows }) => rows);
  const places = [
    ...new Set(visits.flatMap(({ region, rows }) => rows.map(({ at }) => `${region} ${at}`))),
  ].map((place) => ({ region: place.split(' ')[0] ?? '', at: Number(place.split(' ')[1]) }));
  const week = places.map(({ region, at }) => {
    const seen = visits
      .filter((file) => file.region === region)
      .flatMap(({ rows }) => rows)
      .filter((row) => row.at <= at && row.at >= at - 6 * DAY);
    return { region, at, users: new Set(seen.map(({ user }) => user)).size, n: sum(seen.map(({ n }) => n)) };
  });
  const around = week.map(({ region, at }) => {
    const near = week.filter((one) => one.region === region && one.at >= at - DAY && one.at <= at + 2 * DAY);
    return { region, at, users: sum(near.map(({ users }) => users)) };
  });
  const months = [...new Set(bills.map(({ at }) => monthOf(at)))];
  const quarter = months.map((month) => {
    const seen = bills.filter(({ at }) => monthOf(at) <= month && monthOf(at) >= month - 2);
    const period = `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    return { period, users: new Set(seen.map(({ user }) => user)).size, n: sum(seen.map(({ n }) => n)) };
  });
  const hours = [...new Set(bills.map(({ at }) => Math.floor(at / HOUR)))];
  const dayOfHours = hours.map((hour) => {
    const seen = bills.filter(({ at }) => at / HOUR < hour + 1 && at / HOUR >= hour - 23);
    return { hour: new Date(hour * HOUR).toISOString().slice(0, 13), n: sum(seen.map(({ n }) => n)) };
  });
  return { week, around, quarter, dayOfHours };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

/** New York's month of that moment, as a number that grows by one from month to month. */
function monthOf(at: number): number {
  const [month, , year] = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York' })
    .format(at)
    .split('/');
  return Number(year) * 12 + Number(month) - 1;
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

async function expectJudged(lake: TestLake, landing: Landing): Promise<void> {
  const { week, around, quarter, dayOfHours } = judged(landing);
  const rows = async (name: string, columns: string) => texts(await rowsOf(lake, insight(name), columns));
  expect(await rows('week', 'year, month, day, region, users, n')).toEqual(dated(week));
  const busy = week.filter(({ users }) => users > 2).map(({ n: _, ...row }) => row);
  expect(await rows('busy', 'year, month, day, region, users')).toEqual(dated(busy));
  expect(await rows('around', 'year, month, day, region, users')).toEqual(dated(around));
  expect(await rows('quarter', 'period, users, n')).toEqual(texts(quarter));
  // An hour of two months of New York would be two rows; the change of months is at a full hour.
  expect(await rows('day_of_hours', 'hour, n')).toEqual(texts(dayOfHours));
}

type Step =
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
const step: fc.Arbitrary<Step> = fc.oneof(
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(30) }) },
);

let counter = 0;

/** The key that changed; undefined where there is nothing to delete. */
async function play(step: Step, { effects }: TestLake, landing: Landing): Promise<string | undefined> {
  if (step.kind === 'delete') {
    const key = [...landing.keys()][step.nth % Math.max(1, landing.size)];
    if (key === undefined) return undefined;
    landing.delete(key);
    await effects.landing.remove([key]);
    return key;
  }
  counter += 1;
  if (step.kind === 'visits') {
    const key = visitKey(step.region, step.day, step.file);
    const rows = step.users.map((user) => ({ at: FIRST_DAY + step.day * DAY, user, n: counter }));
    landing.set(key, { region: step.region, rows });
    await put(effects.landing, key, ['user,n', ...rows.map((row) => `${row.user},${row.n}`)].join('\n'));
    return key;
  }
  const key = `bills/${step.file}.csv`;
  const rows = step.rows.map(([half, user]) => ({
    at: Date.parse('2023-11-01T00:00:00Z') + (half * HOUR) / 2,
    user,
    n: counter,
  }));
  landing.set(key, { region: '', rows });
  const line = ({ at, user, n }: Row) => `${new Date(at).toISOString().slice(0, 19)}Z,${user},${n}`;
  await put(effects.landing, key, ['at,user,n', ...rows.map(line)].join('\n'));
  return key;
}

test('any history gives what plain JavaScript computes of the files that are there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 8, maxLength: 16 }),
      async (steps) => {
        const clock = new TestClock();
        const store = newStore(world, clock, 'landing');
        const lake = openProcess(world, clock, store, newStore(world, clock, 'lake'));
        await syncPrune(lake);
        const landing: Landing = new Map();
        for (const [one, isDelivered] of steps) {
          clock.tick();
          const key = await play(one, lake, landing);
          if (!isDelivered || key === undefined) continue;
          await lake.queues.files.send([{ source: key }]);
          await deliver(lake.effects, lake.queues);
        }
        await syncPrune(lake);
        expect(lake.dead).toEqual([]);
        await expectJudged(lake, landing);
        await expectReceipts(lake, landing);
      },
    ),
    tries(12),
  );
});

/** Of each row of `week`: the source files are those of its seven days. */
async function expectReceipts(lake: TestLake, landing: Landing): Promise<void> {
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

test('a file recomputes the days that see it and exist, of its own region, and none else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.constantFrom('eu', 'us'), fc.nat(17)), {
        minLength: 12,
        maxLength: 30,
        selector: ([region, day]) => `${region} ${day}`,
      }),
      fc.constantFrom('eu', 'us'),
      fc.nat(17),
      fc.boolean(),
      async (days, region, day, isGone) => {
        const clock = new TestClock();
        const lake = openProcess(
          world,
          clock,
          newStore(world, clock, 'landing'),
          newStore(world, clock, 'lake'),
        );
        const at = visitKey(region, day, 'a');
        const others = days.filter(([r, d]) => r !== region || d !== day);
        for (const [r, d] of isGone ? [...others, [region, day] as const] : others)
          await put(lake.effects.landing, visitKey(r, d, 'a'), `user,n\nann,${d}`);
        await syncPrune(lake);
        if (isGone) await lake.effects.landing.remove([at]);
        else await put(lake.effects.landing, at, 'user,n\nbob,1000');
        await lake.queues.files.send([{ source: at }]);
        const refreshed: Record<string, string[]> = { published: [], dropped: [] };
        await deliver(lake.effects, lake.queues, {
          refreshed: ({ target, published, dropped }) => {
            if (target.name !== 'week') return;
            const label = (p: Readonly<Record<string, string | null>>) =>
              `${p.region} ${p.year}-${p.month}-${p.day}`;
            refreshed.published?.push(...published.map(label));
            refreshed.dropped?.push(...dropped.map(label));
          },
        });
        const label = (d: number) => {
          const [y, m, dd] = dayText(FIRST_DAY + d * DAY)
            .split('-')
            .map(Number);
          return `${region} ${y}-${m}-${dd}`;
        };
        const seeing = others
          .filter(([r, d]) => r === region && d > day && d <= day + 6)
          .map(([, d]) => label(d));
        expect(refreshed.published?.sort()).toEqual((isGone ? seeing : [...seeing, label(day)]).sort());
        expect(refreshed.dropped).toEqual(isGone ? [label(day)] : []);
      },
    ),
    tries(6),
  );
});
