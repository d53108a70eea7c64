// The small tables of the proof of determinism: what it knows of them, their rows stored in several orders, and what the engine
// answers over each. Knows nothing of the tests' runner.
import type { ColumnType } from '../../lib/core/schema.ts';
import { relationOfTable } from '../../lib/definitions/bind-sql.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import { KEYED_TABLES } from './keyed-relations.ts';
import type { Keyed } from './random-choice.ts';

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
export const ORDERED_TABLES = new Map([
  table('sales', { day: 'date', id: 'long', customer: 'string', amount: 'integer' }, { constants: ['day'] }),
  table('people', { customer: 'string', city: 'string' }, { key: ['customer'] }),
  table('totals', { day: 'date', customer: 'string', amount: 'integer' }, { key: ['day', 'customer'] }),
  ...Object.entries(KEYED_TABLES).map(([name, { columns, key }]) => table(name, columns, { key })),
]);

const ROWS = {
  ...Object.fromEntries(Object.entries(KEYED_TABLES).map(([name, { rows }]) => [name, rows])),
  sales: `SELECT DATE '2024-01-01' AS day, i % 3 AS id, 'c' || i % 4 AS customer, CAST(i % 2 AS INTEGER) AS amount FROM range(40) r(i)`,
  people: `SELECT 'c' || i AS customer, 'city' || i % 2 AS city FROM range(5) r(i)`,
  totals: `SELECT DATE '2024-01-01' + CAST(d AS INTEGER) AS day, 'c' || i AS customer, CAST(i % 2 AS INTEGER) AS amount FROM range(6) r(i), range(3) s(d)`,
};
const ORDERS = ['ALL', 'ALL DESC', 'hash(COLUMNS(*))'];

/** Of each order there is a schema with all tables. */
export async function createInEachOrder(session: SqlSession): Promise<void> {
  for (const [i, order] of ORDERS.entries()) {
    await session.run(`CREATE SCHEMA in_order_${i}`);
    for (const [name, rows] of Object.entries(ROWS))
      await session.run(`CREATE TABLE in_order_${i}.${name} AS SELECT * FROM (${rows}) ORDER BY ${order}`);
  }
}

/** What must be alike within each list: the rows for every order, sorted; and those of all ways to untie them. */
export type Answers = { readonly found: readonly string[][]; readonly untied: readonly string[][] };

/** Undefined where the engine does not take the SQL. */
export async function answersInEachOrder(
  session: SqlSession,
  { sql, unties }: Keyed,
): Promise<Answers | undefined> {
  const rows = async (select: string) =>
    (await session.rows(select)).map((row) => JSON.stringify(Object.values(row)));
  const found: string[][] = [];
  const untied: string[][] = [];
  try {
    for (const order of ORDERS.keys()) {
      await session.run(`SET search_path = 'in_order_${order}'`);
      found.push((await rows(sql)).sort());
    }
    for (const whole of unties) untied.push(await rows(whole));
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
  return { found, untied };
}
