// A query reads only the data files that it can need: its answer is the one over all data files of all tables, or an error.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { CliError } from '../../lib/errors.ts';
import { namedTables } from '../../lib/inspect/find-table.ts';
import { type ViewOptions, withViews } from '../../lib/inspect/lake-views.ts';
import { readQuery } from '../../lib/inspect/read-query.ts';
import { readTables } from '../../lib/inspect/readable-tables.ts';
import { SqlError } from '../../lib/ports.ts';
import { query } from '../support/random-query.ts';
import { newStore, openProcess, put, syncPrune, TestClock, type TestLake } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let lake: TestLake;
beforeAll(async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  for (const day of [1, 2, 3])
    await put(
      landing,
      `sales/day=2024-01-0${day}/a.csv`,
      `id,customer,amount\n1,c0,${day}.50\n2,c1,2\n3,c${day},0.25\n`,
    );
  await put(landing, 'customers/a.csv', 'customer,city\nc0,Bonn\nc1,Köln\n');
  await syncPrune(lake);
});

type Answer = { readonly rows: readonly string[] } | { readonly error: string };

async function answer(sql: string, isPruned: boolean): Promise<Answer> {
  const { effects } = lake;
  const said = (error: unknown): Answer => {
    if (error instanceof CliError || (error instanceof SqlError && error.kind !== 'resource'))
      return { error: error.message };
    throw error;
  };
  try {
    const reads = await effects.sql.session((session) => readQuery(session, sql));
    if (reads === undefined) throw new Error(`not SQL: ${sql}`);
    const tables = isPruned ? readTables(namedTables(effects), reads) : namedTables(effects);
    const options: ViewOptions = isPruned ? { sql } : {};
    return await withViews(
      effects,
      tables,
      async (session) => ({
        rows: (await session.rows(sql)).map((row) => JSON.stringify(row)).sort(),
      }),
      options,
    );
  } catch (error) {
    return said(error);
  }
}

test('random queries answer the same from the files that they need as from all', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(query, async (sql) => {
      const all = await answer(sql, false);
      expect(await answer(sql, true), sql).toEqual(all);
      if ('rows' in all) answered += 1;
    }),
    tries(400),
  );
  expect(answered).toBeGreaterThan(tries(400).numRuns / 3);
});
