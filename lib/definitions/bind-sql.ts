// Shared by binding insights and audits: empty relations of the right types, DuckDB's errors as refusals of the file,
// and the proof that the rows do not depend on an order.

import { isNested } from '../core/nested-type.ts';
import { type Column, sqlType } from '../core/schema.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { type Known, orderProblems } from '../sql/determinism.ts';
import { withExplicitGroups } from '../sql/explicit-groups.ts';
import { floatSums } from '../sql/order-sensitivity.ts';
import { planValues } from '../sql/plan-values.ts';
import { identifier } from '../sql/quoting.ts';
import type { Kind, Relation } from '../sql/relation.ts';
import { type AdvisedProblem, type Change, replaced } from '../sql/remedies.ts';
import type { SqlNode } from '../sql/sql-tree.ts';
import type { Forms } from '../sql/value-forms.ts';
import { withCheckedRemedies } from './checked-remedies.ts';
import { boundPlan, exactExpressions, type VariedColumns } from './exact-expressions.ts';
import { type ExactSql, exactSql, type Statement } from './exact-sql.ts';
import { floatSumsOf } from './float-sums.ts';
import {
  asSaid,
  type EngineFunctions,
  lineOf,
  refuseAll,
  type SqlPlace,
  withinStack,
} from './parse-select.ts';
import { sqlOf } from './sql-texts.ts';

/** One SELECT, its parse tree, and its position. */
export type BoundSql = { readonly sql: string; readonly statement: unknown; readonly at: SqlPlace };

/** A table's stand-in while SQL is bound: its columns, and those in which equal values may differ. */
export type EmptyTable = { readonly columns: readonly Column[]; readonly varied: readonly string[] };

/**
 * An empty view over an empty table, because a table would also have a rowid. Returns the varying columns by the table's
 * own name, as in DuckDB's plan.
 */
export async function createEmptyView(
  session: SqlSession,
  view: string,
  { columns, varied }: EmptyTable,
): Promise<[string, ReadonlySet<string>]> {
  const table = emptyTable(view);
  const typed = columns.map(({ name, type }) => `${identifier(name)} ${sqlType(type)}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE ${identifier(table)} (${typed.join(', ')})`);
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  await session.run(
    `CREATE OR REPLACE TEMP VIEW ${identifier(view)} AS SELECT ${names} FROM ${identifier(table)}`,
  );
  return [table, new Set(varied)];
}

/** The name under which a view's table is in DuckDB's plan. */
export function emptyTable(view: string): string {
  return `_sluice_empty_${view.toLowerCase()}`;
}

/** Throws DefinitionError for SQL that DuckDB refuses; `hints` are added to the message. */
export async function asDefinition<T>(
  at: SqlPlace,
  work: () => Promise<T>,
  hints: () => Promise<readonly string[]> = async () => [],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind === 'resource') throw error;
    const [message = '', line] = error.message.split(/\n+LINE (\d+):/);
    const said = [...(await hints()), 'Correct the SQL there'].join(' ');
    return lineOf(at, Number(line ?? 1)).refuse(`${asSaid(message)}. ${said}`);
  }
}

export type NamedRelation = Relation & { readonly name: string };

/** What the proof knows of a table. `required`: columns that are never NULL. */
export function relationOfTable(
  name: string,
  columns: readonly Column[],
  known: {
    readonly key: readonly string[] | undefined;
    readonly constants: readonly string[];
    readonly required: readonly string[];
    readonly fileKey?: readonly string[];
  },
): NamedRelation {
  const lower = (names: readonly string[]) => names.map((one) => one.toLowerCase());
  return {
    name: name.toLowerCase(),
    columns: lower(columns.map((column) => column.name)),
    key: known.key && lower(known.key),
    constants: lower(known.constants),
    required: new Set(lower(known.required)),
    ...(known.fileKey === undefined ? {} : { fileKey: known.fileKey }),
    kinds: new Map(columns.flatMap((column) => kindOf(column))),
  };
}

function kindOf({ name, type }: Column): (readonly [string, Kind])[] {
  const kinds: Readonly<Record<string, Kind>> = { string: 'text', long: 'integer' };
  return type === 'double' || isNested(type) ? [] : [[name.toLowerCase(), kinds[type] ?? type]];
}

/**
 * `columns`: those that the SELECT returns. `exactSql`: what to run in its place; absent: the SELECT itself. `plan`: DuckDB's, of what is
 * run.
 */
export type Proved = {
  readonly columns: readonly Forms[];
  readonly exactSql?: string;
  readonly plan: SqlNode;
};

/**
 * What the SELECT returns. Throws DefinitionError if the rows depend on the order of the tables' rows, except
 * for columns that take the first of several equal values, which the result marks. The session must contain the tables;
 * `varied`: their columns in which equal values may differ.
 */
export function proveDetermined(
  session: SqlSession,
  bound: BoundSql,
  relations: readonly NamedRelation[],
  functions: EngineFunctions,
  varied: VariedColumns,
): Promise<Proved> {
  return withinStack(bound.at, () => prove(session, bound, relations, functions, varied));
}

async function prove(
  session: SqlSession,
  { sql, statement: written, at }: BoundSql,
  relations: readonly NamedRelation[],
  { aggregates }: EngineFunctions,
  varied: VariedColumns,
): Promise<Proved> {
  const tables = new Map(relations.map(({ name, ...relation }) => [name, relation]));
  const known = { tables, aggregates, varied };
  const statement = withExplicitGroups(written, aggregates);
  const { problems, unplanned, columns, plan, exact } = await judged(session, { statement, sql }, known);
  const floats = plan && (await floatSumsOf(session, statement, plan));
  const problemsWith = async (change: Change) => {
    const changed = replaced(statement, change, ...(floats ? [floats.cast] : []));
    const text = await sqlOf(session, changed);
    const answer =
      text === undefined
        ? undefined
        : await judged(session, { statement: changed, sql: text, isTrial: true }, known);
    const more = answer?.plan && [...floatSums(answer.plan)].some((name) => !floats?.ofMacros.has(name));
    return answer?.unplanned !== undefined || more ? undefined : answer?.problems;
  };
  // What was said of a place once is not said in other words.
  const isNew = ({ offset }: AdvisedProblem, i: number, all: readonly AdvisedProblem[]) =>
    offset === undefined ? i === 0 : all.findIndex((other) => other.offset === offset) === i;
  const found = [...problems, ...(floats?.problems ?? [])].filter(isNew);
  if (found.length > 0)
    refuseAll(await withCheckedRemedies(found, { session, aggregates, problemsWith }), at, sql);
  if (columns === undefined || plan === undefined)
    return lineOf(at, 1).refuse(`DuckDB does not give a plan for it: ${unplanned ?? ''}. Rewrite the SQL`);
  return { columns, plan, ...(exact === undefined ? {} : { exactSql: exact.sql }) };
}

/** `problems`: without those of float-sums.ts. */
type Judged = {
  readonly problems: readonly AdvisedProblem[];
  /** Why DuckDB has no plan: nothing more is known then. */
  readonly unplanned?: string;
  readonly plan?: SqlNode;
  readonly columns?: readonly Forms[];
  readonly exact?: ExactSql;
};

async function judged(
  session: SqlSession,
  written: Statement,
  { tables, aggregates, varied }: Known & { readonly varied: VariedColumns },
): Promise<Judged> {
  const { statement, sql } = written;
  const exact = await exactSql(session, written, aggregates);
  const bound = await boundPlan(session, exact?.sql ?? sql);
  const values = 'plan' in bound ? planValues(bound.plan, varied) : undefined;
  const isExact = values?.mayVary && (await exactExpressions(session, statement, aggregates, varied));
  const ofOrder = orderProblems(statement, {
    tables,
    aggregates,
    ...(isExact ? { isExact } : {}),
    ...(exact ? { exactCalls: exact.calls } : {}),
  });
  if ('problem' in bound || values === undefined)
    return { problems: ofOrder, unplanned: 'problem' in bound ? bound.problem : '' };
  const { plan } = bound;
  const ofBoth = { problems: [...ofOrder, ...values.problems], plan, columns: values.columns };
  return { ...ofBoth, ...(exact ? { exact } : {}) };
}
