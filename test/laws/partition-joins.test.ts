// What the proof of joins by partition accepts has the same rows whatever rows of other partitions the joined table has.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Column } from '../../lib/core/schema.ts';
import { createEmptyView, emptyTable } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import { isJoinedBy } from '../../lib/sql/partition-joins.ts';
import { engine, useEngine } from '../support/order-of-rows.ts';
import { joinSelect, TABLES } from '../support/random-join.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(700);

useEngine(1);

const column = (table: string) => ({ table: emptyTable(table), column: 'month' });

/** Nothing that DuckDB does not bind is accepted. */
async function accepts(sql: string): Promise<boolean> {
  return engine.session(async (session) => {
    for (const [table, columns] of Object.entries(TABLES)) {
      const typed = Object.entries(columns).map(([name, type]): Column => ({ name, type }));
      await createEmptyView(session, table, { columns: typed, varied: [] });
    }
    const bound = await boundPlan(session, sql);
    return 'plan' in bound && isJoinedBy(bound.plan, column('s'), [column('o'), column('this_partition')]);
  });
}

/** Months with rows of each kind, and rows without a month; `k` and `n` have few values, and nulls; `k` of one month has none. */
const ROWS: Readonly<Record<string, string>> = {
  o: `SELECT m AS month, nullif(i % 4, 3) AS k, i % 3 + 1 AS n FROM (VALUES ('a'), ('b'), ('c'), (NULL)) t(m), range(5) r(i)`,
  s: `SELECT m AS month, CASE WHEN m = 'a' THEN i % 2 ELSE nullif(i % 3, 2) END AS k, nullif(hash(m, i) % 5, 4) AS n FROM (VALUES ('a'), ('b'), ('d'), (NULL)) t(m), range(4) r(i)`,
  x: `SELECT m AS month, i % 3 AS k, i + 1 AS n FROM (VALUES ('a'), ('b'), (NULL)) t(m), range(2) r(i)`,
};
/** What the partition sees of `o`: one month, as a rule; with a window more. The first is its own. */
const SEEN: readonly (readonly string[])[] = [["'a'"], ["'c'"], ['NULL'], ["'a'", "'b'"], ["'b'", 'NULL']];

const isAmong = (months: readonly string[]) =>
  months.map((month) => `month IS NOT DISTINCT FROM ${month}`).join(' OR ');

async function fill(session: SqlSession): Promise<void> {
  for (const [table, rows] of Object.entries(ROWS))
    await session.run(
      `CREATE TEMP TABLE all_${table} AS SELECT month, CAST(k AS INTEGER) AS k, CAST(n AS INTEGER) AS n FROM (${rows})`,
    );
  await session.run('CREATE TEMP VIEW x AS FROM all_x');
}

/** Of one partition. `others`: the rows of other partitions that `s` has, a condition. Rows as sorted texts, or 'failed'. */
async function answer(
  session: SqlSession,
  sql: string,
  seen: readonly string[],
  others: string,
): Promise<readonly string[] | string> {
  await session.run(`CREATE OR REPLACE TEMP VIEW o AS FROM all_o WHERE ${isAmong(seen)}`);
  await session.run(`CREATE OR REPLACE TEMP VIEW s AS FROM all_s WHERE ${isAmong(seen)} OR (${others})`);
  await session.run(
    `CREATE OR REPLACE TEMP VIEW this_partition AS SELECT CAST(${seen[0]} AS VARCHAR) AS month`,
  );
  try {
    return (await session.rows(sql)).map((row) => JSON.stringify(Object.values(row))).sort();
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') return 'failed';
    throw error;
  }
}

test('a SELECT that joins by partition gives the same rows without the rows of other partitions', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(joinSelect, async (sql) => {
      if (!/\bs\b/.test(sql) || !(await accepts(sql))) return;
      accepted += 1;
      await engine.session(async (session) => {
        await fill(session);
        for (const seen of SEEN) {
          const without = await answer(session, sql, seen, 'false');
          for (const others of ['true', 'n > 1', 'month IS NULL', "month = 'd'"]) {
            const whole = await answer(session, sql, seen, others);
            // What fails on rows of other partitions holds none up that does not see them.
            if (whole !== 'failed') expect(whole, `${sql} -- of ${seen} with ${others}`).toEqual(without);
          }
        }
      });
    }),
    TRIES,
  );
  expect(accepted).toBeGreaterThan(TRIES.numRuns / 20);
});
