// SQL over three small tables, and what is said of its order: what the tests of determinism share.
import { afterAll, beforeAll, expect } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { ColumnType } from '../../lib/core/schema.ts';
import { relationOfTable } from '../../lib/definitions/bind-sql.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { orderProblems } from '../../lib/sql/determinism.ts';
import { withExplicitGroups } from '../../lib/sql/explicit-groups.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { KEYED_TABLES } from './keyed-relations.ts';

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

type Known = { readonly key?: readonly string[] | undefined; readonly constants?: readonly string[] };

function table(
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  { key, constants = [] }: Known = {},
) {
  const { name: _, ...relation } = relationOfTable(
    name,
    Object.entries(columns).map(([column, type]) => ({ name: column, type })),
    { key, constants, required: key ?? [] },
  );
  return [name, relation] as const;
}

/** `sales` is partitioned by day and has no key, `people` has one, `totals` has one of two columns. */
const tables = new Map([
  table('sales', { day: 'date', id: 'long', customer: 'string', amount: 'integer' }, { constants: ['day'] }),
  table('people', { customer: 'string', city: 'string' }, { key: ['customer'] }),
  table('totals', { day: 'date', customer: 'string', amount: 'integer' }, { key: ['day', 'customer'] }),
  ...Object.entries(KEYED_TABLES).map(([name, { columns, key }]) => table(name, columns, { key })),
]);

export type Parsed = { readonly error: boolean; readonly statements: readonly unknown[] };

export async function parsed(sql: string): Promise<Parsed> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  return JSON.parse(row?.tree ?? '') as Parsed;
}

export function problemsIn({ statements }: Parsed): string[] {
  const explicit = withExplicitGroups(statements, aggregates);
  return orderProblems(explicit, { tables, aggregates }).map(({ problem }) => problem);
}

export async function problems(sql: string): Promise<string[]> {
  const tree = await parsed(sql);
  expect(tree.error, JSON.stringify(tree)).toBe(false);
  return problemsIn(tree);
}
