// Law 2 (convergence), law 6 (touched equals full), law 7 (nothing increments): every history ends as one clean run does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { deliver, type FileMessage } from '../../lib/local/deliver.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { expectedInsights, history, type Present, type Step } from '../support/shop-history.ts';
import {
  newStore,
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

const world = useWorld();

async function play(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { effects } = lake;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(effects.landing, step.key, step.text);
  } else if (step.kind === 'delete') await effects.landing.remove([step.key]);
  else if (step.kind === 'event')
    expect((await ingest(effects, [{ source: step.key }])).failures).toEqual([]);
  else if (step.kind === 'settle') await settle(lake);
  else {
    const derivation = effects.catalog.derivations[step.target % effects.catalog.derivations.length];
    if (derivation) await refresh(effects, derivation.target);
  }
}

/** All that waits is delivered, in a process that has been warm since the beginning. */
async function settle(lake: TestLake): Promise<void> {
  const keys: FileMessage[] = [];
  for await (const { key } of lake.effects.landing.list('')) keys.push({ source: key });
  await lake.queues.files.send(keys);
  await deliver(lake.effects, lake.queues);
}

async function finalLanding(lake: TestLake): Promise<Present[]> {
  const present: Present[] = [];
  for await (const { key, lastModifiedMs } of lake.effects.landing.list('')) {
    present.push({
      key,
      lastModifiedMs,
      text: new TextDecoder().decode(await lake.effects.landing.read(key)),
    });
  }
  return present;
}

test('any history of files and events ends in the state of one run over the final landing', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
      await apply(lake.effects);
      for (const step of steps) await play(step, lake, clock);
      await syncPrune(lake);

      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      const state = await visible(lake);
      expect(lake.dead).toEqual([]);
      expect(state).toEqual(await visible(clean));

      const expected = expectedInsights(await finalLanding(lake));
      const lines = (rows: readonly object[]) => rows.map((row) => Object.values(row).join(' ')).sort();
      const daily = await rowsOf(
        lake,
        { kind: 'insights', name: 'sales_daily' },
        'day, customer, sales, CAST(amount * 100 AS BIGINT)',
      );
      const totals = await rowsOf(
        lake,
        { kind: 'insights', name: 'city_totals' },
        'city, CAST(amount * 100 AS BIGINT), coalesce(CAST(target AS BIGINT), -1)',
      );
      expect({ daily: lines(daily), totals: lines(totals) }).toEqual(expected);

      await syncPrune(lake);
      expect(await visible(lake)).toEqual(state);
    }),
    tries(40),
  );
});
