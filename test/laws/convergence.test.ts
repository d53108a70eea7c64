// Law 2 (convergence), law 6 (touched equals full), law 7 (nothing increments): every history ends as one clean run does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { finalLanding, play } from '../support/play-history.ts';
import { expectedInsights, history } from '../support/shop-history.ts';
import { newStore, openProcess, rowsOf, syncPrune, TestClock, visible } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

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
    tries(18),
  );
});
