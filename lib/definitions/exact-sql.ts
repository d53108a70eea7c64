// What is run in the place of an author's SELECT: the same, with an exact formula for each statistic of exact numbers, such as
// stddev of decimals. The engine tells by its plan which numbers are exact.
import type { SqlSession } from '../ports.ts';
import { exactStatistic } from '../sql/exact-statistics.ts';
import { floatAdditions } from '../sql/order-sensitivity.ts';
import { type Change, inPlaceOf, replaced } from '../sql/remedies.ts';
import { allNodes, nodes, type SqlNode } from '../sql/sql-tree.ts';
import { boundPlan } from './exact-expressions.ts';
import { expressionOf, faithfulSql, textOf } from './sql-texts.ts';

export type ExactSql = {
  readonly sql: string;
  /** The statement's calls that it computes exactly. */
  readonly calls: ReadonlySet<SqlNode>;
};

/** Undefined where the statement has no such call, or where the engine does not write it as another text with the same meaning. */
export async function exactSql(
  session: SqlSession,
  statement: unknown,
  sql: string,
  aggregates: ReadonlySet<string>,
): Promise<ExactSql | undefined> {
  const formulas = await formulasOf(session, statement, aggregates);
  if (formulas.size === 0) return undefined;
  const floats = await countFloats(session, sql);
  if (floats === undefined) return undefined;
  const whole = await rewritten(session, statement, formulas);
  if (whole !== undefined && (await countFloats(session, whole.sql)) === floats) return whole;
  if (formulas.size === 1) return undefined;
  const exact = new Map<SqlNode, SqlNode>();
  for (const [call, formula] of formulas) {
    const alone = await rewritten(session, statement, new Map([[call, formula]]));
    if (alone && (await countFloats(session, alone.sql)) === floats) exact.set(call, formula);
  }
  return exact.size === 0 ? undefined : rewritten(session, statement, exact);
}

/** By the call. */
async function formulasOf(session: SqlSession, statement: unknown, aggregates: ReadonlySet<string>) {
  const templates = new Map<string, SqlNode | undefined>();
  const formulas = new Map<SqlNode, SqlNode>();
  for (const call of allNodes(statement)) {
    const written = exactStatistic(call);
    if (written === undefined) continue;
    if (!templates.has(written)) templates.set(written, await expressionOf(session, written));
    const template = templates.get(written);
    if (template) formulas.set(call, inPlaceOf(call, template, aggregates));
  }
  return formulas;
}

/** A result without a name keeps the one that the engine makes of the call. */
async function rewritten(
  session: SqlSession,
  statement: unknown,
  formulas: ReadonlyMap<SqlNode, SqlNode>,
): Promise<ExactSql | undefined> {
  const names = new Map<SqlNode, string>();
  for (const { select_list: items } of allNodes(statement))
    for (const item of nodes(items))
      if (formulas.has(item) && item.alias === '') names.set(item, await textOf(session, item));
  const change: Change = (call, { alias }) => {
    const formula = formulas.get(call);
    return formula && { ...formula, alias: names.get(call) ?? alias };
  };
  const sql = await faithfulSql(session, replaced(statement, change));
  return sql === undefined ? undefined : { sql, calls: new Set(formulas.keys()) };
}

/** Undefined if the engine has no plan. */
async function countFloats(session: SqlSession, sql: string): Promise<number | undefined> {
  const bound = await boundPlan(session, sql);
  return 'plan' in bound ? floatAdditions(bound.plan).length : undefined;
}
