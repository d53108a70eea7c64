// What binding an insight and binding its audits share: empty relations of the right types, the engine's refusals as
// refusals of the file, and the proof that the rows do not depend on an order.

import { type Column, sqlType } from '../core/schema.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { orderProblems } from '../sql/determinism.ts';
import type { Relation } from '../sql/key-inference.ts';
import { floatSums, remedy } from '../sql/order-sensitivity.ts';
import { planValues } from '../sql/plan-values.ts';
import { identifier } from '../sql/quoting.ts';
import { functionName, isNode, offsetOf } from '../sql/sql-tree.ts';
import type { Forms } from '../sql/value-forms.ts';
import { boundPlan, exactExpressions, type VariedColumns } from './exact-expressions.ts';
import { type EngineFunctions, lineOf, refuseFirst, type SqlPlace, withinStack } from './parse-select.ts';

/** One SELECT, its parse tree, and where it stands. */
export type BoundSql = { readonly sql: string; readonly statement: unknown; readonly at: SqlPlace };

/** What stands for a table while SQL is bound: its columns, and of which of them equal values may differ. */
export type EmptyTable = { readonly columns: readonly Column[]; readonly varied: readonly string[] };

/**
 * A view without rows over a table without rows, as a table would have a rowid besides. Returns the columns of the table that
 * vary, by its own name: what the engine's plan reads.
 */
export async function createEmptyView(
  session: SqlSession,
  view: string,
  { columns, varied }: EmptyTable,
): Promise<[string, ReadonlySet<string>]> {
  const table = `_sluice_empty_${view.toLowerCase()}`;
  const typed = columns.map(({ name, type }) => `${identifier(name)} ${sqlType(type)}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE ${identifier(table)} (${typed.join(', ')})`);
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  await session.run(
    `CREATE OR REPLACE TEMP VIEW ${identifier(view)} AS SELECT ${names} FROM ${identifier(table)}`,
  );
  return [table, new Set(varied)];
}

/** Throws DefinitionError for what the engine refuses; `hints`: what else is to be said of it. */
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
    return lineOf(at, Number(line ?? 1)).refuse(`${message.trim().replaceAll('\n', ' ')}. ${said}`);
  }
}

export type NamedRelation = Relation & { readonly name: string };

/**
 * What the SELECT returns, column by column. Throws DefinitionError where the rows depend on the order of the tables' rows: but
 * for columns that are one of several equal values, whichever came first, which the result says of them. The session must hold
 * the tables; `varied`: of those of the engine.
 */
export function proveDetermined(
  session: SqlSession,
  bound: BoundSql,
  relations: readonly NamedRelation[],
  functions: EngineFunctions,
  varied: VariedColumns,
): Promise<readonly Forms[]> {
  return withinStack(bound.at, () => prove(session, bound, relations, functions, varied));
}

async function prove(
  session: SqlSession,
  { sql, statement, at }: BoundSql,
  relations: readonly NamedRelation[],
  { aggregates }: EngineFunctions,
  varied: VariedColumns,
): Promise<readonly Forms[]> {
  const lower = (names: readonly string[] | undefined) => names?.map((name) => name.toLowerCase());
  const tables = new Map(
    relations.map(({ name, columns, key, constants }) => [
      name.toLowerCase(),
      { columns: lower(columns), key: lower(key), constants: lower(constants) ?? [] },
    ]),
  );
  const bound = await boundPlan(session, sql);
  const values = 'plan' in bound ? planValues(bound.plan, varied) : undefined;
  const isExact = values?.mayVary && (await exactExpressions(session, statement, aggregates, varied));
  refuseFirst(orderProblems(statement, { tables, aggregates, ...(isExact ? { isExact } : {}) }), at, sql);
  if ('problem' in bound || values === undefined)
    return lineOf(at, 1).refuse(
      `the engine does not say what it would do: ${'problem' in bound ? bound.problem : ''}. Write the SQL another way`,
    );
  const [name] = floatSums(bound.plan);
  if (name !== undefined) refuseFirst([{ problem: remedy(name), offset: placeOf(statement, name) }], at, sql);
  refuseFirst(values.problems, at, sql);
  return values.columns;
}

/** Of the first call of that name; undefined where a macro calls it. */
function placeOf(statement: unknown, name: string): number | undefined {
  const calls: number[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    const offset = offsetOf(value);
    if (functionName(value) === name && offset !== undefined) calls.push(offset);
    for (const child of Object.values(value)) visit(child);
  };
  visit(statement);
  return calls[0];
}
