// Says what to write in the place of refused SQL: each remedy is tried on the parse tree, and what does not pass is not said.
// What passing means is the caller's matter.
import type { SqlSession } from '../ports.ts';
import { orderOf } from '../sql/order-clauses.ts';
import { alternatives } from '../sql/order-sensitivity.ts';
import {
  type Advice,
  type AdvisedProblem,
  type Change,
  changeOf,
  inPlaceOf,
  type Remedy,
  replaced,
} from '../sql/remedies.ts';
import { isNode, nodes, type SqlNode, type SqlProblem } from '../sql/sql-tree.ts';
import { expressionOf, textOf } from './sql-texts.ts';

export type Trial = {
  readonly session: SqlSession;
  readonly aggregates: ReadonlySet<string>;
  /** The problems of the statement with the change, sums of floats left aside; undefined if it is not accepted for another reason. */
  readonly problemsWith: (change: Change) => Promise<readonly SqlProblem[] | undefined>;
};

/** Longer ones are not worth reading: an argument is then called x. */
const MAX_ARGUMENT = 40;
const MAX_CALL = 120;

/** The problems as they are to be said. */
export async function withCheckedRemedies(
  problems: readonly AdvisedProblem[],
  trial: Trial,
): Promise<SqlProblem[]> {
  const offsets = new Set(problems.map(({ offset }) => offset));
  const told: SqlProblem[] = [];
  for (const { problem, offset, advice } of problems) {
    const passes = async (change: Change) => {
      const left = await trial.problemsWith(change);
      return left?.every((other) => other.offset !== offset && offsets.has(other.offset)) === true;
    };
    told.push({ problem: advice ? await advised(advice, trial, passes) : problem, offset });
  }
  return told;
}

type Passes = (change: Change) => Promise<boolean>;

async function advised(
  { said, remedies, most = 1, otherwise, also }: Advice,
  trial: Trial,
  passes: Passes,
): Promise<string> {
  const passing: string[] = [];
  for (const remedy of remedies) {
    if (passing.length === most) break;
    const words = await checked(remedy, trial, passes);
    if (words !== undefined) passing.push(words);
  }
  const advice =
    passing.length === 0 ? otherwise : alternatives(passing).replaceAll(/(?<=, | or )write /g, '');
  return `${said}: ${advice}${also === undefined ? '' : `. ${also}`}`;
}

/** What to do, in words; undefined where that does not pass. */
async function checked(remedy: Remedy, trial: Trial, passes: Passes): Promise<string | undefined> {
  if (remedy.kind === 'call') return checkedCall(remedy, trial, passes);
  const { session } = trial;
  if (!(await passes(changeOf(remedy)))) return undefined;
  if (remedy.kind === 'all') return 'write ORDER BY ALL';
  if (remedy.kind === 'around')
    return 'write SELECT * FROM (…) around it, with its ORDER BY, then COLUMNS(*), and its LIMIT behind the bracket';
  const [to] = remedy.to;
  if (to?.class === 'FUNCTION') {
    const whole = replaced(to, changeOf(remedy));
    const text = isNode(whole) ? await writtenText(session, whole) : undefined;
    return text !== undefined && text.length <= MAX_CALL ? `write ${text}` : undefined;
  }
  const texts: string[] = [];
  for (const term of remedy.by)
    texts.push(term.class === 'STAR' ? 'COLUMNS(*)' : await writtenText(session, term));
  return to?.class === 'WINDOW' || orderOf(to ?? {}).length > 0
    ? `also order by ${texts.join(', ')}`
    : `add ORDER BY ${texts.join(', ').replace(/^COLUMNS\(\*\)$/, 'ALL')}`;
}

/** Of a list in brackets the tree has main.list_value, which nobody writes. */
const UNQUALIFIED: Change = (_, node) => (node.schema === 'main' ? { ...node, schema: '' } : undefined);

function writtenText(session: SqlSession, expression: SqlNode): Promise<string> {
  const plain = replaced(expression, UNQUALIFIED);
  return textOf(session, isNode(plain) ? plain : expression);
}

async function checkedCall(
  remedy: Extract<Remedy, { kind: 'call' }>,
  { session, aggregates }: Trial,
  passes: Passes,
): Promise<string | undefined> {
  const { of } = remedy;
  const condition = of.class === 'WINDOW' ? of.filter_expr : of.filter;
  const filter = isNode(condition) ? await writtenText(session, condition) : undefined;
  const write = filter === undefined ? remedy.write : filtered(remedy.write, filter);
  const texts: string[] = [];
  for (const argument of nodes(of.children)) texts.push(await writtenText(session, argument));
  const filled = (sql: string, by: readonly string[]) =>
    sql.replace(/\b[xyz]\b/g, (name) => by['xyz'.indexOf(name)] ?? name);
  const template = await expressionOf(session, remedy.write);
  if (template === undefined) return undefined;
  if (!(await passes(changeOf(remedy, inPlaceOf(of, template, aggregates))))) return undefined;
  const short = texts.map((text, i) => (text.length > MAX_ARGUMENT ? ('xyz'[i] ?? text) : text));
  const text = filled(write, short);
  const kept = isOneCall(write)
    ? []
    : [
        ...(filter !== undefined && write === remedy.write ? ['FILTER'] : []),
        ...(of.class === 'WINDOW' ? ['OVER'] : []),
      ];
  return `write ${text}${kept.length === 0 ? '' : `, its aggregates with that ${kept.join(' and ')}`}`;
}

function filtered(write: string, condition: string): string {
  if (isOneCall(write)) return `${write} FILTER (WHERE ${condition})`;
  return write.replaceAll('(WHERE ', `(WHERE ${condition} AND `);
}

/** `f(…)`, and nothing around it. */
function isOneCall(sql: string): boolean {
  const inner = /^\w+\((.*)\)$/.exec(sql)?.[1];
  return inner !== undefined && /^[^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*$/.test(inner);
}
