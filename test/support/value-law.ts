// What the laws of equal values share: a claim about a random SELECT is a text, such as the SQL that an insight of it would run, and
// the engine's rows show whether it is true. Knows nothing of the tests' runner.
import type fc from 'fast-check';
import type { proveDetermined } from '../../lib/definitions/bind-sql.ts';
import type { SqlEngine, SqlSession } from '../../lib/ports.ts';
import type { planValues } from '../../lib/sql/plan-values.ts';

/** The proof, as it is or with a mutation. */
export type ValueProof = {
  readonly proveDetermined: typeof proveDetermined;
  readonly planValues: typeof planValues;
};

/** `times`: how often it is tried in a build. */
export type ValueLaw = {
  readonly name: string;
  readonly selects: fc.Arbitrary<string>;
  readonly times: number;
  /** Its tables, each with the columns in which equal values may differ. */
  readonly varied: Readonly<Record<string, readonly string[]>>;
  /** Once for an engine. */
  create(session: SqlSession): Promise<void>;
  /** '' where the SELECT is refused, or the engine does not take it. */
  claim(engine: SqlEngine, sql: string, proof: ValueProof): Promise<string>;
  /** What is not as it is claimed, undefined if all is; `unknown` where the engine does not run it. */
  fault(engine: SqlEngine, sql: string, claim: string): Promise<string | 'unknown' | undefined>;
};
