// What is proved to be divisible returns in shards, together, the rows that it returns as a whole.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { SqlSession } from '../../lib/ports.ts';
import { isDivisibleBy } from '../../lib/sql/divisible.ts';
import { engine, useEngine } from '../support/order-of-rows.ts';
import {
  casesOf,
  createEmptyShards,
  createShards,
  isProved,
  SELECT_KINDS,
  shardPlan,
  unequalShards,
} from '../support/sharded-tables.ts';
import { strideOf, tries } from '../support/tries.ts';

const STRIDE = strideOf(3);

useEngine(1);
beforeAll(() => engine.session(createShards));

test.each(SELECT_KINDS)(
  'random $name that are proved return the same rows in shards',
  async ({ selects, times, accepted: least, months }) => {
    let accepted = 0;
    const judged = async (binding: SqlSession, judging: SqlSession) => {
      await createEmptyShards(binding, months);
      const law = fc.asyncProperty(selects, async (sql) => {
        const plan = await shardPlan(binding, sql);
        if (plan === undefined) return;
        const proved = casesOf(sql, months).filter((one) => isProved(isDivisibleBy, plan, one));
        for (const one of proved) {
          accepted += 1;
          if (accepted % STRIDE > 0) continue;
          const unequal = await unequalShards(judging, one);
          expect(unequal, `${sql} of ${one.cut} by ${one.keys}`).toBeUndefined();
        }
      });
      await fc.assert(law, tries(times));
    };
    await engine.session((binding) => engine.session((judging) => judged(binding, judging)));
    expect(accepted).toBeGreaterThan(least);
  },
);
