// What is run in the place of an author's SELECT: the same, with an exact formula for each statistic of exact numbers, such as
// stddev of decimals. The engine tells by its plan which numbers are exact.
import type { SqlSession } from '../ports.ts';
import { exactStatistic } from '../sql/exact-statistics.ts';
import { floatAdditions } from '../sql/order-sensitivity.ts';
import { identifier } from '../sql/quoting.ts';
import { type Change, inPlaceOf, replaced } from '../sql/remedies.ts';
import { allNodes, nodes, offsetOf, type SqlNode } from '../sql/sql-tree.ts';
import { endOfCall } from '../sql/statements.ts';
import { boundPlan } from './exact-expressions.ts';
import { expressionOf, isReadAs, sqlOf, sqlOfExpression, textOf } from './sql-texts.ts';

export type ExactSql = {
  readonly sql: string;
  /** The statement's calls that it computes exactly. */
  readonly calls: ReadonlySet<SqlNode>;
};

/** `sql`: the statement's text. `isTrial`: it has other positions than the text, and is only planned. */
export type Statement = { readonly statement: unknown; readonly sql: string; readonly isTrial?: boolean };

/** Undefined where the statement has no such call, or where its text cannot be changed with certainty. */
export async function exactSql(
  session: SqlSession,
  written: Statement,
  aggregates: ReadonlySet<string>,
): Promise<ExactSql | undefined> {
  const templates = await templatesOf(session, written.statement);
  if (templates.size === 0) return undefined;
  const floats = await countFloats(session, written.sql);
  const exactly = async (some: Templates) => {
    const sql = await rewritten(session, written, some, aggregates);
    const isExact = sql !== undefined && (await countFloats(session, sql)) === floats;
    return isExact ? { sql, calls: new Set(some.keys()) } : undefined;
  };
  if (floats === undefined) return undefined;
  const whole = await exactly(templates);
  if (whole !== undefined || templates.size === 1) return whole;
  const exact = new Map<SqlNode, SqlNode>();
  for (const [call, template] of templates)
    if (await exactly(new Map([[call, template]]))) exact.set(call, template);
  return exact.size === 0 ? undefined : exactly(exact);
}

/** The formula of each call, over `x` and `y`. */
type Templates = ReadonlyMap<SqlNode, SqlNode>;

async function templatesOf(session: SqlSession, statement: unknown): Promise<Templates> {
  const known = new Map<string, SqlNode | undefined>();
  const templates = new Map<SqlNode, SqlNode>();
  for (const call of allNodes(statement)) {
    const written = exactStatistic(call);
    if (written === undefined) continue;
    if (!known.has(written)) known.set(written, await expressionOf(session, written));
    const template = known.get(written);
    if (template) templates.set(call, template);
  }
  return templates;
}

async function rewritten(
  session: SqlSession,
  { statement, sql, isTrial = false }: Statement,
  templates: Templates,
  aggregates: ReadonlySet<string>,
): Promise<string | undefined> {
  const names = await madeNames(session, statement, templates);
  const formulas = new Map<SqlNode, SqlNode>();
  const change: Change = (original, call) => {
    const template = templates.get(original);
    if (template === undefined) return undefined;
    const formula = inPlaceOf(call, template, aggregates);
    formulas.set(original, formula);
    return { ...formula, alias: names.get(original) ?? formula.alias };
  };
  const changed = replaced(statement, change);
  if (isTrial) return sqlOf(session, changed);
  const edits: Edit[] = [];
  for (const [call, formula] of formulas) {
    const written = await sqlOfExpression(session, formula);
    const range = rangeOf(call, sql);
    if (written === undefined || range === undefined) return undefined;
    const name = names.get(call);
    edits.push({ ...range, put: `(${written})${name === undefined ? '' : ` AS ${identifier(name)}`}` });
  }
  const text = edited(sql, edits);
  return (await isReadAs(session, text, changed)) ? text : undefined;
}

/** A result without a name keeps the one that the engine makes of the call. */
async function madeNames(
  session: SqlSession,
  statement: unknown,
  templates: Templates,
): Promise<ReadonlyMap<SqlNode, string>> {
  const names = new Map<SqlNode, string>();
  for (const { select_list: items } of allNodes(statement))
    for (const item of nodes(items))
      if (templates.has(item) && item.alias === '') names.set(item, await textOf(session, item));
  return names;
}

/** Positions in the text, in characters. */
type Range = { readonly from: number; readonly end: number };
type Edit = Range & { readonly put: string };

/** Of the call in its text. */
function rangeOf(call: SqlNode, sql: string): Range | undefined {
  const offset = offsetOf(call);
  if (offset === undefined) return undefined;
  const from = Buffer.from(sql).subarray(0, offset).toString().length;
  const end = endOfCall(sql, from);
  return end === undefined ? undefined : { from, end };
}

/** What stands within another edit is part of what that puts. */
function edited(sql: string, edits: readonly Edit[]): string {
  const isWithin = (one: Edit) => (other: Edit) =>
    other !== one && other.from <= one.from && one.end <= other.end;
  return edits
    .filter((one) => !edits.some(isWithin(one)))
    .toSorted((one, other) => other.from - one.from)
    .reduce((text, { from, end, put }) => text.slice(0, from) + put + text.slice(end), sql);
}

/** Undefined if the engine has no plan. */
async function countFloats(session: SqlSession, sql: string): Promise<number | undefined> {
  const bound = await boundPlan(session, sql);
  return 'plan' in bound ? floatAdditions(bound.plan).length : undefined;
}
