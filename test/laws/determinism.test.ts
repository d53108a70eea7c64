// What the proof of determinism accepts, the engine answers alike whatever the order of the tables' rows.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ORDER_KINDS } from '../support/order-kinds.ts';
import { engine, parsed, problemsIn, useEngine } from '../support/order-of-rows.ts';
import { answersInEachOrder, createInEachOrder } from '../support/ordered-tables.ts';
import type { Keyed } from '../support/random-choice.ts';
import { tries } from '../support/tries.ts';

useEngine(2);

beforeAll(async () => {
  await engine.session(createInEachOrder);
});

async function accepts(sql: string): Promise<boolean> {
  const tree = await parsed(sql);
  return !tree.error && problemsIn(tree).length === 0;
}

/** Fails if the answer is another one for another order; false where the engine does not take the SQL. */
async function isDetermined(query: Keyed): Promise<boolean> {
  const answers = await engine.session((session) => answersInEachOrder(session, query));
  if (answers === undefined) return false;
  const { found, untied } = answers;
  for (const other of found) expect(other, query.sql).toEqual(found[0]);
  for (const other of untied) expect(other, query.sql).toEqual(untied[0]);
  return true;
}

test.each(ORDER_KINDS.map((kind) => [kind.name, kind] as const))(
  'random SELECTs %s that are accepted give the same rows for every order of the tables',
  async (_, { times, selects }) => {
    const wanted = tries(times);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(selects, async (query) => {
        if ((await accepts(query.sql)) && (await isDetermined(query))) accepted += 1;
      }),
      wanted,
    );
    expect(accepted).toBeGreaterThan(wanted.numRuns / 30);
  },
);
