// Says what to write in the place of refused SQL: each remedy is tried on the parse tree, and what does not pass is not said.
// What passing means is the caller's matter.
import { SqlError, type SqlSession } from '../ports.ts';
import { alternatives } from '../sql/order-sensitivity.ts';
import { literal } from '../sql/quoting.ts';
import {
  type Advice,
  type AdvisedProblem,
  inPlaceOf,
  type Remedy,
  replaced,
  withOrder,
} from '../sql/remedies.ts';
import { isNode, nodes, parseTree, type SqlNode, type SqlProblem } from '../sql/sql-tree.ts';

export type Trial = {
  readonly session: SqlSession;
  readonly statement: unknown;
  readonly aggregates: ReadonlySet<string>;
  /** The problems of the statement that it is changed to; undefined if the engine does not accept that. */
  readonly problemsOf: (statement: unknown) => Promise<readonly SqlProblem[] | undefined>;
};

/** Longer ones are not worth reading: an argument is then called x. */
const MAX_ARGUMENT = 40;
const MAX_CALL = 120;
/** Of one problem. */
const MAX_SHOWN = 3;

/** The problems as they are to be said. */
export async function withCheckedRemedies(
  problems: readonly AdvisedProblem[],
  trial: Trial,
): Promise<SqlProblem[]> {
  const offsets = new Set(problems.map(({ offset }) => offset));
  const told: SqlProblem[] = [];
  for (const { problem, offset, advice } of problems) {
    const passes = async (statement: unknown) => {
      const left = await trial.problemsOf(statement);
      return left?.every((other) => other.offset !== offset && offsets.has(other.offset)) === true;
    };
    told.push({ problem: advice ? await advised(advice, trial, passes) : problem, offset });
  }
  return told;
}

type Passes = (statement: unknown) => Promise<boolean>;

async function advised({ said, remedies, otherwise }: Advice, trial: Trial, passes: Passes): Promise<string> {
  const written: string[] = [];
  for (const remedy of remedies) {
    const words = await checked(remedy, trial, passes);
    if (words === undefined) continue;
    // Of orders the first one is enough.
    if (!words.isCall) return `${said}: ${words.text}`;
    written.push(words.text);
    if (written.length === MAX_SHOWN) break;
  }
  return `${said}: ${written.length === 0 ? otherwise : `write ${alternatives(written)}`}`;
}

type Words = { readonly text: string; readonly isCall: boolean };

async function checked(remedy: Remedy, trial: Trial, passes: Passes): Promise<Words | undefined> {
  if (remedy.kind === 'call') return checkedCall(remedy, trial, passes);
  const { session, statement } = trial;
  const changed = withOrder(statement, remedy);
  if (!(await passes(changed))) return undefined;
  const [to] = remedy.to;
  if (to?.class === 'FUNCTION') {
    const [whole] = remedy.to.map((call) => withOrder(call, remedy)).filter(isNode);
    const text = whole && (await textOf(session, whole));
    return text !== undefined && text.length <= MAX_CALL ? { text, isCall: true } : undefined;
  }
  const texts: string[] = [];
  for (const term of remedy.by) {
    const text = term.class === 'STAR' ? 'COLUMNS(*)' : await textOf(session, term);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  const isOrdered =
    to?.class === 'WINDOW' ? true : nodes(to?.modifiers).some(({ type }) => type === 'ORDER_MODIFIER');
  if (isOrdered) return { text: `also order by ${texts.join(', ')}`, isCall: false };
  return { text: `add ORDER BY ${texts.join(', ').replace(/^COLUMNS\(\*\)$/, 'ALL')}`, isCall: false };
}

async function checkedCall(
  { of, write }: Extract<Remedy, { kind: 'call' }>,
  { session, statement, aggregates }: Trial,
  passes: Passes,
): Promise<Words | undefined> {
  const texts: string[] = [];
  for (const argument of nodes(of.children)) texts.push((await textOf(session, argument)) ?? 'x');
  const filled = (by: readonly string[]) =>
    write.replace(/\b[xy]\b/g, (name) => by[name === 'x' ? 0 : 1] ?? name);
  const node = await expressionOf(session, filled(texts));
  if (node === undefined) return undefined;
  const written = inPlaceOf(of, node, aggregates);
  if (!(await passes(replaced(statement, (other) => (other === of ? written : undefined))))) return undefined;
  const short = texts.map((text, i) => (text.length > MAX_ARGUMENT ? (['x', 'y'][i] ?? text) : text));
  const text = filled(short).length > MAX_CALL ? write : filled(short);
  return { text: of.class === 'WINDOW' ? `${text}, its aggregates with that OVER (…)` : text, isCall: true };
}

/** As DuckDB writes it, with quotes where they are needed; undefined where it cannot. */
async function textOf(session: SqlSession, expression: SqlNode): Promise<string | undefined> {
  const select = {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    select_list: [{ ...expression, alias: '' }],
    from_table: { type: 'EMPTY', alias: '', sample: null, query_location: 0 },
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  };
  return (await sqlOf(session, { node: select, named_param_map: [] }))?.replace(/^SELECT /, '');
}

/** The text of a statement's tree; undefined where DuckDB has none. */
export async function sqlOf(session: SqlSession, statement: unknown): Promise<string | undefined> {
  const tree = JSON.stringify({ error: false, statements: [statement] }, (key, value: unknown) =>
    key === 'query_location' ? 0 : value,
  );
  try {
    const [row] = await session.rows<{ sql: string }>(`SELECT json_deserialize_sql(${literal(tree)}) AS sql`);
    return row?.sql;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
}

/** The tree of an expression. */
export async function expressionOf(session: SqlSession, sql: string): Promise<SqlNode | undefined> {
  const [row] = await session.rows<{ tree: string }>(
    `SELECT json_serialize_sql(${literal(`SELECT ${sql}`)}) AS tree`,
  );
  const tree = parseTree(row?.tree ?? '{}');
  const [statement] = isNode(tree) ? nodes(tree.statements) : [];
  return isNode(statement?.node) ? nodes(statement.node.select_list)[0] : undefined;
}
