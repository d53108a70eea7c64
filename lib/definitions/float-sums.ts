// Which calls of sum and avg add binary floating point numbers: the plan tells the functions, but not the places. So the engine
// plans the statement once more with a mark in each call's FILTER.
import type { SqlSession } from '../ports.ts';
import { callAdvice } from '../sql/call-advice.ts';
import { floatAdditions, floatSums, remedy } from '../sql/order-sensitivity.ts';
import { type AdvisedProblem, type Change, replaced, withCondition } from '../sql/remedies.ts';
import { allNodes, functionName, isNode, nodes, offsetOf, type SqlNode } from '../sql/sql-tree.ts';
import { boundPlan } from './exact-expressions.ts';
import { expressionOf, sqlOf } from './sql-texts.ts';

export type FloatSums = {
  readonly problems: readonly AdvisedProblem[];
  /** Casts the arguments of the calls. */
  readonly cast: Change;
  /** The functions that macros call so. */
  readonly ofMacros: ReadonlySet<string>;
};

const NONE: FloatSums = { problems: [], cast: () => undefined, ofMacros: new Set() };

/** `plan`: the statement's. */
export async function floatSumsOf(
  session: SqlSession,
  statement: unknown,
  plan: SqlNode,
): Promise<FloatSums> {
  const names = floatSums(plan);
  if (names.size === 0) return NONE;
  const calls = callsOf(statement, names);
  const marked = await markedPlan(session, statement, calls);
  const numbers = new Set(marked === undefined ? [] : floatAdditions(marked).flatMap(markOf));
  const found = calls.filter((_, i) => numbers.has(i));
  const to = await expressionOf(session, 'CAST(x AS DECIMAL(38, 9))');
  const ofMacros = await namesWith(session, statement, castOf(found, to));
  const blamed = ofMacros.size > 0 ? found : await withoutFollowers(session, statement, found, to);
  const ofCalls = blamed.map((call) => ({
    problem: remedy(functionName(call) ?? ''),
    offset: offsetOf(call),
    advice: callAdvice(call, 'refused'),
  }));
  const others = [...(found.length === 0 ? names : ofMacros)].map((name) => ({
    problem: remedy(name),
    offset: undefined,
  }));
  return { problems: [...ofCalls, ...others], cast: castOf(found, to), ofMacros };
}

/** Of more calls it is not asked. */
const MAX_ASKED = 8;

/** Without those that add no floats any more once the others are of decimals, such as a sum of sums. */
async function withoutFollowers(
  session: SqlSession,
  statement: unknown,
  calls: readonly SqlNode[],
  to: SqlNode | undefined,
): Promise<readonly SqlNode[]> {
  if (calls.length < 2 || calls.length > MAX_ASKED) return calls;
  const leading: SqlNode[] = [];
  for (const call of calls) {
    const others = calls.filter((other) => other !== call);
    if ((await namesWith(session, statement, castOf(others, to))).size > 0) leading.push(call);
  }
  return leading.length === 0 ? calls : leading;
}

function callsOf(statement: unknown, names: ReadonlySet<string>): SqlNode[] {
  return [...allNodes(statement)].filter(
    (node) => names.has(functionName(node) ?? '') && offsetOf(node) !== undefined,
  );
}

function castOf(calls: readonly SqlNode[], to: SqlNode | undefined): Change {
  return (original, node) =>
    calls.includes(original)
      ? { ...node, children: nodes(node.children).map((child) => ({ ...to, child })) }
      : undefined;
}

async function namesWith(
  session: SqlSession,
  statement: unknown,
  change: Change,
): Promise<ReadonlySet<string>> {
  const sql = await sqlOf(session, replaced(statement, change));
  const bound = sql === undefined ? undefined : await boundPlan(session, sql);
  return bound !== undefined && 'plan' in bound ? floatSums(bound.plan) : new Set();
}

const FIRST_MARK = 1_000_000_000;

async function markedPlan(
  session: SqlSession,
  statement: unknown,
  calls: readonly SqlNode[],
): Promise<SqlNode | undefined> {
  const mark = await expressionOf(session, `${FIRST_MARK} IS NOT NULL`);
  const [constant] = nodes(mark?.children);
  if (mark === undefined || !isNode(constant?.value)) return undefined;
  const value = constant.value;
  const change: Change = (original, node) => {
    const i = calls.indexOf(original);
    if (i < 0) return undefined;
    const own = { ...mark, children: [{ ...constant, value: { ...value, value: FIRST_MARK + i } }] };
    const word = node.class === 'WINDOW' ? 'filter_expr' : 'filter';
    return { ...node, [word]: withCondition(node[word], own) };
  };
  const sql = await sqlOf(session, replaced(statement, change));
  const bound = sql === undefined ? undefined : await boundPlan(session, sql);
  return bound !== undefined && 'plan' in bound ? bound.plan : undefined;
}

/** The mark in the FILTER of a planned call. */
function markOf(call: SqlNode): number[] {
  return [...allNodes([call.filter, call.filters])].flatMap(({ value }) => {
    const number = isNode(value) ? value.value : undefined;
    return typeof number === 'number' && number >= FIRST_MARK ? [number - FIRST_MARK] : [];
  });
}
