// SQL over three small tables, and what is said of its order: what the tests of determinism share.
import { afterAll, beforeAll, expect } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { orderProblems } from '../../lib/sql/determinism.ts';
import { withExplicitGroups } from '../../lib/sql/explicit-groups.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { ORDERED_TABLES } from './ordered-tables.ts';

/** Since `useEngine`, as long as the file's tests run. */
export let engine: Awaited<ReturnType<typeof openDuckDb>>;
let aggregates: ReadonlySet<string>;

/** To be called where the file's tests stand. */
export function useEngine(threads: number): void {
  beforeAll(async () => {
    engine = await openDuckDb({ threads });
    ({ aggregates } = await engine.session(engineFunctions));
  });
  afterAll(() => engine.close());
}

export type Parsed = { readonly error: boolean; readonly statements: readonly unknown[] };

export async function parsed(sql: string): Promise<Parsed> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  return JSON.parse(row?.tree ?? '') as Parsed;
}

export function problemsIn({ statements }: Parsed): string[] {
  const explicit = withExplicitGroups(statements, aggregates);
  return orderProblems(explicit, { tables: ORDERED_TABLES, aggregates }).map(({ problem }) => problem);
}

export async function problems(sql: string): Promise<string[]> {
  const tree = await parsed(sql);
  expect(tree.error, JSON.stringify(tree)).toBe(false);
  return problemsIn(tree);
}
