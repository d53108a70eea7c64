// Mutations of the proof that a SELECT may be computed in shards: a mutant accepts one whose shards return other rows than the whole.
import { join } from 'node:path';
import fc from 'fast-check';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { type SqlEngine, SqlError } from '../../lib/ports.ts';
import type { SqlNode } from '../../lib/sql/sql-tree.ts';
import {
  casesOf,
  createEmptyShards,
  createShards,
  isProved,
  SELECT_KINDS,
  type ShardCase,
  shardPlan,
  unequalShards,
} from '../support/sharded-tables.ts';
import { tries } from '../support/tries.ts';
import { hunterOf, type Suite } from './hunt.ts';
import type { Case, Claims, Law } from './law.ts';

type PlannedCase = Case & ShardCase & { readonly plan: SqlNode };
type Divisible = typeof import('../../lib/sql/divisible.ts');

const PROVED = 'divisible';

export const DIVISIBLE_SUITE: Suite = {
  name: 'divisible',
  mutations: join(import.meta.dirname, 'divisible'),
  hunter: async () => hunterOf(await openDivisibleLaw(), ['sql']),
};

async function openDivisibleLaw(): Promise<Law<PlannedCase>> {
  const engine = await openDuckDb({ threads: 1 });
  await engine.session(createShards);
  const unequal = new Map<PlannedCase, Promise<boolean>>();
  return {
    cases: await randomCases(engine),
    utmost: PROVED,
    async claims(lib): Promise<Claims<PlannedCase>> {
      const { isDivisibleBy } = (await import(join(lib, 'sql/divisible.ts'))) as Divisible;
      return (one) => (isProved(isDivisibleBy, one.plan, one) ? PROVED : '');
    },
    isFalse(claimed) {
      const known = unequal.get(claimed) ?? isUnequal(engine, claimed);
      unequal.set(claimed, known);
      return known;
    },
    close: () => engine.close(),
  };
}

/** Those of the law, as it draws them, of which the engine has a plan, cut in all ways. */
async function randomCases(engine: SqlEngine): Promise<PlannedCase[]> {
  const cases: PlannedCase[] = [];
  for (const { name: kind, selects, times, months } of SELECT_KINDS)
    await engine.session(async (session) => {
      await createEmptyShards(session, months);
      const law = fc.asyncProperty(selects, async (sql) => {
        const plan = await shardPlan(session, sql);
        if (plan === undefined) return;
        cases.push(...casesOf(sql, months).map((one) => ({ ...one, kind, plan })));
      });
      await fc.assert(law, tries(times));
    });
  return cases;
}

/** False where the engine does not run the SELECT. */
async function isUnequal(engine: SqlEngine, divided: ShardCase): Promise<boolean> {
  try {
    return (await engine.session((session) => unequalShards(session, divided))) !== undefined;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return false;
    throw error;
  }
}
