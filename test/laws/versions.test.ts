// upsert with orderBy, deleteWhen and history: whatever the order, number and loss of events, the tables are those of one run
// over the final landing, and those of a judge without SQL.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { compactAll, finalLanding, play } from '../support/play-history.ts';
import type { Present } from '../support/shop-history.ts';
import {
  newStore,
  openPackage,
  openProcess,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import {
  BY_REGION,
  expectedCurrent,
  expectedHistory,
  expectedVisits,
  VERSIONED,
  VISITED,
  versionedContract,
  versionHistory,
} from '../support/version-history.ts';

const world = useWorld(() =>
  openPackage(versionedContract, { visited: VISITED, versions_by_region: BY_REGION }),
);

const COLUMNS = ['region', 'id', 'city', 'op', 'gone', 'seq', 'day'];
const lineOf = (row: object, columns: readonly string[] = COLUMNS) =>
  columns.map((name) => String((row as Record<string, unknown>)[name] ?? '')).join();
/** Times as ISO texts, days as they are. */
const VALIDITY = ['valid_from', 'valid_to'].map(
  (name) =>
    `CASE WHEN typeof(${name}) = 'DATE' THEN CAST(${name} AS VARCHAR) ELSE strftime(CAST(${name} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ') END AS ${name}`,
);

async function checkTables(lake: TestLake, present: readonly Present[]): Promise<void> {
  for (const name of Object.keys(VERSIONED)) {
    const current = (await rowsOf(lake, { kind: 'tables', name })).map((row) => lineOf(row));
    expect(current.sort(), name).toEqual(expectedCurrent(name, present));
    const history = await rowsOf(
      lake,
      { kind: 'tables', name: `${name}_history` },
      `${COLUMNS.join(', ')}, ${VALIDITY.join(', ')}, is_current`,
    );
    const lines = history.map((row) => lineOf(row, [...COLUMNS, 'valid_from', 'valid_to', 'is_current']));
    const expected = expectedHistory(name, present).map(({ row, from, to }) =>
      [row, from, to, to === ''].join(),
    );
    expect(lines.sort(), `${name}_history`).toEqual(expected.sort());
    const open = history.filter(({ is_current }) => is_current).map((row) => lineOf(row));
    expect(open.sort(), `${name}: current in its history`).toEqual(current);
  }
  const visited = await rowsOf(
    lake,
    { kind: 'insights', name: 'visited' },
    `region, id, visited, coalesce(city, '-') AS city, visits`,
  );
  expect(visited.map((row) => Object.values(row).join()).sort()).toEqual(expectedVisits(present));
}

test('any history of versions ends in the tables of one clean run, and of the judge', async () => {
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(versionHistory, async (steps) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
      await apply(lake.effects);
      for (const step of steps) await play(step, lake, clock);
      await syncPrune(lake);
      expect(lake.dead).toEqual([]);

      await checkTables(lake, await finalLanding(lake));
      merged += await compactAll(lake);
      await lake.queues.refreshes.send(lake.effects.catalog.derivations.map(({ target }) => ({ target })));
      await syncPrune(lake);
      await checkTables(lake, await finalLanding(lake));
      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      expect(await visible(lake)).toEqual(await visible(clean));
    }),
    tries(9),
  );
  expect(merged).toBeGreaterThan(0);
});
