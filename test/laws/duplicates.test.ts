// Law 2 (convergence) where a contract refuses duplicates: which of several files with one text counts follows from the files that
// are there, whatever was read first and whatever came and went meanwhile.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { found, ONE, openCopiedFiles, TEXTS, withContentEtags } from '../support/copied-files.ts';
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

const world = useWorld(openCopiedFiles);

/** Two folders, so that the same text need not be the same rows. */
const KEYS = [
  'sales/b.csv',
  'sales/a.csv',
  'sales/day=2024-01-01/d.csv',
  'sales/day=2024-01-01/c.csv',
  'sales/é.csv',
];

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: string; readonly tick: boolean }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'events'; readonly keys: readonly string[] }
  | { readonly kind: 'sync' };
const key = fc.constantFrom(...KEYS);
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key,
        text: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(ONE) },
          { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
        ),
        tick: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('events' as const),
        keys: fc.uniqueArray(key, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'sync' as const }) },
  ),
  { minLength: 8, maxLength: 24, size: 'max' },
);

async function play(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { landing } = lake.effects;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(landing, step.key, step.text);
  } else if (step.kind === 'delete') await landing.remove([step.key]);
  else if (step.kind === 'sync') await syncPrune(lake);
  else {
    const { failures } = await ingest(
      lake.effects,
      step.keys.map((source) => ({ source })),
    );
    expect(failures).toEqual([]);
  }
}

type Landed = { readonly key: string; readonly text: string; readonly at: number };
async function landed(landing: ObjectStore): Promise<Landed[]> {
  const found: Landed[] = [];
  for await (const { key, lastModifiedMs: at } of landing.list(''))
    found.push({ key, at, text: new TextDecoder().decode(await landing.read(key)) });
  return found;
}

/** The rule, once more: of equal texts in one place the first by time, then by name. */
function expected(files: readonly Landed[]): { rows: string[]; refused: string[] } {
  const rows: string[] = [];
  const refused: string[] = [];
  const seen = new Set<string>();
  const inOrder = [...files].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  for (const { key, text } of inOrder) {
    const isPlaced = key.includes('day=');
    const good = text
      .split('\n')
      .slice(1)
      .filter((line) => /^2024-01-0\d,\d$/.test(line) && !(isPlaced && !line.startsWith('2024-01-01')));
    if (good.length === 0) continue;
    const id = `${isPlaced} ${text}`;
    if (seen.has(id)) refused.push(key);
    else rows.push(...good);
    seen.add(id);
  }
  return { rows: rows.sort(), refused: refused.sort() };
}

test('any history of copies ends as one run over the final landing, and as the rule says', async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(history, fc.boolean(), async (steps, isS3) => {
      const clock = new TestClock();
      const stored = newStore(world, clock, 'landing');
      const landing = isS3 ? withContentEtags(stored) : stored;
      const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
      await apply(lake.effects);
      for (const step of steps) await play(step, lake, clock);
      await syncPrune(lake);
      expect(lake.dead).toEqual([]);
      const wanted = expected(await landed(landing));
      refusals += wanted.refused.length;
      expect(await found(lake)).toEqual(wanted);
      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      const state = await visible(lake);
      expect(state).toEqual(await visible(clean));
      await syncPrune(lake);
      expect(await visible(lake)).toEqual(state);
    }),
    tries(40),
  );
  expect(refusals).toBeGreaterThan(20);
});
