// What the proof of determinism accepts, the engine answers alike whatever the order of the tables' rows.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../lib/ports.ts';
import { KEYED_TABLES } from '../support/keyed-relations.ts';
import { engine, parsed, problemsIn, useEngine } from '../support/order-of-rows.ts';
import { aroundSelect } from '../support/random-around.ts';
import { callSelect } from '../support/random-calls.ts';
import { chainSelect } from '../support/random-chain.ts';
import type { Keyed } from '../support/random-choice.ts';
import { factSelect } from '../support/random-facts.ts';
import { itemSelect } from '../support/random-items.ts';
import { keyedSelect } from '../support/random-keyed.ts';
import { mergeSelect } from '../support/random-merges.ts';
import { nearSelect } from '../support/random-near.ts';
import { numberedSelect } from '../support/random-numbered.ts';
import { oneRowSelect } from '../support/random-one-row.ts';
import { outerSelect } from '../support/random-outer.ts';
import { select } from '../support/random-select.ts';
import { starSelect } from '../support/random-stars.ts';
import { tiedSelect } from '../support/random-ties.ts';
import { tries } from '../support/tries.ts';

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

/** Fails if the answer is another one for another order; false where the engine does not take the SQL. */
async function isDetermined({ sql, unties }: Keyed): Promise<boolean> {
  const found: string[][] = [];
  const untied: string[][] = [];
  try {
    await engine.session(async (session) => {
      const rows = async (select: string) =>
        (await session.rows(select)).map((row) => JSON.stringify(Object.values(row)));
      for (const order of ORDERS.keys()) {
        await session.run(`SET search_path = 'in_order_${order}'`);
        found.push((await rows(sql)).sort());
      }
      for (const whole of unties) untied.push(await rows(whole));
    });
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return false;
    throw error;
  }
  for (const other of found) expect(other, sql).toEqual(found[0]);
  for (const other of untied) expect(other, sql).toEqual(untied[0]);
  return true;
}

const plain = (select: fc.Arbitrary<string>) => select.map((sql): Keyed => ({ sql, unties: [] }));

test.each([
  ['of one table or two', 400, plain(select)],
  ['with a LIMIT over what may have one row', 450, plain(oneRowSelect)],
  ['of keys and of what they decide', 600, keyedSelect],
  ['of outer joins, ROLLUP and UNION', 500, outerSelect],
  ['of chains of joins', 900, chainSelect],
  ['of what joins merge, find and leave out', 900, mergeSelect],
  ['of what is known of expressions', 800, factSelect],
  ['of names and subqueries', 900, aroundSelect],
  ['of calls that take rows in an order', 900, callSelect],
  ['of what an item is in the rows returned', 500, itemSelect],
  ['of numbered rows', 500, numberedSelect],
  ['of stars that leave out and replace', 500, starSelect],
  ['of what nearly has a key', 1500, nearSelect],
  ['of what ties but for something', 1200, tiedSelect],
])(
  'random SELECTs %s that are accepted give the same rows for every order of the tables',
  async (_, times, selects) => {
    const wanted = tries(times);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(selects, async (query) => {
        if ((await accepts(query.sql)) && (await isDetermined(query))) accepted += 1;
      }),
      wanted,
    );
    expect(accepted).toBeGreaterThan(wanted.numRuns / 30);
  },
);
