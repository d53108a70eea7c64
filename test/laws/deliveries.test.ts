// Deliveries that replace a scope: whatever the history, a dataset holds what plain JavaScript computes from the files in landing,
// no reader ever sees half of a delivery that its marker completes, and a crash after any effect changes nothing of that.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { judged, type Landing } from '../support/delivery-judge.ts';
import { type Life, mortalStore } from '../support/mortal-store.ts';
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
import { copyOf } from '../support/store-copy.ts';
import { strideOf, tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const ROWS = {
  fields: [
    { name: 'day', type: 'date', constraints: { required: true } },
    { name: 'n', type: 'integer' },
  ],
};
const PACKAGE = {
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
const INSIGHTS = Object.fromEntries([
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
const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

const sums = (rows: readonly string[]) => {
  const byDay = new Map<string, number>();
  for (const [day = '', n] of rows.map((row) => row.split(' ')))
    byDay.set(day, (byDay.get(day) ?? 0) + Number(n));
  return [...byDay].map(([day, n]) => `${day} ${n}`).sort();
};

async function held(lake: TestLake, name: string, kind: 'tables' | 'insights' = 'tables'): Promise<string[]> {
  const rows = await rowsOf(lake, { kind, name }, 'CAST(day AS VARCHAR) AS day, n');
  return rows.map(({ day, n }) => `${day} ${n}`).sort();
}

async function expectJudged(lake: TestLake, landing: Landing): Promise<void> {
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
const step = fc.oneof(
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
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

let counter = 0;

/** The key that changed, if one did. */
async function play(
  step: Step,
  clock: TestClock,
  { effects }: TestLake,
  landing: Landing,
  everGood: Set<string>,
): Promise<string | undefined> {
  clock.tick();
  const at = clock.now().getTime();
  if (step.kind === 'delete') {
    const key = [...landing.keys()][step.nth % Math.max(1, landing.size)];
    if (key === undefined) return undefined;
    landing.delete(key);
    await effects.landing.remove([key]);
    return key;
  }
  if (step.kind === 'refused' && everGood.has(step.key)) return undefined;
  if (step.kind === 'data') {
    everGood.add(step.key);
    const rows = step.days.map((day) => ({ day: `2024-03-0${day + 1}`, n: ++counter }));
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

test('any history gives the rows of the newest complete deliveries', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.constantFrom('lost', 'now', 'late', 'twice')), {
        minLength: 20,
        maxLength: 50,
      }),
      async (steps) => {
        const clock = new TestClock();
        const lake = openProcess(
          world,
          clock,
          newStore(world, clock, 'landing'),
          newStore(world, clock, 'lake'),
        );
        await syncPrune(lake);
        const landing: Landing = new Map();
        const everGood = new Set<string>();
        const late: string[] = [];
        for (const [one, how] of steps) {
          const key = await play(one, clock, lake, landing, everGood);
          if (key === undefined || how === 'lost') continue;
          if (how === 'late') late.unshift(key);
          else
            await lake.queues.files.send(
              how === 'twice' ? [{ source: key }, { source: key }] : [{ source: key }],
            );
          await deliver(lake.effects, lake.queues);
        }
        await lake.queues.files.send(late.map((source) => ({ source })));
        await deliver(lake.effects, lake.queues);
        await syncPrune(lake);
        await expectJudged(lake, landing);
        for (const dataset of world.catalog.datasets)
          await rebuild(lake.effects, dataset, { dropLost: false });
        await deliver(lake.effects, lake.queues);
        await expectJudged(lake, landing);
      },
    ),
    tries(12),
  );
});

/** Two deliveries of a month, each with its marker last, and their events. */
async function twoDeliveries() {
  const clock = new TestClock();
  const store = newStore(world, clock, 'landing');
  const first = openProcess(world, clock, store, newStore(world, clock, 'lake'));
  await syncPrune(first);
  const landing: Landing = new Map();
  const keys: string[] = [];
  for (const name of ['run-9', 'run-10'])
    for (const file of [
      `months/2024-01/${name}/part_0.csv`,
      `months/2024-01/${name}/part_1.csv`,
      `days/${name}/part_0.csv`,
      `months/2024-01/${name}/m-Manifest.json`,
      `days/${name}/done_1.json`,
    ]) {
      const days = file.includes('part_0') ? [0, 2] : [1, 2];
      const one: Step = file.endsWith('.csv')
        ? { kind: 'data', key: file, days }
        : { kind: 'marker', key: file };
      await play(one, clock, first, landing, new Set());
      keys.push(file);
    }
  return { clock, store, lake: first.effects.lake, landing, keys };
}

/** What a reader may see: no delivery, or one of them whole. */
function wholes(landing: Landing): string[] {
  const only = (name: string) =>
    judged(new Map([...landing].filter(([key]) => key.includes(`/${name}/`)))).months;
  return [[], only('run-9'), only('run-10')].map((rows) => JSON.stringify(rows));
}

test('no order of events lets a reader see a part of a delivery', async () => {
  const { clock, store, lake: before, landing, keys } = await twoDeliveries();
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(keys, { minLength: keys.length }), async (order) => {
      const lake = openProcess(world, clock, store, await copyOf(world, clock, before));
      for (const source of order) {
        await lake.queues.files.send([{ source }]);
        await deliver(lake.effects, lake.queues);
        expect(wholes(landing)).toContain(JSON.stringify(await held(lake, 'months')));
      }
      expect(await held(lake, 'months')).toEqual(judged(landing).months);
    }),
    tries(8),
  );
});

describe('a crash', () => {
  test('after any effect leaves whole deliveries, and the same events complete it', async () => {
    const { clock, store, lake: before, landing, keys } = await twoDeliveries();
    // The markers first: they bring their files along.
    const order = [...keys].reverse();
    const run = async (lake: TestLake) => {
      for (const source of order) {
        await lake.queues.files.send([{ source }]);
        await deliver(lake.effects, lake.queues);
      }
    };
    let crashes = 0;
    for (let n = 1; ; n += strideOf(4)) {
      const copy = await copyOf(world, clock, before);
      const life: Life = { effectsLeft: n, dead: false };
      await run(openProcess(world, clock, store, mortalStore(copy, life))).catch(() => undefined);
      if (!life.dead) break;
      crashes += 1;
      const next = openProcess(world, clock, store, copy);
      expect(wholes(landing), `after a crash at effect ${n}`).toContain(
        JSON.stringify(await held(next, 'months')),
      );
      await run(next);
      await syncPrune(next);
      await expectJudged(next, landing);
    }
    expect(crashes).toBeGreaterThan(8);
  });
});
