// What binding an insight and binding its audits share: empty relations of the right types, the engine's refusals as
// refusals of the file, and the proof that the rows do not depend on an order.
import { orderProblems } from '../core/determinism.ts';
import { floatSentence, floatSums } from '../core/order-sensitivity.ts';
import type { Relation } from '../core/row-identity.ts';
import { type Column, sqlType } from '../core/schema.ts';
import { identifier, literal } from '../core/sql-text.ts';
import { functionName, isNode, offsetOf } from '../core/sql-tree.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { type EngineFunctions, lineOf, refuseFirst, type SqlPlace } from './parse-select.ts';

/** One SELECT, its parse tree, and where it stands. */
export type BoundSql = { readonly sql: string; readonly statement: unknown; readonly at: SqlPlace };

/** A SELECT without rows, for a view: a table would have a rowid besides. */
export function emptyRelation(columns: readonly Column[]): string {
  const typed = columns.map(({ name, type }) => `CAST(NULL AS ${sqlType(type)}) AS ${identifier(name)}`);
  return `SELECT ${typed.join(', ')} WHERE false`;
}

/** Throws DefinitionError for what the engine refuses. */
export async function asDefinition<T>(at: SqlPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind === 'resource') throw error;
    const [message = '', line] = error.message.split(/\n+LINE (\d+):/);
    return lineOf(at, Number(line ?? 1)).refuse(
      `${message.trim().replaceAll('\n', ' ')}. Correct the SQL there`,
    );
  }
}

export type NamedRelation = Relation & { readonly name: string };

/** Throws DefinitionError where the rows depend on the order of the tables' rows. The session must hold the tables. */
export async function refuseUnordered(
  session: SqlSession,
  { sql, statement, at }: BoundSql,
  relations: readonly NamedRelation[],
  { aggregates }: EngineFunctions,
): Promise<void> {
  const lower = (names: readonly string[] | undefined) => names?.map((name) => name.toLowerCase());
  const tables = new Map(
    relations.map(({ name, columns, key, constants }) => [
      name.toLowerCase(),
      { columns: lower(columns), key: lower(key), constants: lower(constants) ?? [] },
    ]),
  );
  refuseFirst(orderProblems(statement, { tables, aggregates }), at, sql);
  const [row] = await session.rows<{ plan: string }>(`SELECT json_serialize_plan(${literal(sql)}) AS plan`);
  const plan = JSON.parse(row?.plan ?? '{}') as { error?: boolean; error_message?: string };
  if (plan.error)
    return lineOf(at, 1).refuse(
      `the engine does not say what it would do: ${plan.error_message}. Write the SQL another way`,
    );
  const [name] = floatSums(plan);
  if (name === undefined) return;
  refuseFirst([{ problem: floatSentence(name), offset: placeOf(statement, name) }], at, sql);
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
