// Mutations of the proof that a SELECT's rows are determined: a mutant accepts a SELECT whose rows vary with the order of storage.
import { join } from 'node:path';
import fc from 'fast-check';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { ORDER_KINDS } from '../support/order-kinds.ts';
import { answersInEachOrder, createInEachOrder, ORDERED_TABLES } from '../support/ordered-tables.ts';
import type { Keyed } from '../support/random-choice.ts';
import { tries } from '../support/tries.ts';
import { hunterOf, type Suite } from './hunt.ts';
import type { Case, Claims, Law } from './law.ts';

type Parsed = { readonly statements: readonly unknown[]; readonly groupsByAll: boolean };
type OrderCase = Case & Keyed & Parsed;
type Determinism = typeof import('../../lib/sql/determinism.ts');
type ExplicitGroups = typeof import('../../lib/sql/explicit-groups.ts');

const UTMOST = 'determined';

export const ORDER_SUITE: Suite = {
  name: 'order',
  mutations: join(import.meta.dirname, 'order'),
  hunter: async () => hunterOf(await openOrderLaw(), ['sql']),
};

async function openOrderLaw(): Promise<Law<OrderCase>> {
  const engine = await openDuckDb({ threads: 1 });
  await engine.session(createInEachOrder);
  const { aggregates } = await engine.session(engineFunctions);
  const varies = new Map<OrderCase, Promise<boolean>>();
  return {
    utmost: UTMOST,
    cases: await engine.session(randomCases),
    async claims(lib): Promise<Claims<OrderCase>> {
      const { orderProblems } = (await import(join(lib, 'sql/determinism.ts'))) as Determinism;
      const { withExplicitGroups } = (await import(join(lib, 'sql/explicit-groups.ts'))) as ExplicitGroups;
      return ({ statements, groupsByAll }) => {
        const explicit = groupsByAll ? withExplicitGroups(statements, aggregates) : statements;
        return orderProblems(explicit, { tables: ORDERED_TABLES, aggregates }).length === 0 ? UTMOST : '';
      };
    },
    isFalse(claimed) {
      const known = varies.get(claimed) ?? engine.session((session) => isVarying(session, claimed));
      varies.set(claimed, known);
      return known;
    },
    close: () => engine.close(),
  };
}

/** Those of the law, each once, that the engine takes; in every run the same. */
async function randomCases(session: SqlSession): Promise<OrderCase[]> {
  const cases: OrderCase[] = [];
  const seen = new Set<string>();
  await session.run(`SET search_path = 'in_order_0'`);
  for (const { name: kind, times, selects } of ORDER_KINDS) {
    const queries: Keyed[] = [];
    // As the law draws them.
    fc.assert(
      fc.property(selects, (query) => {
        queries.push(query);
      }),
      tries(times),
    );
    for (const query of queries) {
      if (seen.has(query.sql)) continue;
      seen.add(query.sql);
      const parsed = await parsedSelect(session, query.sql);
      if (parsed) cases.push({ kind, ...query, ...parsed });
    }
  }
  return cases;
}

/** Undefined where the engine does not take it. */
async function parsedSelect(session: SqlSession, sql: string): Promise<Parsed | undefined> {
  try {
    await session.describe(sql);
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  const text = row?.tree ?? '';
  const { statements } = JSON.parse(text) as Parsed;
  return { statements, groupsByAll: text.includes('FORCE_AGGREGATES') };
}

/** False where the engine does not take the SQL. */
async function isVarying(session: SqlSession, query: Keyed): Promise<boolean> {
  const answers = await answersInEachOrder(session, query);
  if (answers === undefined) return false;
  return [answers.found, answers.untied].some(
    (lists) => new Set(lists.map((rows) => JSON.stringify(rows))).size > 1,
  );
}
