// Laws 2, 5 and 6 with every file and every partition done as a job: histories, and crashes after an effect (some of them in a build, each
// of them at night), end as one clean run
// in one process does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { runEvents, startingPoint } from '../support/changed-landing.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { play } from '../support/play-history.ts';
import { firstFile, history, type Step } from '../support/shop-history.ts';
import { newStore, openProcess, syncPrune, TestClock } from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { strideOf, tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import { syncJobs, visibleOnce, withJobs } from '../support/with-jobs.ts';

const world = useWorld();

/** A job is started before anything else. */
const busy = fc
  .tuple(firstFile, history)
  .map(([first, rest]): Step[] => [first, ...('key' in first ? [eventOf(first.key)] : []), ...rest]);

function eventOf(key: string): Step {
  return { kind: 'event', key };
}

test('any history ends in the state of one run without jobs over the final landing', async () => {
  let started = 0;
  await fc.assert(
    fc.asyncProperty(busy, fc.constantFrom(7, 16, 1000), async (steps, blockBytes) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const lake = withJobs(openProcess(world, clock, landing, newStore(world, clock, 'lake')), blockBytes);
      await apply(lake.effects);
      for (const [i, step] of steps.entries()) {
        await play(step, lake, clock);
        if (lake.runner.isRunning) started += 1;
        if (i % 2 === 0) while (lake.runner.isRunning) await lake.runner.settled();
      }
      await syncJobs(lake);

      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      expect(lake.dead).toEqual([]);
      expect(await visibleOnce(lake)).toEqual(await visibleOnce(clean));
    }),
    tries(2),
  );
  expect(started).toBeGreaterThan(1);
});

test('after a crash at any effect the next process finishes the work', async () => {
  const clock = new TestClock();
  const { landing, before } = await startingPoint(world, clock);
  const clean = openProcess(world, clock, landing, await copyOf(world, clock, before));
  await runEvents(clean);
  const expected = await visibleOnce(clean);

  const crashes = await crashAfterEach(
    { world, clock, landing, lake: before, first: 3, stride: strideOf(127) },
    (dying) => syncJobs(withJobs(dying, 16), runEvents),
    async (next, when) => {
      const lake = withJobs(next, 16);
      await syncJobs(lake);
      expect(next.dead, when).toEqual([]);
      expect(await visibleOnce(lake), when).toEqual(expected);
    },
  );
  expect(crashes).toBeGreaterThan(1);
});
