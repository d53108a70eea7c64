// The law of joins by partition: a SELECT of which they are proved has the same rows whatever rows of other partitions the joined
// table has. Months, by which the tables are partitioned, are texts in one half of it and whole numbers in the other.
import type fc from 'fast-check';
import { type Column, type ColumnType, sqlType } from '../../lib/core/schema.ts';
import { createEmptyView, emptyTable } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import type { isJoinedBy } from '../../lib/sql/partition-joins.ts';
import type { SqlNode } from '../../lib/sql/sql-tree.ts';
import { joinSelect, TABLES } from './random-join.ts';
import { type Months, monthsSelect, neededSelect } from './random-months.ts';
import { nearMonthsSelect } from './random-near-months.ts';

/** `times`: how often the law is tried in a build. */
export type JoinKind = {
  readonly name: string;
  readonly selects: fc.Arbitrary<string>;
  readonly times: number;
  readonly months: Months;
};

export const JOIN_KINDS: readonly JoinKind[] = [
  { name: 'joins', selects: joinSelect, times: 700, months: 'text' },
  { name: 'months', selects: monthsSelect('text'), times: 1000, months: 'text' },
  { name: 'needed months', selects: neededSelect('text'), times: 300, months: 'text' },
  { name: 'whole months', selects: monthsSelect('whole'), times: 1600, months: 'whole' },
  { name: 'needed whole months', selects: neededSelect('whole'), times: 300, months: 'whole' },
  { name: 'near months', selects: nearMonthsSelect('text'), times: 250, months: 'text' },
  { name: 'near whole months', selects: nearMonthsSelect('whole'), times: 200, months: 'whole' },
];

const TYPES: Readonly<Record<Months, ColumnType>> = { text: 'string', whole: 'long' };
/** Two texts are one as a number. The second and the last whole number are one as a DOUBLE, and neither is an INTEGER. */
const NAMED: Readonly<Record<Months, Readonly<Record<string, string>>>> = {
  text: { a: "'a'", b: "'b'", c: "'7'", d: "'07'" },
  whole: { a: '1', b: '9007199254740992', c: '2', d: '9007199254740993' },
};

/** Months with rows of each kind, and rows without a month; `k` and `n` have few values, and nulls; each month has other `k`. */
const ROWS: Readonly<Record<string, string>> = {
  o: `SELECT m AS month, CASE m WHEN 'a' THEN i % 2 ELSE nullif(i % 4, 3) END AS k, i % 3 + 1 AS n FROM (VALUES ('a'), ('b'), ('c'), (NULL)) t(m), range(5) r(i)`,
  s: `SELECT m AS month, CASE m WHEN 'a' THEN i % 2 WHEN 'b' THEN i % 3 WHEN 'd' THEN nullif(i, 3) ELSE nullif(i % 2, 1) END AS k, nullif(hash(m, i) % 5, 4) AS n FROM (VALUES ('a'), ('b'), ('d'), (NULL)) t(m), range(4) r(i)`,
  x: `SELECT m AS month, i % 3 AS k, i + 1 AS n FROM (VALUES ('a'), ('b'), (NULL)) t(m), range(3) r(i)`,
};
/** What the partition sees of `o`: one month, as a rule; with a window more. The first is its own. */
const SEEN: readonly (readonly string[])[] = [['a'], ['c'], ['NULL'], ['a', 'b'], ['b', 'NULL']];

function columnsOf(table: keyof typeof TABLES, months: Months): Column[] {
  return Object.entries(TABLES[table]).map(([name, type]) => ({
    name,
    type: name === 'month' ? TYPES[months] : type,
  }));
}

/** What `s` has of the rows of other partitions: a condition. */
const OTHERS: Readonly<Record<string, string>> = {
  none: 'false',
  all: 'true',
  some: 'n > 1',
  empty: 'month IS NULL',
  later: "name = 'd'",
};

const schemaOf = (months: Months, seen: readonly string[], others: string) =>
  [months, ...seen, others].join('_').toLowerCase();

/** A schema of views for each partition and what `s` has of others; `x` is not partitioned. */
export async function createPartitions(session: SqlSession): Promise<void> {
  for (const months of ['text', 'whole'] as const) {
    const type = sqlType(TYPES[months]);
    const names = Object.entries(NAMED[months]).map(([name, month]) => `WHEN '${name}' THEN ${month}`);
    for (const [table, rows] of Object.entries(ROWS))
      await session.run(
        `CREATE TABLE main.${months}_${table} AS SELECT CAST(CASE month ${names.join(' ')} END AS ${type}) AS month,
           CAST(k AS INTEGER) AS k, CAST(n AS INTEGER) AS n, month AS name FROM (${rows})`,
      );
    for (const seen of SEEN) {
      const values = seen.map((name) => NAMED[months][name] ?? 'NULL');
      const isSeen = values.map((month) => `month IS NOT DISTINCT FROM ${month}`).join(' OR ');
      for (const [others, condition] of Object.entries(OTHERS)) {
        const schema = schemaOf(months, seen, others);
        await session.run(`CREATE SCHEMA ${schema}`);
        for (const [table, where] of [
          ['o', isSeen],
          ['s', `${isSeen} OR (${condition})`],
          ['x', 'true'],
        ])
          await session.run(
            `CREATE VIEW ${schema}.${table} AS SELECT * EXCLUDE (name) FROM main.${months}_${table} WHERE ${where}`,
          );
        await session.run(
          `CREATE VIEW ${schema}.this_partition AS SELECT CAST(${values[0]} AS ${type}) AS month`,
        );
      }
    }
  }
}

export type JoinCase = { readonly sql: string; readonly months: Months };

/** In which partition, and with which rows of others, there are other rows; undefined where there are none. */
export async function feltRows(session: SqlSession, { sql, months }: JoinCase): Promise<string | undefined> {
  for (const seen of SEEN) {
    const without = await answer(session, sql, schemaOf(months, seen, 'none'));
    for (const others of Object.keys(OTHERS)) {
      const whole = await answer(session, sql, schemaOf(months, seen, others));
      // What fails on rows of other partitions holds none up that does not see them.
      if (whole !== 'failed' && whole !== without)
        return `of ${seen} with ${others}: ${whole}, not ${without}`;
    }
  }
  return undefined;
}

/** The number of rows and a sum over them, as a text, or 'failed'. */
async function answer(session: SqlSession, sql: string, schema: string): Promise<string> {
  await session.run(`SET search_path = '${schema}'`);
  try {
    const [row] = await session.rows(
      `SELECT count(*) AS rows, CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR) AS sum FROM (${sql}\n) AS t`,
    );
    return JSON.stringify(row);
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') return 'failed';
    throw error;
  } finally {
    await session.run('RESET search_path');
  }
}

/** What the SELECTs of `joinPlan` are bound over. */
export async function createEmptyTables(session: SqlSession, months: Months): Promise<void> {
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[])
    await createEmptyView(session, table, { columns: columnsOf(table, months), varied: [] });
}

/** DuckDB's plan over the empty tables; undefined where it gives none, and where `s` is not read. */
export async function joinPlan(session: SqlSession, sql: string): Promise<SqlNode | undefined> {
  if (!/\bs\b/.test(sql)) return undefined;
  const bound = await boundPlan(session, sql);
  return 'plan' in bound ? bound.plan : undefined;
}

/** Whether the plan is proved to join `s` by its months. */
export function isProved(proof: typeof isJoinedBy, plan: SqlNode): boolean {
  const month = (table: string) => ({ table: emptyTable(table), column: 'month' });
  return proof(plan, month('s'), [month('o'), month('this_partition')]);
}
