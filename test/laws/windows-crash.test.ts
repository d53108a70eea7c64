// Windows and crashes: wherever a process died, each insight holds the rows of one moment, of all its partitions, and whatever
// happens next, the end is what plain JavaScript computes from the files in landing, with receipts that name those files.
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlayStore } from '../../lib/inspect/overlay-store.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { crashAfterEach } from '../support/crashes.ts';
import {
  openLake,
  openPackage,
  openProcess,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import {
  expectedRows,
  expectReceipts,
  heldRows,
  INSIGHTS,
  PACKAGE,
  play,
  type Rows,
  removal,
  step,
  type WindowStep,
} from '../support/window-history.ts';
import type { Landing } from '../support/window-judge.ts';

const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

/** Each history dies after every so many-th of its effects, from a random one on, and goes on after every so many-th death. */
const STRIDE = 2;
const FOLLOWED = 4;

/** A lake that is up to date, files that changed since, and what the insights hold after so many of their events. */
async function changedLanding(before: readonly WindowStep[], since: readonly WindowStep[]) {
  const clock = new TestClock();
  const lake = openLake(world, clock);
  const landing: Landing = new Map();
  for (const one of before) await play(one, clock, lake, landing);
  await syncPrune(lake);
  const seen: Landing = new Map(landing);
  const keys = new Set<string>();
  for (const one of since) {
    const key = await play(one, clock, lake, landing);
    if (key !== undefined) keys.add(key);
  }
  const moments = [expectedRows(seen)];
  for (const key of keys) {
    const file = landing.get(key);
    if (file) seen.set(key, file);
    else seen.delete(key);
    moments.push(expectedRows(seen));
  }
  return { clock, lake, landing, keys: [...keys], moments };
}

async function runEvents(lake: TestLake, keys: readonly string[]): Promise<void> {
  for (const source of keys) {
    await lake.queues.files.send([{ source }]);
    await deliver(lake.effects, lake.queues);
  }
}

function expectOneMoment(held: Rows, moments: readonly Rows[], when: string): void {
  for (const [name, rows] of Object.entries(held))
    expect(
      moments.map((moment) => moment[name]),
      `${name} ${when}`,
    ).toContainEqual(rows);
}

type Rest = {
  readonly clock: TestClock;
  readonly landing: Landing;
  /** Of the events that come once more. */
  readonly keys: readonly string[];
  /** Whether its event comes, too. */
  readonly then: readonly (readonly [WindowStep, boolean])[];
};

/** The history of one lake alone goes on, in a landing of its own over that of all. */
async function goOn(
  { effects }: TestLake,
  { clock, landing, keys, then }: Rest,
  when: string,
): Promise<void> {
  const folder = join(world.scratch, effects.newId());
  const own = overlayStore({ below: effects.landing, folder, clock: clock.now });
  const lake = openProcess(world, clock, own, effects.lake);
  for (const [one, isDelivered] of then) {
    const key = await play(one, clock, lake, landing);
    if (isDelivered && key !== undefined) await runEvents(lake, [key]);
  }
  await runEvents(lake, keys);
  await syncPrune(lake);
  expect(lake.dead, when).toEqual([]);
  expect(await heldRows(lake), when).toEqual(expectedRows(landing));
  await expectReceipts(lake, landing);
}

test('a crash after any effect leaves no insight between two moments, and the history goes on to the right end', async () => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 9, maxLength: 12 }),
      fc.tuple(step, removal, step),
      fc.array(fc.tuple(step, fc.boolean()), { maxLength: 2 }),
      fc.boolean(),
      fc.integer({ min: 1, max: STRIDE }),
      async (before, since, then, isRepeated, first) => {
        const { clock, lake, landing, keys, moments } = await changedLanding(before, since);
        const { effects } = lake;
        const beginning = {
          world,
          clock,
          landing: effects.landing,
          lake: effects.lake,
          first,
          stride: STRIDE,
        };
        const run = (dying: TestLake) => runEvents(dying, keys);
        await crashAfterEach(beginning, run, async (next, when) => {
          expectOneMoment(await heldRows(next), moments, when);
          crashes += 1;
          if (crashes % FOLLOWED !== 0) return;
          await goOn(next, { clock, landing: new Map(landing), keys: isRepeated ? keys : [], then }, when);
        });
      },
    ),
    tries(2),
  );
  expect(crashes).toBeGreaterThan(30);
});
