// What the proof of determinism accepts, the engine answers alike whatever the order of the tables' rows.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../lib/ports.ts';
import { KEYED_TABLES } from '../support/keyed-relations.ts';
import { engine, parsed, problemsIn, useEngine } from '../support/order-of-rows.ts';
import type { Keyed } from '../support/random-choice.ts';
import { keyedSelect } from '../support/random-keyed.ts';
import { oneRowSelect } from '../support/random-one-row.ts';
import { outerSelect } from '../support/random-outer.ts';
import { select } from '../support/random-select.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(600);

useEngine(2);

const ROWS = {
  ...Object.fromEntries(Object.entries(KEYED_TABLES).map(([name, { rows }]) => [name, rows])),
  sales: `SELECT DATE '2024-01-01' AS day, i % 3 AS id, 'c' || i % 4 AS customer, CAST(i % 2 AS INTEGER) AS amount FROM range(40) r(i)`,
  people: `SELECT 'c' || i AS customer, 'city' || i % 2 AS city FROM range(5) r(i)`,
  totals: `SELECT DATE '2024-01-01' + CAST(d AS INTEGER) AS day, 'c' || i AS customer, CAST(i % 2 AS INTEGER) AS amount FROM range(6) r(i), range(3) s(d)`,
};
const ORDERS = ['ALL', 'ALL DESC', 'hash(COLUMNS(*))'];

/** Of each order there is a schema with all tables. */
beforeAll(async () => {
  await engine.session(async (session) => {
    for (const [i, order] of ORDERS.entries()) {
      await session.run(`CREATE SCHEMA in_order_${i}`);
      for (const [name, rows] of Object.entries(ROWS))
        await session.run(`CREATE TABLE in_order_${i}.${name} AS SELECT * FROM (${rows}) ORDER BY ${order}`);
    }
  });
});

async function accepts(sql: string): Promise<boolean> {
  const tree = await parsed(sql);
  return !tree.error && problemsIn(tree).length === 0;
}

async function answers(sql: string, orders: readonly string[] = ORDERS): Promise<string[][]> {
  const found: string[][] = [];
  for (const i of orders.keys())
    await engine.session(async (session) => {
      await session.run(`SET search_path = 'in_order_${i}'`);
      found.push((await session.rows(sql)).map((row) => JSON.stringify(Object.values(row))).sort());
    });
  return found;
}

/** Undefined where the engine does not take the SQL. */
async function answersIfBound({ sql, unties }: Keyed): Promise<string[][] | undefined> {
  try {
    const found = await answers(sql);
    for (const untied of unties) found.push(...(await answers(untied, ORDERS.slice(0, 1))));
    return found;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
}

const plain = (select: fc.Arbitrary<string>) => select.map((sql): Keyed => ({ sql, unties: [] }));

test.each([
  ['of one table or two', plain(select)],
  ['with a LIMIT over what may have one row', plain(oneRowSelect)],
  ['of keys and of what they decide', keyedSelect],
  ['of outer joins, ROLLUP and UNION', outerSelect],
])(
  'random SELECTs %s that are accepted give the same rows for every order of the tables',
  async (_, selects) => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(selects, async (query) => {
        if (!(await accepts(query.sql))) return;
        const found = await answersIfBound(query);
        if (found === undefined) return;
        accepted += 1;
        for (const other of found) expect(other, query.sql).toEqual(found[0]);
      }),
      TRIES,
    );
    expect(accepted).toBeGreaterThan(TRIES.numRuns / 30);
  },
);
