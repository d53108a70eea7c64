// Proves from the parse tree that a SELECT returns the same rows for the same input, independent of row order, threads and
// memory, or refuses it with what to write instead. The problem is ties: LIMIT, windows and some aggregates take one of
// several rows. Only an order that distinguishes all rows determines which one, unless the tied rows are identical.

import { asofTies } from './asof-joins.ts';
import { callAdvice } from './call-advice.ts';
import { type CutProblem, combinedCutProblem, cutProblem } from './cuts.ts';
import { groupIdents, isToldApart } from './grouping.ts';
import { isOneRow, sourceOf, withCtes } from './key-inference.ts';
import {
  countedList,
  cutKeys,
  cutOf,
  members,
  orderExpressions,
  orderOf,
  sortedList,
  specification,
  sqlText,
  withoutOrder,
} from './order-clauses.ts';
import { asExact, isDecided, OrderKeys, together } from './order-keys.ts';
import {
  inexact,
  inexactSentence,
  remedy,
  type Sensitivity,
  sensitivity,
  settingOf,
  unsettled,
  windowSensitivity,
} from './order-sensitivity.ts';
import { refusedShape } from './refused-shapes.ts';
import { type Keys, type Scope, UNKNOWN } from './relation.ts';
import type { Advice, AdvisedProblem } from './remedies.ts';
import { hasGroups, isDistinct } from './select-shape.ts';
import { additions, shortest } from './shortest-order.ts';
import type { Source } from './source.ts';
import {
  COLUMNS_STAR,
  definedCtes,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  offsetOf,
  type SqlNode,
} from './sql-tree.ts';

/**
 * `tables`: those the SELECT reads. `aggregates`: DuckDB's. All names in lower case. `isExact`: whether equal values of an
 * expression, or of all results of a query, are identical. Absent: they always are. `exactCalls`: the statistics that exact-sql.ts
 * computes without binary floating point.
 */
export type Known = {
  readonly tables: Scope;
  readonly aggregates: ReadonlySet<string>;
  readonly isExact?: (node: SqlNode) => boolean;
  readonly exactCalls?: ReadonlySet<SqlNode>;
};

export function orderProblems(statement: unknown, known: Known): AdvisedProblem[] {
  const judge = new Judge(known);
  judge.visit(statement, known.tables);
  return judge.problems;
}

class Judge {
  readonly problems: AdvisedProblem[] = [];
  readonly #aggregates: ReadonlySet<string>;
  readonly #exactCalls: ReadonlySet<SqlNode>;
  readonly #orders: OrderKeys;
  /** Queries of which only whether they have a row matters. */
  readonly #askedForRows = new Set<unknown>();
  constructor({ aggregates, isExact = () => true, exactCalls = new Set() }: Known) {
    this.#aggregates = aggregates;
    this.#exactCalls = exactCalls;
    this.#orders = new OrderKeys(aggregates, isExact);
  }

  visit(value: unknown, outer: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, outer);
    if (!isNode(value) || value.class === 'CONSTANT') return;
    const scope = this.#scopeWithin(value, outer);
    if (value.subquery_type === 'EXISTS' && isNode(value.subquery))
      this.#askedForRows.add(value.subquery.node);
    if (value.type === 'SELECT_NODE') this.#select(value, sourceOf(value, scope));
    else if (value.type === 'SET_OPERATION_NODE') this.#setOperation(value, scope);
    else if (value.type === 'JOIN') this.#join(value, scope);
    else if (value.type === 'PIVOT') this.#pivot(value);
    const shape = refusedShape(value);
    if (shape !== undefined) this.#refuse(value, shape);
    for (const [name, child] of Object.entries(value)) if (name !== 'cte_map') this.visit(child, scope);
  }

  #scopeWithin(node: SqlNode, outer: Scope): Scope {
    const isRecursive = node.type === 'RECURSIVE_CTE_NODE';
    const ctes = definedCtes(node);
    if (ctes.length === 0 && !isRecursive) return outer;
    const defined = withCtes(node, outer);
    const seen = new Map(outer);
    for (const { name, query } of ctes) {
      this.visit(query, new Map(seen));
      seen.set(name, defined.get(name) ?? UNKNOWN);
    }
    if (isRecursive) seen.set(lower(node.cte_name), UNKNOWN);
    return seen;
  }

  #select(select: SqlNode, source: Source): void {
    const { from_table: _, cte_map: __, ...parts } = select;
    const sorted = new Set<SqlNode>();
    const counted = new Set<SqlNode>();
    for (const part of expressions(Object.values(parts))) {
      const blind = countedList(part);
      if (blind) counted.add(blind);
      const list = sortedList(part);
      if (list) sorted.add(list);
      if (part.class === 'FUNCTION' && !counted.has(part))
        this.#aggregate(part, select, source, sorted.has(part));
      if (part.class === 'WINDOW') this.#window(part, select, source);
    }
    this.#cut(select, source);
  }

  #aggregate(call: SqlNode, select: SqlNode, source: Source, isSorted: boolean): void {
    const name = functionName(call) ?? '';
    const kind = this.#sensitivity(call);
    const ofGroups = this.#orders.ofGroups(select, source);
    this.#setting(call, source.closed(ofGroups), source);
    if (kind === 'free') return;
    const [first, second] = nodes(call.children);
    const taken = kind === 'extreme' ? nodes([first]) : nodes(call.children);
    const order = isNode(call.order_bys) ? orderExpressions(call.order_bys.orders) : [];
    if (kind === 'extreme' && second) order.push(...members(second));
    if (isSorted) order.push(...taken);
    // Of one set of several what is grouped by is NULL, but the rows of a group agree in no less.
    const keys = source.closed(together(this.#orders.of(order, source), ofGroups));
    // Where all its columns are those of a surrounding query, it takes the rows of that one.
    const isOwn = source.owns(call);
    const areDecided = (by: Keys) => taken.every((argument) => isDecided(argument, by, source, isOwn));
    if (kind !== 'refused' && areDecided(keys)) return;
    const isInexact = kind !== 'refused' && areDecided(source.closed(asExact(keys)));
    if (isInexact) this.#refuse(call, inexactSentence(`${name}()`));
    else this.#refuse(call, remedy(name), callAdvice(call, kind));
  }

  /** `keys`: what the rows agree in that the call is over. */
  #setting(call: SqlNode, keys: Keys, source: Source): void {
    const setting = settingOf(call);
    if (setting && !isDecided(setting, keys, source, false)) this.#refuse(call, unsettled(call));
  }

  #sensitivity(call: SqlNode): Sensitivity {
    return this.#exactCalls.has(call) ? 'free' : sensitivity(functionName(call) ?? '', this.#aggregates);
  }

  #window(call: SqlNode, select: SqlNode, source: Source): void {
    const name = functionName(call) ?? '';
    const kind = windowSensitivity(call, this.#sensitivity(call));
    const within = this.#orders.of(nodes(call.partitions), source);
    this.#setting(call, this.#orders.ofResult(select, within, source), source);
    if (kind === 'free') return;
    if (kind === 'refused') {
      this.#refuse(call, remedy(name), callAdvice(call, kind));
      return;
    }
    const asked = [...nodes(call.partitions), ...orderExpressions(call.orders)];
    const keys = this.#orders.of(asked, source);
    const missing = this.#undecided(call, select, source, keys);
    if (missing.length === 0) return;
    const areDecided = (by: Keys) => this.#undecided(call, select, source, by).length === 0;
    const added = (terms: readonly SqlNode[]) => together(keys, this.#orders.of(terms, source));
    const found = shortest(additions(select, source), (terms) =>
      areDecided(added(terms.map(({ node }) => node))),
    );
    const less = found && found.length < missing.length ? found.map(({ text }) => text) : missing;
    const isInexact = areDecided(asExact(keys));
    const said = `${name}() OVER (…) is not deterministic where rows tie in its ORDER BY`;
    const plain = shortest(source.columnTerms(), (terms) => areDecided(asExact(added(terms))));
    const to = [...expressions([select.select_list, select.qualify, select.modifiers])].filter(
      (part) => part.class === 'WINDOW' && specification(part) === specification(call),
    );
    this.#refuse(
      call,
      isInexact ? inexactSentence(`${name}() OVER (…)`) : `${said}: also order by ${less.join(', ')}`,
      {
        said: isInexact ? inexact(`${name}() OVER (…)`) : said,
        remedies: [found?.map(({ node }) => node), plain]
          .filter((by): by is readonly SqlNode[] => by !== undefined && by.length > 0)
          .toSorted((a, b) => a.length - b.length)
          .map((by) => ({ kind: 'order', to, by })),
        otherwise: isInexact
          ? 'order by exact values, such as CAST(x AS DECIMAL(38, 9)), or also by a key of the tables'
          : 'also order by what distinguishes its rows, such as a key of the tables',
        ...remark(source),
      },
    );
  }

  /** What a window's order lacks; [] if no rows tie, or if tied rows are identical in everything the SELECT takes from them. */
  #undecided(call: SqlNode, select: SqlNode, source: Source, own: Keys): string[] {
    if (isOneRow(select, source)) return [];
    const keys = this.#orders.ofResult(select, own, source);
    if (hasGroups(select)) {
      if (groupIdents(select, source) === undefined)
        return ['the columns that it groups by, listed explicitly in GROUP BY'];
      return nodes(select.group_expressions)
        .filter((group) => !isToldApart(group, keys, source))
        .map(sqlText);
    }
    if (source.isIdentifiedBy(keys.all)) return [];
    const others = [...expressions([select.select_list, select.qualify, select.modifiers])].filter(
      (part) => part.class === 'WINDOW' && specification(part) !== specification(call),
    );
    if (others.some((other) => windowSensitivity(other, this.#sensitivity(other)) !== 'free'))
      return ['a key of the table, because several windows with different orders need one'];
    return source.beyond(
      [select.select_list, select.qualify, cutKeys(select)].map((part) => withoutOrder(part, call)),
      keys.exact,
    );
  }

  #cut(select: SqlNode, source: Source): void {
    const cut = cutOf(select);
    if (cut === undefined || this.#askedForRows.has(select) || isOneRow(select, source)) return;
    const problem = cutProblem(select, source, this.#orders);
    if (problem === undefined) return;
    const isUnordered = orderOf(select).length === 0;
    const bys = [...(isUnordered ? [[COLUMNS_STAR]] : []), ...(problem.by ? [problem.by] : [])];
    const orders = bys.map((by) => ({ kind: 'order' as const, to: [select], by }));
    const said = isUnordered
      ? `${cut.word} without ORDER BY takes arbitrary rows`
      : `${cut.word} takes an arbitrary one of the rows that tie in its ORDER BY`;
    this.#refuseCut(cut, problem, {
      said,
      remedies: isDistinct(select) ? [...orders, { kind: 'all', of: select }] : orders,
      otherwise:
        'order by all that it groups by, by a key of its tables, or by all that it returns, in which each quotient and other DOUBLE is returned as CAST(x AS DECIMAL(38, 9))',
      ...remark(source),
    });
  }

  #setOperation(node: SqlNode, scope: Scope): void {
    const cut = cutOf(node);
    if (cut === undefined || this.#askedForRows.has(node)) return;
    const problem = combinedCutProblem(node, this.#orders, scope);
    if (problem === undefined) return;
    const by = problem.by ? [{ kind: 'order' as const, to: [node], by: problem.by }] : [];
    const kind = orderOf(node).length === 0 ? 'all' : 'around';
    this.#refuseCut(cut, problem, {
      said: `${cut.word} after UNION, EXCEPT or INTERSECT takes an arbitrary one of the tied rows`,
      remedies: [...by, { kind, of: node }],
      otherwise: 'write ORDER BY ALL',
    });
  }

  #refuseCut(
    { word, node }: { readonly word: string; readonly node: SqlNode },
    problem: NonNullable<CutProblem>,
    advice: Advice,
  ): void {
    if (problem.isInexact) this.#refuse(node, inexactSentence(word), { ...advice, said: inexact(word) });
    else this.#refuse(node, `${word} ${problem.text}`, advice);
  }

  #join(join: SqlNode, scope: Scope): void {
    const tied = join.ref_type === 'ASOF' ? asofTies(join, scope) : undefined;
    if (tied !== undefined) this.#refuse(join, tied);
  }

  /** The grouping of a PIVOT is not in the tree, so an order within its aggregates proves nothing. */
  #pivot(pivot: SqlNode): void {
    for (const part of expressions(pivot.aggregates)) {
      const name = functionName(part) ?? '';
      const kind = this.#sensitivity(part);
      const otherwise = 'compute it in a subquery with GROUP BY, and PIVOT that with max()';
      if (kind !== 'free') this.#refuse(part, remedy(name), { ...callAdvice(part, kind), otherwise });
      const setting = settingOf(part);
      const isConstant = ({ class: of }: SqlNode) => /^(CONSTANT|FUNCTION)$/.test(String(of));
      if (!expressions(setting).every(isConstant)) this.#refuse(part, unsettled(part));
    }
  }

  #refuse(node: SqlNode, problem: string, advice?: Advice): void {
    this.problems.push({ problem, offset: offsetOf(node), ...(advice === undefined ? {} : { advice }) });
  }
}

function remark(source: Source): { readonly also?: string } {
  const also = source.fileKeyRemark();
  return also === undefined ? {} : { also };
}
