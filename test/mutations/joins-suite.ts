// Mutations of the proof that an input is joined by partition: a mutant accepts a SELECT that feels the rows of other partitions.
import { join } from 'node:path';
import fc from 'fast-check';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { type SqlEngine, SqlError } from '../../lib/ports.ts';
import type { SqlNode } from '../../lib/sql/sql-tree.ts';
import {
  createEmptyTables,
  createPartitions,
  feltRows,
  isProved,
  JOIN_KINDS,
  type JoinCase,
  joinPlan,
} from '../support/joined-partitions.ts';
import { tries } from '../support/tries.ts';
import { hunterOf, type Suite } from './hunt.ts';
import type { Case, Claims, Law } from './law.ts';

type PlannedCase = Case & JoinCase & { readonly plan: SqlNode };
type PartitionJoins = typeof import('../../lib/sql/partition-joins.ts');

const PROVED = 'joined by partition';

export const JOINS_SUITE: Suite = {
  name: 'joins',
  mutations: join(import.meta.dirname, 'joins'),
  hunter: async () => hunterOf(await openJoinsLaw(), ['sql']),
};

async function openJoinsLaw(): Promise<Law<PlannedCase>> {
  const engine = await openDuckDb({ threads: 1 });
  await engine.session(createPartitions);
  const felt = new Map<PlannedCase, Promise<boolean>>();
  return {
    cases: await randomCases(engine),
    utmost: PROVED,
    async claims(lib): Promise<Claims<PlannedCase>> {
      const { isJoinedBy } = (await import(join(lib, 'sql/partition-joins.ts'))) as PartitionJoins;
      return ({ plan }) => (isProved(isJoinedBy, plan) ? PROVED : '');
    },
    isFalse(claimed) {
      const known = felt.get(claimed) ?? isFelt(engine, claimed);
      felt.set(claimed, known);
      return known;
    },
    close: () => engine.close(),
  };
}

/** Those of the law, as it draws them, of which the engine has a plan. */
async function randomCases(engine: SqlEngine): Promise<PlannedCase[]> {
  const cases: PlannedCase[] = [];
  for (const { name: kind, selects, times, months } of JOIN_KINDS)
    await engine.session(async (session) => {
      await createEmptyTables(session, months);
      const law = fc.asyncProperty(selects, async (sql) => {
        const plan = await joinPlan(session, sql);
        if (plan !== undefined) cases.push({ kind, sql, months, plan });
      });
      await fc.assert(law, tries(times));
    });
  return cases;
}

/** False where the engine does not run the SELECT. */
async function isFelt(engine: SqlEngine, joined: JoinCase): Promise<boolean> {
  try {
    return (await engine.session((session) => feltRows(session, joined))) !== undefined;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return false;
    throw error;
  }
}
