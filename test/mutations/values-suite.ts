// Mutations of the proof that equal values are alike: a mutant claims more of a SELECT's values than the engine's rows show.
import { join } from 'node:path';
import fc from 'fast-check';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { emptyTable } from '../../lib/definitions/bind-sql.ts';
import type { SqlEngine, SqlSession } from '../../lib/ports.ts';
import { planValues } from '../../lib/sql/plan-values.ts';
import { parseTree, type SqlNode } from '../../lib/sql/sql-tree.ts';
import { LAW_OF_DAYS } from '../support/law-of-days.ts';
import { LAW_OF_FLOATS } from '../support/law-of-floats.ts';
import { LAW_OF_FORMS } from '../support/law-of-forms.ts';
import { LAW_OF_NESTED } from '../support/law-of-nested.ts';
import { tries } from '../support/tries.ts';
import type { ValueLaw, ValueProof } from '../support/value-law.ts';
import { hunterOf, type Suite } from './hunt.ts';
import type { Case, Claims, Law } from './law.ts';

const LAWS = [LAW_OF_FORMS, LAW_OF_NESTED, LAW_OF_FLOATS, LAW_OF_DAYS];

/** `plans`: all that the proof asks the engine for. `claim`: of the real proof. */
type ValueCase = Case & {
  readonly law: ValueLaw;
  readonly plans: readonly SqlNode[];
  readonly claim: string;
};
type BindSql = typeof import('../../lib/definitions/bind-sql.ts');
type PlanValues = typeof import('../../lib/sql/plan-values.ts');

export const VALUES_SUITE: Suite = {
  name: 'values',
  mutations: join(import.meta.dirname, 'values'),
  hunter: async () => hunterOf(await openValuesLaw(), ['sql', 'definitions']),
};

async function proofIn(lib: string): Promise<ValueProof> {
  const { proveDetermined } = (await import(join(lib, 'definitions/bind-sql.ts'))) as BindSql;
  const { planValues: ofPlan } = (await import(join(lib, 'sql/plan-values.ts'))) as PlanValues;
  return { proveDetermined, planValues: ofPlan };
}

async function openValuesLaw(): Promise<Law<ValueCase>> {
  const engine = await openDuckDb({ threads: 1 });
  for (const law of LAWS) await engine.session(law.create);
  const faults = new Map<string, Promise<string | undefined>>();
  return {
    cases: await randomCases(engine),
    async claims(lib): Promise<Claims<ValueCase>> {
      const proof = await proofIn(lib);
      const changes = ({ plans }: ValueCase) => plans.some((plan) => saidOf(plan, proof) !== saidOf(plan));
      return (proved) =>
        changes(proved) ? proved.law.claim(engine, proved.sql, proof) : Promise.resolve(proved.claim);
    },
    async isFalse({ law, sql }, claim) {
      const key = JSON.stringify([law.name, sql, claim]);
      const fault = faults.get(key) ?? law.fault(engine, sql, claim);
      faults.set(key, fault);
      return ![undefined, 'unknown'].includes(await fault);
    },
    close: () => engine.close(),
  };
}

const VARIED = new Map(
  LAWS.flatMap(({ varied }) => Object.entries(varied)).map(([table, columns]) => [
    emptyTable(table),
    new Set(columns),
  ]),
);
const real = new Map<SqlNode, string>();

/** What is said of a plan; a mutant that says the same of all claims nothing else. */
function saidOf(plan: SqlNode, proof?: ValueProof): string {
  if (proof !== undefined) return JSON.stringify(proof.planValues(plan, VARIED));
  const said = real.get(plan) ?? JSON.stringify(planValues(plan, VARIED));
  real.set(plan, said);
  return said;
}

/** Those of the laws, as they draw them. */
async function randomCases(engine: SqlEngine): Promise<ValueCase[]> {
  const proof = await proofIn(join(import.meta.dirname, '../../lib'));
  const cases: ValueCase[] = [];
  for (const law of LAWS) {
    const drawn = fc.asyncProperty(law.selects, async (sql) => {
      const plans: SqlNode[] = [];
      const claim = await law.claim(notingPlans(engine, plans), sql, proof);
      cases.push({ kind: law.name, law, sql, plans, claim });
    });
    await fc.assert(drawn, tries(law.times));
  }
  return cases;
}

function notingPlans(engine: SqlEngine, plans: SqlNode[]): SqlEngine {
  const noting = (session: SqlSession): SqlSession => ({
    run: (sql) => session.run(sql),
    stream: (sql) => session.stream(sql),
    describe: (sql) => session.describe(sql),
    async rows(sql) {
      const rows = await session.rows<never>(sql);
      for (const { plan } of sql.includes('json_serialize_plan') ? rows : []) {
        const answer = parseTree(String(plan)) as { readonly plans?: readonly SqlNode[] };
        plans.push(...(answer.plans ?? []));
      }
      return rows;
    },
  });
  return {
    memoryMb: engine.memoryMb,
    session: (work, load) => engine.session((session) => work(noting(session)), load),
  };
}
