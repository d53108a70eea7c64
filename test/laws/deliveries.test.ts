// Deliveries that replace a scope: whatever the history, a dataset holds what plain JavaScript computes from the files in landing,
// no reader ever sees half of a delivery that its marker completes, and a crash after any effect changes nothing of that.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { crashAfterEach } from '../support/crashes.ts';
import {
  type DeliveryStep,
  expectJudged,
  held,
  INSIGHTS,
  newHistory,
  PACKAGE,
  play,
  step,
} from '../support/delivery-history.ts';
import { judged, type Landing } from '../support/delivery-judge.ts';
import {
  openLake,
  openPackage,
  openProcess,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { strideOf, tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

test('any history gives the rows of the newest complete deliveries', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.constantFrom('lost', 'now', 'late', 'twice')), {
        minLength: 20,
        maxLength: 50,
      }),
      async (steps) => {
        const clock = new TestClock();
        const lake = openLake(world, clock);
        await syncPrune(lake);
        const history = newHistory(clock);
        const late: string[] = [];
        for (const [one, how] of steps) {
          const key = await play(one, lake, history);
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
        await expectJudged(lake, history.landing);
        for (const dataset of world.catalog.datasets)
          await rebuild(lake.effects, dataset, { dropLost: false });
        await deliver(lake.effects, lake.queues);
        await expectJudged(lake, history.landing);
      },
    ),
    tries(8),
  );
});

/** Two deliveries of a month, each with its marker last, and their events. */
async function twoDeliveries() {
  const clock = new TestClock();
  const first = openLake(world, clock);
  await syncPrune(first);
  const history = newHistory(clock);
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
      const one: DeliveryStep = file.endsWith('.csv')
        ? { kind: 'data', key: file, days }
        : { kind: 'marker', key: file };
      await play(one, first, history);
      keys.push(file);
    }
  return { clock, store: first.effects.landing, lake: first.effects.lake, landing: history.landing, keys };
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
    tries(5),
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
    const beginning = { world, clock, landing: store, lake: before, stride: strideOf(6) };
    const crashes = await crashAfterEach(beginning, run, async (next, when) => {
      expect(wholes(landing), when).toContain(JSON.stringify(await held(next, 'months')));
      await run(next);
      await syncPrune(next);
      await expectJudged(next, landing);
    });
    expect(crashes).toBeGreaterThan(8);
  });
});
