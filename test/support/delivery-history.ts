// Random histories of deliveries that replace a scope: their contract, the steps, and what the lake must hold afterwards.
import fc from 'fast-check';
import { expect } from 'vitest';
import { judged, type Landing } from './delivery-judge.ts';
import { removeNth } from './remove-nth.ts';
import { put, rowsOf, type TestClock, type TestLake } from './shop-lake.ts';

const ROWS = {
  fields: [
    { name: 'day', type: 'date', constraints: { required: true } },
    { name: 'n', type: 'integer' },
  ],
};
export const PACKAGE = {
  name: 'exports',
  resources: [
    {
      name: 'months',
      path: 'months/{period}/{run}/part_*.csv',
      mode: 'replace',
      scope: ['period'],
      delivery: { by: 'run', newest: 'name', complete: '*-Manifest.json' },
      partitionBy: ['period'],
      schema: { fields: [{ name: 'period', type: 'yearmonth' }, ...ROWS.fields] },
    },
    {
      name: 'whole',
      path: 'whole/{run}/part_*.csv',
      mode: 'replace',
      delivery: { by: ['run'], complete: 'done/{run}/_SUCCESS' },
      schema: ROWS,
    },
    {
      name: 'days',
      path: 'days/{run}/part_*.csv',
      mode: 'replace',
      scope: ['day'],
      delivery: { by: ['run'], complete: 'done_*.json' },
      partitionBy: ['day'],
      schema: ROWS,
    },
    {
      name: 'loose',
      path: 'loose/{run}/part_*.csv',
      mode: 'replace',
      delivery: { by: ['run'] },
      schema: ROWS,
    },
    {
      name: 'places',
      path: 'places/{place}_*.csv',
      mode: 'replace',
      scope: 'place',
      schema: ROWS,
    },
  ],
};
const TABLES = PACKAGE.resources.map(({ name }) => name);
const FRONT = '/* ---\ndescription: Sums.\n';
export const INSIGHTS = Object.fromEntries([
  ...TABLES.map(
    (name) =>
      [
        `n_of_${name}`,
        `${FRONT}--- */\nSELECT day, CAST(sum(n) AS BIGINT) AS n FROM ${name} GROUP BY day`,
      ] as const,
  ),
  [
    'by_period',
    `${FRONT}over: months\npartitionBy: [period]\n--- */\nSELECT period, CAST(sum(n) AS BIGINT) AS n FROM months GROUP BY period`,
  ],
  [
    'by_day',
    `${FRONT}over: days\npartitionBy: [day]\n--- */\nSELECT day, CAST(sum(n) AS BIGINT) AS n FROM days GROUP BY day`,
  ],
]);
const sums = (rows: readonly string[]) => {
  const byDay = new Map<string, number>();
  for (const [day = '', n] of rows.map((row) => row.split(' ')))
    byDay.set(day, (byDay.get(day) ?? 0) + Number(n));
  return [...byDay].map(([day, n]) => `${day} ${n}`).sort();
};

export async function held(
  lake: TestLake,
  name: string,
  kind: 'tables' | 'insights' = 'tables',
): Promise<string[]> {
  const rows = await rowsOf(lake, { kind, name }, 'CAST(day AS VARCHAR) AS day, n');
  return rows.map(({ day, n }) => `${day} ${n}`).sort();
}

export async function expectJudged(lake: TestLake, landing: Landing): Promise<void> {
  expect(lake.dead).toEqual([]);
  for (const [name, rows] of Object.entries(judged(landing))) {
    expect(await held(lake, name), name).toEqual(rows);
    expect(await held(lake, `n_of_${name}`, 'insights'), name).toEqual(sums(rows));
  }
  expect(await held(lake, 'by_day', 'insights')).toEqual(sums(judged(landing).days ?? []));
  const periods = await rowsOf(lake, { kind: 'insights', name: 'by_period' }, 'n');
  const total = (judged(landing).months ?? []).reduce((sum, row) => sum + Number(row.split(' ')[1]), 0);
  expect(periods.reduce((sum, { n }) => sum + Number(n), 0)).toBe(total);
}

const RUNS = ['run-2', 'run-9', 'run-10'];
const run = fc.constantFrom(...RUNS);
const period = fc.constantFrom('2024-01', '2024-02');
const key = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(period, run, fc.nat(1))
      .map(([period, run, part]) => `months/${period}/${run}/part_${part}.csv`),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('whole', 'days', 'loose'), run, fc.nat(1))
      .map(([folder, run, part]) => `${folder}/${run}/part_${part}.csv`),
  },
  fc.tuple(fc.constantFrom('a', 'b'), fc.nat(2)).map(([place, part]) => `places/${place}_${part}.csv`),
);
const marker = fc.oneof(
  fc.tuple(period, run).map(([period, run]) => `months/${period}/${run}/cur-Manifest.json`),
  run.map((run) => `done/${run}/_SUCCESS`),
  run.map((run) => `days/${run}/done_1.json`),
);
export const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('data' as const),
      key,
      days: fc.array(fc.nat(2), { maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('marker' as const), key: marker }) },
  // What is refused first stays so until it is corrected: then its rows count, whatever comes later.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(30) }) },
);
export type DeliveryStep = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A history so far: what landing holds, and the keys that once held rows. */
export type DeliveryHistory = {
  readonly clock: TestClock;
  readonly landing: Landing;
  readonly everGood: Set<string>;
};

export function newHistory(clock: TestClock): DeliveryHistory {
  return { clock, landing: new Map(), everGood: new Set() };
}

/** The key that changed, if one did. Each row of a history has a number of its own. */
export async function play(
  step: DeliveryStep,
  { effects }: TestLake,
  { clock, landing, everGood }: DeliveryHistory,
): Promise<string | undefined> {
  clock.tick();
  const at = clock.now().getTime();
  if (step.kind === 'delete') return removeNth(landing, effects.landing, step.nth);
  if (step.kind === 'refused' && everGood.has(step.key)) return undefined;
  if (step.kind === 'data') {
    everGood.add(step.key);
    const rows = step.days.map((day, i) => ({ day: `2024-03-0${day + 1}`, n: at / 100 + i }));
    landing.set(step.key, { at, rows });
    await put(
      effects.landing,
      step.key,
      ['day,n', ...rows.map(({ day, n }) => `${day},${n}`), ''].join('\n'),
    );
  } else {
    landing.set(step.key, { at, rows: undefined });
    await put(effects.landing, step.key, step.kind === 'refused' ? 'day,n\nno day,1\n' : '');
  }
  return step.key;
}
