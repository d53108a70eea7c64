// orderBy, deleteWhen and history that come, change and go over a living lake: after the last change the tables are what a first
// sync under the last contract makes of the same landing, and what a judge without SQL says.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { finalLanding, play } from '../support/play-history.ts';
import type { Step } from '../support/shop-history.ts';
import {
  newStore,
  openPackage,
  openProcess,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
  type World,
  withPackage,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import {
  expectedCurrent,
  expectedHistory,
  VERSION_FIELDS,
  type VersionWords,
  versions,
} from '../support/version-history.ts';

type Contract = VersionWords & {
  readonly history?: boolean;
  /** Another type of the field seq, which takes the same texts. */
  readonly seq?: object;
  readonly partitionBy?: readonly string[];
};
const WIDE = { type: 'number', precision: 21, scale: 1 };
/** Between some of them the tables go by themselves, between others they must be rebuilt. */
const CONTRACTS: readonly Contract[] = [
  {},
  { history: true },
  { orderBy: ['seq'] },
  { orderBy: ['seq'], history: true, deleteWhen: { gone: [true] } },
  { orderBy: ['seq'], seq: WIDE, history: true },
  { orderBy: ['day', 'seq'], history: true, deleteWhen: { op: ['D', 'delete'], gone: [true] } },
  { orderBy: ['day'], deleteWhen: { op: ['D'] } },
  { orderBy: ['day'], history: true, partitionBy: ['region'] },
];

function packageOf({ seq, ...words }: Contract) {
  const fields = VERSION_FIELDS.map((field) => (field.name === 'seq' ? { ...field, ...seq } : field));
  const schema = { fields, primaryKey: ['region', 'id'] };
  const resource = {
    name: 'rows',
    path: 'rows/*.csv',
    mode: 'upsert',
    maxRejectedRatio: 1,
    ...words,
    schema,
  };
  return { name: 'words', resources: [resource] };
}

const world = useWorld(() => openPackage(packageOf({})));
const worlds = new Map<Contract, World>();
async function worldOf(contract: Contract): Promise<World> {
  const { sql, scratch, close } = world;
  const found =
    worlds.get(contract) ??
    (await withPackage(packageOf(contract), {}, async (schemas) => ({
      catalog: await loadCatalog(schemas, sql),
      sql,
      scratch,
      close,
    })));
  worlds.set(contract, found);
  return found;
}

const key = fc.constantFrom('rows/1.csv', 'rows/2.csv', 'rows/3.csv');
const change = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), key, text: versions, tick: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('event' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refresh' as const), target: fc.nat(3) }) },
);
/** What happens under a contract, one contract after another. */
const reign = fc.record({
  contract: fc.constantFrom(...CONTRACTS),
  steps: fc.array(change, { maxLength: 6 }),
  /** Otherwise the next contract finds what is left undone. */
  isSynced: fc.boolean(),
});

/** What an operator does under a new contract: apply it, and rebuild what it refuses. */
async function takeUp(lake: TestLake): Promise<number> {
  const { refused } = await apply(lake.effects);
  for (const { dataset } of refused) {
    const found = lake.effects.catalog.datasets.find(({ name }) => name === dataset);
    if (found) await rebuild(lake.effects, found, { dropLost: true });
  }
  // What was held back with it.
  if (refused.length > 0) expect((await apply(lake.effects)).refused).toEqual([]);
  return refused.length;
}

const DAY_OR_TIME = (name: string) =>
  `CASE typeof(${name}) WHEN 'DATE' THEN CAST(${name} AS VARCHAR) ELSE strftime(CAST(${name} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ') END`;
const CELLS = VERSION_FIELDS.map(
  ({ name }) => `coalesce(CAST(${name === 'seq' ? 'CAST(seq AS BIGINT)' : name} AS VARCHAR), '')`,
).join();

async function linesOf(lake: TestLake, table: string, cells: string): Promise<string[]> {
  const rows = await rowsOf(lake, { kind: 'tables', name: table }, `concat_ws(',', ${cells}) AS line`);
  return rows.map(({ line }) => String(line)).sort();
}

async function checkTables(lake: TestLake, words: Contract): Promise<void> {
  const present = await finalLanding(lake);
  expect(await linesOf(lake, 'rows', CELLS)).toEqual(expectedCurrent('rows', present, words));
  if (!words.history) return;
  const validity = ['valid_from', 'valid_to'].map((name) => `coalesce(${DAY_OR_TIME(name)}, '')`);
  expect(await linesOf(lake, 'rows_history', [CELLS, ...validity].join())).toEqual(
    expectedHistory('rows', present, words)
      .map(({ row, from, to }) => [row, from, to].join())
      .sort(),
  );
}

test('any history of version words ends as its last contract begins, and as the judge says', async () => {
  const seen = { rebuilds: 0, histories: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(reign, { minLength: 2, maxLength: 5, size: 'max' }), async (reigns) => {
      const clock = new TestClock();
      const [landing, store] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
      for (const { contract, steps, isSynced } of reigns) {
        const lake = openProcess(await worldOf(contract), clock, landing, store);
        seen.rebuilds += await takeUp(lake);
        for (const step of steps) await play(step, lake, clock);
        if (isSynced) await syncPrune(lake);
        expect(lake.dead).toEqual([]);
      }
      const last = reigns.at(-1)?.contract ?? {};
      const lake = openProcess(await worldOf(last), clock, landing, store);
      await syncPrune(lake);
      expect(lake.dead).toEqual([]);
      await checkTables(lake, last);
      const clean = openProcess(await worldOf(last), clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      expect(await visible(lake)).toEqual(await visible(clean));
      seen.histories += last.history ? 1 : 0;
    }),
    tries(8),
  );
  expect(seen.rebuilds).toBeGreaterThan(0);
  expect(seen.histories).toBeGreaterThan(0);
});
