// For every effect n of a run: crash after effect n, deliver again, and the lake is as after one clean run.
import { describe, expect, test } from 'vitest';
import { runEvents, startingPoint } from '../support/changed-landing.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { openProcess, syncPrune, TestClock, visible } from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const clock = new TestClock();

describe.each([
  { again: 'the same events are delivered again', recover: runEvents },
  { again: 'sync runs', recover: syncPrune },
])('after a crash at any effect, when $again', ({ recover }) => {
  test('the lake is as after one clean run', async () => {
    const { landing, before } = await startingPoint(world, clock);
    const clean = openProcess(world, clock, landing, await copyOf(world, clock, before));
    await runEvents(clean);
    expect(clean.dead).toEqual([]);
    const expected = await visible(clean);

    const crashes = await crashAfterEach(
      { world, clock, landing, lake: before },
      runEvents,
      async (next, when) => {
        await recover(next);
        expect(next.dead, when).toEqual([]);
        expect(await visible(next), when).toEqual(expected);
      },
    );
    // Five sources, four tables and six derived tables: a run that does less is not the one that this test is about.
    expect(crashes).toBeGreaterThan(30);
  });
});
