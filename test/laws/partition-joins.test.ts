// What the proof of joins by partition accepts has the same rows whatever rows of other partitions the joined table has.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { isJoinedBy } from '../../lib/sql/partition-joins.ts';
import {
  createEmptyTables,
  createPartitions,
  feltRows,
  isProved,
  JOIN_KINDS,
  joinPlan,
} from '../support/joined-partitions.ts';
import { engine, useEngine } from '../support/order-of-rows.ts';
import { tries } from '../support/tries.ts';

useEngine(1);
beforeAll(() => engine.session(createPartitions));

test.each(JOIN_KINDS)(
  'random $name that are proved have the same rows without the rows of other partitions',
  async ({ selects, times, months }) => {
    const TRIES = tries(times);
    let accepted = 0;
    await engine.session(async (binding) => {
      await createEmptyTables(binding, months);
      const law = fc.asyncProperty(selects, async (sql) => {
        const plan = await joinPlan(binding, sql);
        if (plan === undefined || !isProved(isJoinedBy, plan)) return;
        accepted += 1;
        const felt = await engine.session((session) => feltRows(session, { sql, months }));
        expect(felt, sql).toBeUndefined();
      });
      await fc.assert(law, TRIES);
    });
    expect(accepted).toBeGreaterThan(TRIES.numRuns / 40);
  },
);
