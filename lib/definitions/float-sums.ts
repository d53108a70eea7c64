// Which calls of sum and avg add binary floating point numbers: the plan tells the functions, but not the places.
import type { SqlSession } from '../ports.ts';
import { callAdvice } from '../sql/call-advice.ts';
import { floatSums, remedy } from '../sql/order-sensitivity.ts';
import { type AdvisedProblem, replaced } from '../sql/remedies.ts';
import { functionName, isNode, nodes, offsetOf, type SqlNode } from '../sql/sql-tree.ts';
import { expressionOf, sqlOf } from './checked-remedies.ts';
import { boundPlan } from './exact-expressions.ts';

/** `names`: the functions that the statement's plan calls so. */
export async function floatSumProblems(
  session: SqlSession,
  statement: unknown,
  names: ReadonlySet<string>,
): Promise<AdvisedProblem[]> {
  const problems: AdvisedProblem[] = [];
  const cast = names.size === 0 ? undefined : await expressionOf(session, 'CAST(x AS DECIMAL(38, 9))');
  for (const name of names) {
    const calls = callsOf(statement, name);
    // A macro adds what no call in the text is to blame for.
    const isMacro = await addsFloats(session, withCasts(statement, calls, cast), name);
    if (isMacro) problems.push({ problem: remedy(name), offset: undefined });
    for (const call of isMacro ? [] : calls) {
      const others = calls.filter((other) => other !== call);
      if (others.length === 0 || (await addsFloats(session, withCasts(statement, others, cast), name)))
        problems.push({
          problem: remedy(name),
          offset: offsetOf(call),
          advice: callAdvice(call, 'refused'),
        });
    }
  }
  return problems;
}

function callsOf(statement: unknown, name: string): SqlNode[] {
  const calls: SqlNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    if (functionName(value) === name && offsetOf(value) !== undefined) calls.push(value);
    for (const child of Object.values(value)) visit(child);
  };
  visit(statement);
  return calls;
}

/** The statement with the cast of each call's argument. */
function withCasts(statement: unknown, calls: readonly SqlNode[], cast: SqlNode | undefined): unknown {
  return replaced(statement, (node) => {
    if (!calls.includes(node)) return undefined;
    const children = nodes(withCasts(node.children, calls, cast));
    return { ...node, children: children.map((child) => ({ ...cast, child })) };
  });
}

async function addsFloats(session: SqlSession, statement: unknown, name: string): Promise<boolean> {
  const sql = await sqlOf(session, statement);
  const bound = sql === undefined ? undefined : await boundPlan(session, sql);
  return bound !== undefined && 'plan' in bound && floatSums(bound.plan).has(name);
}
