// Law 6 on random graphs: whatever the insights, the data and the history, what was recomputed partition by partition equals
// a full recompute into an empty lake, bit by bit.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { isUntouched } from '../../lib/refresh/is-untouched.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { CONTRACT, graph, type Step, steps } from '../support/random-graph.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';

async function play(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { effects } = lake;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(effects.landing, step.key, step.text);
  } else if (step.kind === 'delete') await effects.landing.remove([step.key]);
  else if (step.kind === 'event') await ingest(effects, [{ source: step.key }]);
  else {
    const keys = [];
    for await (const { key } of effects.landing.list('')) keys.push({ source: key });
    await lake.queues.files.send(keys);
    await deliver(effects, lake.queues);
  }
}

/** What sync leaves out, because it looks untouched, has nothing to do. */
async function nothingIsMissed({ effects }: TestLake): Promise<void> {
  const { catalog, tables } = effects;
  for (const { target, inputs } of catalog.derivations)
    for (const table of [target, ...inputs]) await tables.latest(tablePrefix(table));
  const seen = (table: TableRef) => tables.seen(tablePrefix(table));
  for (const derivation of catalog.derivations.filter((one) => isUntouched(catalog, one, seen))) {
    const before = seen(derivation.target)?.version;
    const { version, published, dropped, stale } = await refresh(effects, derivation.target);
    expect({ version, published, dropped, stale }).toEqual({
      version: before,
      published: [],
      dropped: [],
      stale: [],
    });
  }
}

test('incremental equals a full recompute, for any graph, data and history', async () => {
  await fc.assert(
    fc.asyncProperty(graph, steps, async (insights, history) => {
      const world = await openPackage(
        CONTRACT,
        Object.fromEntries(insights.map(({ name, text }) => [name, text])),
      );
      try {
        const clock = new TestClock();
        const landing = newStore(world, clock, 'landing');
        const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
        await apply(lake.effects);
        for (const step of history) {
          await play(step, lake, clock);
          await nothingIsMissed(lake);
        }
        await syncPrune(lake);
        const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
        await syncPrune(clean);
        expect([...lake.dead, ...clean.dead]).toEqual([]);
        const state = await visible(lake);
        expect(state).toEqual(await visible(clean));
        expect(
          Object.values(state).map((table) => (table as { stale: { stale: unknown[] } }).stale.stale),
        ).toEqual(Object.values(state).map(() => []));
      } finally {
        await world.close();
      }
    }),
    tries(10),
  );
});
