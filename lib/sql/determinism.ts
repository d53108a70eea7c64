// Proves from the parse tree that a SELECT returns the same rows for the same input, independent of row order, threads and
// memory, or refuses it with what to write instead. The problem is ties: LIMIT, windows and some aggregates take one of
// several rows. Only an order that distinguishes all rows determines which one, unless the tied rows are identical.

import { callAdvice } from './call-advice.ts';
import { groupIdents, isOneRow, type Scope, Source, withCtes } from './key-inference.ts';
import {
  cutKeys,
  cutOf,
  isAll,
  members,
  orderExpressions,
  orderOf,
  sortedList,
  specification,
  sqlText,
  withoutOrder,
} from './order-clauses.ts';
import { inexact, inexactSentence, remedy, sensitivity, windowSensitivity } from './order-sensitivity.ts';
import { type Advice, type AdvisedProblem, fewest, returnedTerms, shortest } from './remedies.ts';
import { isDecided, isToldApart, type Keys } from './row-keys.ts';
import { hasGroups, isDistinct, isUnnest } from './select-shape.ts';
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
 * expression, or of all results of a query, are identical. Absent: they always are.
 */
export type Known = {
  readonly tables: Scope;
  readonly aggregates: ReadonlySet<string>;
  readonly isExact?: (node: SqlNode) => boolean;
};

export function orderProblems(statement: unknown, known: Known): AdvisedProblem[] {
  const judge = new Judge(known);
  judge.visit(statement, known.tables);
  return judge.problems;
}

const NOTHING_KNOWN = { columns: undefined, key: undefined };

class Judge {
  readonly problems: AdvisedProblem[] = [];
  readonly #aggregates: ReadonlySet<string>;
  readonly #isExact: (node: SqlNode) => boolean;
  /** Queries of which only whether they have a row matters. */
  readonly #askedForRows = new Set<unknown>();
  constructor({ aggregates, isExact = () => true }: Known) {
    this.#aggregates = aggregates;
    this.#isExact = isExact;
  }

  visit(value: unknown, outer: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, outer);
    if (!isNode(value) || value.class === 'CONSTANT') return;
    const scope = this.#scopeWithin(value, outer);
    if (value.subquery_type === 'EXISTS' && isNode(value.subquery))
      this.#askedForRows.add(value.subquery.node);
    if (value.type === 'SELECT_NODE') this.#select(value, new Source(value, scope));
    else if (value.type === 'SET_OPERATION_NODE') this.#setOperation(value);
    else if (value.type === 'JOIN') this.#join(value, scope);
    else if (value.type === 'PIVOT') this.#pivot(value);
    else if (value.class === 'POSITIONAL_REFERENCE')
      this.#refuse(value, `#${value.index} refers to a column by position: write its name`);
    else if (value.class === 'COLLATE')
      this.#refuse(
        value,
        'COLLATE makes different texts equal, and any of them may be kept: compare lower(x)',
      );
    else if (value.type === 'RECURSIVE_CTE_NODE' && nodes(value.key_targets).length > 0)
      this.#refuse(value, 'USING KEY keeps an arbitrary one of several rows: remove it');
    for (const [name, child] of Object.entries(value)) if (name !== 'cte_map') this.visit(child, scope);
  }

  #scopeWithin(node: SqlNode, outer: Scope): Scope {
    const defined = withCtes(node, outer);
    const seen = new Map(outer);
    for (const { name, query } of definedCtes(node)) {
      this.visit(query, new Map(seen));
      seen.set(name, defined.get(name) ?? NOTHING_KNOWN);
    }
    if (node.type === 'RECURSIVE_CTE_NODE') seen.set(lower(node.cte_name), NOTHING_KNOWN);
    return seen;
  }

  #select(select: SqlNode, source: Source): void {
    const { from_table: _, cte_map: __, ...parts } = select;
    const sorted = new Set<SqlNode>();
    for (const part of expressions(Object.values(parts))) {
      const list = sortedList(part);
      if (list) sorted.add(list);
      if (part.class === 'FUNCTION') this.#aggregate(part, select, source, sorted.has(part));
      if (part.class === 'WINDOW') this.#window(part, select, source);
    }
    this.#cut(select, source);
  }

  #keys(expressions: readonly SqlNode[], source: Source, clause?: 'order'): Keys {
    const keys = { all: new Set<string>(), exact: new Set<string>() };
    for (const expression of expressions) {
      const ident = source.ident(expression, clause);
      keys.all.add(ident);
      if (this.#isExact(expression)) keys.exact.add(ident);
    }
    return keys;
  }

  /** For ORDER BY ALL. */
  #allKeys(select: SqlNode, source: Source): Keys {
    const items = nodes(select.select_list);
    const columns = items.some(({ class: kind }) => kind === 'STAR') ? source.columnIdents() : [];
    return { all: new Set([...items.map((item) => source.ident(item)), ...columns]), exact: new Set() };
  }

  #groupKeys(select: SqlNode, source: Source): Keys | undefined {
    const all = groupIdents(select, source);
    if (all === undefined) return undefined;
    const exact = nodes(select.group_expressions).filter((group) => this.#isExact(group));
    return { all, exact: new Set(exact.map((group) => source.ident(group, 'group'))) };
  }

  #aggregate(call: SqlNode, select: SqlNode, source: Source, isSorted: boolean): void {
    const name = functionName(call) ?? '';
    const kind = sensitivity(name, this.#aggregates);
    if (kind === 'free') return;
    const [first, second] = nodes(call.children);
    const taken = kind === 'extreme' ? nodes([first]) : nodes(call.children);
    const order = isNode(call.order_bys) ? orderExpressions(call.order_bys.orders) : [];
    if (kind === 'extreme' && second) order.push(...members(second));
    if (isSorted) order.push(...taken);
    const own = this.#keys(order, source);
    const groups = this.#groupKeys(select, source);
    const keys = {
      all: new Set([...own.all, ...(groups?.all ?? [])]),
      exact: new Set([...own.exact, ...(groups?.exact ?? [])]),
    };
    // Where all its columns are those of a surrounding query, it takes the rows of that one.
    const isOwn = source.owns(call);
    const areDecided = (by: Keys) => taken.every((argument) => isDecided(argument, by, source, isOwn));
    if (kind !== 'refused' && areDecided(keys)) return;
    const wouldDo = { all: keys.all, exact: keys.all };
    const isInexact = kind !== 'refused' && areDecided(wouldDo);
    if (isInexact) this.#refuse(call, inexactSentence(`${name}()`));
    else this.#refuse(call, remedy(name), callAdvice(call, kind));
  }

  #window(call: SqlNode, select: SqlNode, source: Source): void {
    const name = functionName(call) ?? '';
    const kind = windowSensitivity(call, this.#aggregates);
    if (kind === 'free') return;
    if (kind === 'refused') {
      this.#refuse(call, remedy(name), callAdvice(call, kind));
      return;
    }
    const order = [...nodes(call.partitions), ...orderExpressions(call.orders)];
    const keys = this.#keys(order, source);
    const missing = this.#undecided(call, select, source, keys);
    if (missing.length === 0) return;
    const undecided = (added: readonly SqlNode[]) =>
      this.#undecided(call, select, source, this.#likelyKeys([...order, ...added], source));
    const said = `${name}() OVER (…) is not deterministic where rows tie in its ORDER BY`;
    const isInexact = undecided([]).length === 0;
    const problem = isInexact
      ? inexactSentence(`${name}() OVER (…)`)
      : `${said}: also order by ${missing.join(', ')}`;
    const terms = [nodes(select.group_expressions), source.keyTerms(), source.columnTerms()];
    const passing = terms.map((some) => fewest(some, (added) => undecided(added).length === 0));
    const to = [...expressions([select.select_list, select.qualify, select.modifiers])].filter(
      (part) => part.class === 'WINDOW' && specification(part) === specification(call),
    );
    this.#refuse(call, problem, {
      said: isInexact ? inexact(`${name}() OVER (…)`) : said,
      remedies: shortest(passing).map((by) => ({ kind: 'order', to, by })),
      otherwise: isInexact
        ? 'order by exact values, such as CAST(x AS DECIMAL(38, 9)), or also by a key of the tables'
        : 'also order by what distinguishes its rows, such as a key of the tables',
      ...remark(source),
    });
  }

  /** Those of an order that is not written yet, whose values are taken to be exact. */
  #likelyKeys(expressions: readonly SqlNode[], source: Source, clause?: 'order'): Keys {
    const { all } = this.#keys(expressions, source, clause);
    return { all, exact: all };
  }

  /** What a window's order lacks; [] if no rows tie, or if tied rows are identical in everything the SELECT takes from them. */
  #undecided(call: SqlNode, select: SqlNode, source: Source, keys: Keys): string[] {
    if (isOneRow(select, source)) return [];
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
    if (others.some((other) => windowSensitivity(other, this.#aggregates) !== 'free'))
      return ['a key of the table, because several windows with different orders need one'];
    return source.beyond(
      [select.select_list, select.qualify, cutKeys(select)].map((part) => withoutOrder(part, call)),
      keys.exact,
    );
  }

  /** LIMIT, OFFSET and DISTINCT ON keep the first rows in an order. */
  #cut(select: SqlNode, source: Source): void {
    const cut = cutOf(select);
    if (cut === undefined || this.#askedForRows.has(select) || isOneRow(select, source)) return;
    const order = orderOf(select);
    // Everything that is returned: rows that agree in it are identical, or at least equal.
    const isAllOrdered = order.some(isAll);
    const keys = isAllOrdered ? this.#allKeys(select, source) : this.#keys(order, source, 'order');
    if (isAllOrdered && (this.#isExact(select) || this.#isOnePerRow(select, source, keys))) return;
    const problem = isAllOrdered ? undefined : this.#cutProblem(select, source, order, keys);
    const wouldDo = { all: keys.all, exact: keys.all };
    const isInexact = isAllOrdered || (problem && !this.#cutProblem(select, source, order, wouldDo));
    const advice = this.#cutAdvice(select, source, cut.word);
    if (isInexact) this.#refuse(cut.node, inexactSentence(cut.word), { ...advice, said: inexact(cut.word) });
    else if (problem !== undefined) this.#refuse(cut.node, `${cut.word} ${problem}`, advice);
  }

  #cutAdvice(select: SqlNode, source: Source, word: string): Advice {
    const order = orderOf(select).filter((expression) => !isAll(expression));
    const passes = (added: readonly SqlNode[]) => {
      const by = [...order, ...added];
      const keys = this.#likelyKeys(by, source, 'order');
      return added.some(isAll) || this.#cutProblem(select, source, by, keys) === undefined;
    };
    const returned = returnedTerms(select);
    const terms = [
      returned,
      ...(isDistinct(select) ? [] : [nodes(select.group_expressions), source.keyTerms()]),
    ];
    const isUnordered = orderOf(select).length === 0;
    const found = shortest(terms.map((some) => fewest(some, passes)));
    const by = isUnordered ? [[COLUMNS_STAR], ...found] : found;
    const orders = by.map((added) => ({ kind: 'order' as const, to: [select], by: added }));
    return {
      said: isUnordered
        ? `${word} without ORDER BY takes arbitrary rows`
        : `${word} takes an arbitrary one of the rows that tie in its ORDER BY`,
      remedies: isDistinct(select) ? [...orders, { kind: 'all', of: select }] : orders,
      otherwise:
        'order by all that it groups by, by a key of its tables, or by all that it returns, in which each quotient and other DOUBLE is returned as CAST(x AS DECIMAL(38, 9))',
      ...remark(source),
    };
  }

  #cutProblem(select: SqlNode, source: Source, order: readonly SqlNode[], keys: Keys): string | undefined {
    if (!isDistinct(select) && this.#isOnePerRow(select, source, keys)) return undefined;
    if (order.length === 0) return 'without ORDER BY takes arbitrary rows: add ORDER BY ALL';
    const items = nodes(select.select_list);
    const selected = new Set(items.map((item) => source.ident(item)));
    if (isDistinct(select) && ![...keys.all].every((ident) => selected.has(ident)))
      return 'of a SELECT DISTINCT takes arbitrary rows if ORDER BY contains something that it does not return: write ORDER BY ALL';
    const missing = items.filter((item) => !this.#isOrdered(item, source, keys));
    if (missing.length === 0) return undefined;
    return `takes an arbitrary one of the rows that tie in its ORDER BY: order by everything that the SELECT returns (add ${missing.map(sqlText).join(', ')}), by everything that it groups by, or by a key of its tables`;
  }

  #isOnePerRow(select: SqlNode, source: Source, keys: Keys): boolean {
    if ([...expressions(select.select_list)].some(isUnnest)) return false;
    if (!hasGroups(select)) return source.isIdentifiedBy(keys.all);
    const isGrouped = groupIdents(select, source) !== undefined;
    return isGrouped && nodes(select.group_expressions).every((group) => isToldApart(group, keys, source));
  }

  #isOrdered(item: SqlNode, source: Source, { exact }: Keys): boolean {
    if (exact.has(source.ident(item))) return true;
    const isComputed = [...expressions(item)].some(
      (part) => part.class === 'WINDOW' || isUnnest(part) || this.#aggregates.has(functionName(part) ?? ''),
    );
    return !isComputed && source.beyond(item, exact).length === 0;
  }

  #setOperation(node: SqlNode): void {
    const cut = cutOf(node);
    if (cut === undefined || this.#askedForRows.has(node)) return;
    const said = `${cut.word} after UNION, EXCEPT or INTERSECT takes an arbitrary one of the tied rows`;
    const otherwise = 'write ORDER BY ALL';
    const kind = orderOf(node).length === 0 ? 'all' : 'around';
    if (!orderOf(node).some(isAll))
      this.#refuse(cut.node, `${said}: ${otherwise}`, { said, remedies: [{ kind, of: node }], otherwise });
    else if (!this.#isExact(node)) this.#refuse(cut.node, inexactSentence(cut.word));
  }

  #join(join: SqlNode, scope: Scope): void {
    if (join.ref_type === 'POSITIONAL')
      this.#refuse(
        join,
        'a POSITIONAL JOIN pairs rows by their order, but tables have no order: join ON columns',
      );
    if (join.ref_type !== 'ASOF') return;
    const both = new Source({ from_table: join, select_list: [] }, scope);
    const right = new Source({ from_table: join.right, select_list: [] }, scope);
    const using = (Array.isArray(join.using_columns) ? join.using_columns : []).map(lower);
    const named = [...expressions(join.condition)].map((expression) => both.ident(expression));
    const columns = right.leaves.flatMap(({ alias }) => using.map((column) => `${alias}.${column}`));
    if (right.isIdentifiedBy(new Set([...named, ...columns]))) return;
    const also = right.fileKeyRemark();
    const compared = [
      ...using,
      ...right.leaves.flatMap(({ alias }) =>
        named.flatMap((ident) => (ident.startsWith(`${alias}.`) ? [ident.slice(alias.length + 1)] : [])),
      ),
    ].join(', ');
    this.#refuse(
      join,
      `an ASOF JOIN takes an arbitrary one of the tied rows on the right side: use a whole key of the right side in its condition, of an upsert dataset or of an insight, or join a subquery that is grouped by what is compared${compared === '' ? '' : `: (SELECT ${compared}, … FROM … GROUP BY ${compared})`}${also === undefined ? '' : `. ${also}`}`,
    );
  }

  /** The grouping of a PIVOT is not in the tree, so an order within its aggregates proves nothing. */
  #pivot(pivot: SqlNode): void {
    for (const part of expressions(pivot.aggregates)) {
      const name = functionName(part) ?? '';
      const kind = sensitivity(name, this.#aggregates);
      const otherwise = 'compute it in a subquery with GROUP BY, and PIVOT that with max()';
      if (kind !== 'free') this.#refuse(part, remedy(name), { ...callAdvice(part, kind), otherwise });
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
