// SQL over three small tables, and what is said of its order: what the tests of determinism share.
import { afterAll, beforeAll, expect } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { ColumnType } from '../../lib/core/schema.ts';
import { relationOfTable } from '../../lib/definitions/bind-sql.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { orderProblems } from '../../lib/sql/determinism.ts';
import { literal } from '../../lib/sql/quoting.ts';

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

const COLUMNS: Readonly<Record<string, ColumnType>> = {
  day: 'date',
  id: 'long',
  customer: 'string',
  amount: 'integer',
  city: 'string',
};

function table(
  name: string,
  columns: readonly string[],
  known: { readonly key?: readonly string[]; readonly constants?: readonly string[] } = {},
) {
  const { name: _, ...relation } = relationOfTable(
    name,
    columns.map((column) => ({ name: column, type: COLUMNS[column] ?? 'string' })),
    { key: known.key, constants: known.constants ?? [], required: known.key ?? [] },
  );
  return [name, relation] as const;
}

/** `sales` is partitioned by day and has no key, `people` has one, `totals` has one of two columns. */
const tables = new Map([
  table('sales', ['day', 'id', 'customer', 'amount'], { constants: ['day'] }),
  table('people', ['customer', 'city'], { key: ['customer'] }),
  table('totals', ['day', 'customer', 'amount'], { key: ['day', 'customer'] }),
]);

export type Parsed = { readonly error: boolean; readonly statements: readonly unknown[] };

export async function parsed(sql: string): Promise<Parsed> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  return JSON.parse(row?.tree ?? '') as Parsed;
}

export function problemsIn({ statements }: Parsed): string[] {
  return orderProblems(statements, { tables, aggregates }).map(({ problem }) => problem);
}

export async function problems(sql: string): Promise<string[]> {
  const tree = await parsed(sql);
  expect(tree.error, JSON.stringify(tree)).toBe(false);
  return problemsIn(tree);
}
