// The law of shards: a SELECT that is proved to be divisible returns over the shards of a table, one after the other, the rows that
// it returns over the whole of it.
import type fc from 'fast-check';
import { type Column, type ColumnType, sqlType } from '../../lib/core/schema.ts';
import { createEmptyView, emptyTable } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import type { isDivisibleBy } from '../../lib/sql/divisible.ts';
import type { SqlNode } from '../../lib/sql/sql-tree.ts';
import { joinSelect, TABLES } from './random-join.ts';
import { type Months, monthsSelect } from './random-months.ts';
import { nearShardsSelect } from './random-near-shards.ts';
import { shardsSelect } from './random-shards.ts';

/** `times`: how often the law is tried in a build; `accepted`: how many cases of these must be proved. */
export type SelectKind = {
  readonly name: string;
  readonly selects: fc.Arbitrary<string>;
  readonly times: number;
  readonly accepted: number;
  readonly months: Months;
};

/** Their ASOF JOINs take one of several rows that tie: all of these are taken. */
const determined = (selects: fc.Arbitrary<string>) => selects.map((sql) => sql.replaceAll('ASOF ', ''));

export const SELECT_KINDS: readonly SelectKind[] = [
  { name: 'groups', selects: shardsSelect('grouped', 'text'), times: 220, accepted: 90, months: 'text' },
  { name: 'windows', selects: shardsSelect('windowed', 'whole'), times: 130, accepted: 60, months: 'whole' },
  {
    name: 'set operations',
    selects: shardsSelect('stacked', 'text'),
    times: 200,
    accepted: 110,
    months: 'text',
  },
  { name: 'joins', selects: shardsSelect('joined', 'text'), times: 220, accepted: 200, months: 'text' },
  {
    name: 'whole joins',
    selects: shardsSelect('joined', 'whole'),
    times: 160,
    accepted: 150,
    months: 'whole',
  },
  {
    name: 'subqueries',
    selects: shardsSelect('nested', 'whole'),
    times: 200,
    accepted: 130,
    months: 'whole',
  },
  {
    name: 'renamed columns',
    selects: shardsSelect('renamed', 'text'),
    times: 100,
    accepted: 110,
    months: 'text',
  },
  { name: 'near shards', selects: nearShardsSelect('text'), times: 280, accepted: 60, months: 'text' },
  {
    name: 'near whole shards',
    selects: nearShardsSelect('whole'),
    times: 280,
    accepted: 60,
    months: 'whole',
  },
  { name: 'anything', selects: determined(joinSelect), times: 80, accepted: 50, months: 'text' },
  { name: 'chains', selects: determined(monthsSelect('whole')), times: 80, accepted: 30, months: 'whole' },
];

const TYPES: Readonly<Record<Months, ColumnType>> = { text: 'string', whole: 'long' };
/** Two texts are one without their case, two as a number. Two whole numbers are one as a DOUBLE, and no INTEGER. */
const NAMED: Readonly<Record<Months, readonly string[]>> = {
  text: ["'a'", "'A'", "'7'", "'07'", 'NULL'],
  whole: ['1', '9007199254740992', '9007199254740993', '2', 'NULL'],
};

/** `m` counts the months. Some rows are there twice, some have `k` and `n` of another one exchanged, and one alone has a large `n`. */
const ROWS: Readonly<Record<string, string>> = {
  o: 'SELECT m, nullif((k + m) % 4, 3) AS k, n FROM range(5) t(m), (VALUES (0, 1), (1, 0), (1, 2), (2, 1), (1, 2)) r(k, n) UNION ALL VALUES (1, 2, 99)',
  s: 'SELECT m, k, nullif((n + m) % 4, 3) AS n FROM range(5) t(m), (VALUES (1, 0), (0, 1), (2, 2), (NULL, 1)) r(k, n) WHERE m <> 3 UNION ALL VALUES (0, 1, 99)',
  x: 'SELECT m, nullif(i, 2) AS k, (i + m) % 4 AS n FROM range(1, 5) t(m), range(3) r(i)',
};

const CUT = ['o', 's'] as const;
const KEYS: readonly (readonly string[])[] = [['month'], ['k'], ['month', 'k']];
const SHARDS = [0, 1, 2];

export type ShardCase = {
  readonly sql: string;
  readonly months: Months;
  readonly cut: (typeof CUT)[number];
  readonly keys: readonly string[];
};

const schemaOf = ({ months, cut, keys }: Omit<ShardCase, 'sql'>, shard: number) =>
  [months, cut, ...keys, shard].join('_');

/** All ways to cut tables of months of either type. */
const WAYS = (['text', 'whole'] as const).flatMap((months) =>
  CUT.flatMap((cut) => KEYS.map((keys) => ({ months, cut, keys }))),
);

/** A schema with the cut table for each shard, and two with the whole tables. */
export async function createShards(session: SqlSession): Promise<void> {
  for (const months of ['text', 'whole'] as const) {
    const type = sqlType(TYPES[months]);
    await session.run(`CREATE SCHEMA ${months}`);
    for (const [table, rows] of Object.entries(ROWS))
      await session.run(
        `CREATE TABLE ${months}.${table} AS SELECT CAST([${NAMED[months].join(', ')}][m + 1] AS ${type}) AS month,
           CAST(k AS INTEGER) AS k, CAST(n AS INTEGER) AS n FROM (${rows})`,
      );
    await session.run(
      `CREATE TABLE ${months}.this_partition AS SELECT CAST(${NAMED[months][0]} AS ${type}) AS month`,
    );
  }
  for (const way of WAYS)
    for (const shard of SHARDS) {
      const schema = schemaOf(way, shard);
      const where = `hash(${way.keys.join(', ')}) % ${SHARDS.length} = ${shard}`;
      await session.run(`CREATE SCHEMA ${schema}`);
      await session.run(
        `CREATE TABLE ${schema}.${way.cut} AS SELECT * FROM ${way.months}.${way.cut} WHERE ${where}`,
      );
    }
}

/** How far what the shards return together is not what the whole does. Leaves the session's search path changed. */
export async function unequalShards(session: SqlSession, divided: ShardCase): Promise<string | undefined> {
  const whole = await answer(session, divided.sql, divided.months);
  // What fails has no rows to compare.
  if (whole === undefined) return undefined;
  let [rows, sum] = [0n, 0n];
  for (const shard of SHARDS) {
    const path = `${schemaOf(divided, shard)},${divided.months}`;
    const part = await answer(session, divided.sql, path);
    if (part === undefined) return `shard ${shard} fails`;
    rows += part.rows;
    sum += part.sum;
  }
  const isSame = rows === whole.rows && sum === whole.sum;
  return isSame ? undefined : `${rows} rows in shards, ${whole.rows} in the whole`;
}

/** `sum`: over the rows' hashes. */
type Answer = { readonly rows: bigint; readonly sum: bigint };

/** Undefined where it fails. */
async function answer(session: SqlSession, sql: string, path: string): Promise<Answer | undefined> {
  await session.run(`SET search_path = '${path}'`);
  try {
    const [row] = await session.rows<{ rows: string; sum: string }>(
      `SELECT CAST(count(*) AS VARCHAR) AS rows, CAST(coalesce(sum(CAST(hash(t) AS HUGEINT)), 0) AS VARCHAR) AS sum FROM (${sql}\n) AS t`,
    );
    return { rows: BigInt(row?.rows ?? 0), sum: BigInt(row?.sum ?? 0) };
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') return undefined;
    throw error;
  }
}

/** What the SELECTs of `shardPlan` are bound over. */
export async function createEmptyShards(session: SqlSession, months: Months): Promise<void> {
  for (const [table, types] of Object.entries(TABLES)) {
    const columns = Object.entries(types).map(
      ([name, type]): Column => ({ name, type: name === 'month' ? TYPES[months] : type }),
    );
    await createEmptyView(session, table, { columns, varied: [] });
  }
}

/** DuckDB's plan over the empty tables; undefined where it gives none. */
export async function shardPlan(session: SqlSession, sql: string): Promise<SqlNode | undefined> {
  const bound = await boundPlan(session, sql);
  return 'plan' in bound ? bound.plan : undefined;
}

/** All ways to cut a table, be it read or not. */
export function casesOf(sql: string, months: Months): ShardCase[] {
  return WAYS.filter((way) => way.months === months).map((way) => ({ ...way, sql }));
}

export function isProved(proof: typeof isDivisibleBy, plan: SqlNode, { cut, keys }: ShardCase): boolean {
  return proof(plan, emptyTable(cut), keys);
}
