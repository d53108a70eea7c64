// Vacuum keeps the laws: in any history of files, events, crashes, time and vacuums every version within the retention can
// be read, the lake ends where it would have ended without a vacuum, and nothing that is older is left over.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { COMPACTION } from '../../lib/maintain/compact.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { wrongFiles } from '../support/kept-files.ts';
import { mortalStore } from '../support/mortal-store.ts';
import { compactAll } from '../support/play-history.ts';
import { history, type Step } from '../support/shop-history.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const HOUR_MS = 3600 * 1000;
const RETENTION = { retentionMs: 24 * HOUR_MS };
/** Whatever is small is merged. */
const MAINTAIN = { ...RETENTION, compaction: { ...COMPACTION, leastFiles: 2 } };

type Wear =
  | Step
  | { readonly kind: 'pass'; readonly hours: number }
  | { readonly kind: 'maintain' }
  /** A process that works on all and dies after that many effects. */
  | { readonly kind: 'crash'; readonly effects: number };

const wear: fc.Arbitrary<Wear[]> = history.chain((steps) =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.nat(30) }) },
        { weight: 3, arbitrary: fc.constant({ kind: 'maintain' as const }) },
        {
          weight: 2,
          arbitrary: fc.record({
            kind: fc.constant('crash' as const),
            effects: fc.integer({ min: 1, max: 30 }),
          }),
        },
      ),
      { minLength: steps.length, maxLength: steps.length },
    )
    .map((others) => steps.flatMap((step, index) => [step, others[index] as Wear])),
);

/** Whether the lake still holds what it must is looked at after each vacuum. */
async function play(step: Wear, clock: TestClock, landing: ObjectStore, store: ObjectStore, warm: TestLake) {
  const { effects } = warm;
  if (step.kind === 'put') await put(landing, step.key, step.text);
  else if (step.kind === 'delete') await landing.remove([step.key]);
  else if (step.kind === 'event')
    expect((await ingest(effects, [{ source: step.key }])).failures).toEqual([]);
  else if (step.kind === 'compact') await compactAll(warm, step.mostSources);
  else if (step.kind === 'settle') await syncPrune(openProcess(world, clock, landing, store));
  else if (step.kind === 'pass') clock.pass(step.hours * HOUR_MS + 1);
  else if (step.kind === 'crash') {
    const dying = mortalStore(store, { effectsLeft: step.effects, dead: false });
    await syncPrune(openProcess(world, clock, landing, dying)).catch(() => undefined);
  } else if (step.kind === 'refresh') {
    const derivation = effects.catalog.derivations[step.target % effects.catalog.derivations.length];
    if (derivation) await refresh(effects, derivation.target);
  } else {
    const done = await maintainTables(openProcess(world, clock, landing, store).effects, MAINTAIN);
    expect(done).toMatchObject({ failures: [], total: { finished: true } });
    const sinceMs = clock.now().getTime() - RETENTION.retentionMs;
    expect(await wrongFiles(warm, sinceMs)).toEqual({ lost: [], left: [] });
  }
}

test('any history with vacuums in it ends as one clean run does, with the live files alone', async () => {
  await fc.assert(
    fc.asyncProperty(wear, async (steps) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const store = newStore(world, clock, 'lake');
      const warm = openProcess(world, clock, landing, store);
      await apply(warm.effects);
      for (const step of steps) await play(step, clock, landing, store, warm);
      await syncPrune(warm);
      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      const state = await visible(clean);
      expect(await visible(warm)).toEqual(state);

      clock.pass(RETENTION.retentionMs + 1);
      await play({ kind: 'maintain' }, clock, landing, store, warm);
      expect(await wrongFiles(warm, clock.now().getTime())).toEqual({ lost: [], left: [] });
      expect(await visible(openProcess(world, clock, landing, store))).toEqual(state);
    }),
    tries(6),
  );
});
