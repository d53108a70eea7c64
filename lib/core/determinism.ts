// Whether a SELECT gives the same rows for the same rows, whatever their order, the engine's threads and its memory: proved
// from the parse tree, or refused with what to write instead. Ties are what it is about. LIMIT, windows and some aggregates
// take one of several rows; only an order that tells all rows apart says which, unless the tied rows are alike.
import { remedy, sensitivity, windowSensitivity } from './order-sensitivity.ts';
import {
  cutOf,
  isAll,
  members,
  orderExpressions,
  orderOf,
  specification,
  sqlText,
  withoutOrder,
} from './ordering.ts';
import {
  groupIdents,
  hasGroups,
  isDistinct,
  isUnnest,
  type Scope,
  Source,
  withCtes,
} from './row-identity.ts';
import {
  definedCtes,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  offsetOf,
  type SqlNode,
  type SqlProblem,
} from './sql-tree.ts';

/** `tables`: what the SELECT reads. `aggregates`: the engine's. All names in lower case. */
export type Known = { readonly tables: Scope; readonly aggregates: ReadonlySet<string> };

export function orderProblems(statement: unknown, known: Known): SqlProblem[] {
  const judge = new Judge(known.aggregates);
  judge.visit(statement, known.tables);
  return judge.problems;
}

const NOTHING_KNOWN = { columns: undefined, key: undefined };

class Judge {
  readonly problems: SqlProblem[] = [];
  readonly #aggregates: ReadonlySet<string>;
  constructor(aggregates: ReadonlySet<string>) {
    this.#aggregates = aggregates;
  }

  visit(value: unknown, outer: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, outer);
    if (!isNode(value) || value.class === 'CONSTANT') return;
    const scope = this.#scopeWithin(value, outer);
    if (value.type === 'SELECT_NODE') this.#select(value, new Source(value, scope));
    else if (value.type === 'SET_OPERATION_NODE') this.#setOperation(value);
    else if (value.type === 'JOIN') this.#join(value, scope);
    else if (value.type === 'PIVOT') this.#pivot(value);
    else if (value.class === 'POSITIONAL_REFERENCE')
      this.#refuse(value, `#${value.index} names a column by its place: write its name`);
    else if (value.class === 'COLLATE')
      this.#refuse(value, 'COLLATE makes unlike texts equal, and any of them may stay: compare lower(x)');
    else if (value.type === 'RECURSIVE_CTE_NODE' && nodes(value.key_targets).length > 0)
      this.#refuse(value, 'USING KEY keeps any of several rows: leave it out');
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
    for (const part of expressions(Object.values(parts))) {
      if (part.class === 'FUNCTION') this.#aggregate(part, select, source);
      if (part.class === 'WINDOW') this.#window(part, select, source);
    }
    this.#cut(select, source);
  }

  #aggregate(call: SqlNode, select: SqlNode, source: Source): void {
    const name = functionName(call) ?? '';
    const kind = sensitivity(name, this.#aggregates);
    if (kind === 'free') return;
    const [first, second] = nodes(call.children);
    const order = isNode(call.order_bys) ? orderExpressions(call.order_bys.orders) : [];
    if (kind === 'extreme' && second) order.push(...members(second));
    const idents = new Set(order.map((expression) => source.ident(expression)));
    for (const group of groupIdents(select, source) ?? []) idents.add(group);
    const taken = kind === 'extreme' ? [first] : nodes(call.children);
    if (kind === 'refused' || !taken.every((argument) => isDecided(argument, idents, source)))
      this.#refuse(call, remedy(name));
  }

  #window(call: SqlNode, select: SqlNode, source: Source): void {
    const name = functionName(call) ?? '';
    const kind = windowSensitivity(call, this.#aggregates);
    if (kind === 'free') return;
    const missing = kind === 'refused' ? [] : this.#undecided(call, select, source);
    if (kind === 'refused') this.#refuse(call, remedy(name));
    else if (missing.length > 0)
      this.#refuse(
        call,
        `${name}() OVER (…) is not deterministic where rows tie in its ORDER BY: let it tell them apart, by ${missing.join(', ')} too`,
      );
  }

  /** What a window's order lacks; [] where no rows tie, or those that do are alike in all that the SELECT takes from them. */
  #undecided(call: SqlNode, select: SqlNode, source: Source): string[] {
    const order = [...nodes(call.partitions), ...orderExpressions(call.orders)];
    const idents = new Set(order.map((expression) => source.ident(expression)));
    if (hasGroups(select)) {
      const groups = groupIdents(select, source);
      if (groups === undefined) return ['the columns that it groups by, named in GROUP BY one by one'];
      return nodes(select.group_expressions)
        .filter((group) => !isDecided(group, idents, source, 'group'))
        .map(sqlText);
    }
    if (source.isIdentifiedBy(idents)) return [];
    const others = [...expressions([select.select_list, select.qualify, select.modifiers])].filter(
      (part) => part.class === 'WINDOW' && specification(part) !== specification(call),
    );
    if (others.some((other) => windowSensitivity(other, this.#aggregates) !== 'free'))
      return ['a key of the table, as several windows of different orders need one'];
    return source.beyond(
      [withoutOrder(select.select_list, call), withoutOrder(select.qualify, call)],
      idents,
    );
  }

  /** LIMIT, OFFSET and DISTINCT ON keep the first rows of an order. */
  #cut(select: SqlNode, source: Source): void {
    const cut = cutOf(select);
    const problem = cut && this.#cutProblem(select, source);
    if (problem !== undefined) this.#refuse(cut?.node ?? select, `${cut?.word} ${problem}`);
  }

  #cutProblem(select: SqlNode, source: Source): string | undefined {
    const order = orderOf(select);
    if (order.some(isAll)) return undefined;
    if (order.length === 0) return 'without ORDER BY takes any rows: add ORDER BY ALL';
    const idents = new Set(order.map((expression) => source.ident(expression, 'order')));
    const items = nodes(select.select_list);
    const selected = new Set(items.map((item) => source.ident(item)));
    if (isDistinct(select) && ![...idents].every((ident) => selected.has(ident)))
      return 'of a SELECT DISTINCT takes any rows where ORDER BY names what it does not return: write ORDER BY ALL';
    const isMultiplied = items.some((item) => [...expressions(item)].some(isUnnest));
    if (!isMultiplied && !isDistinct(select) && this.#isOnePerRow(select, source, idents)) return undefined;
    const missing = items.filter((item) => !this.#isOrdered(item, source, idents));
    if (missing.length === 0) return undefined;
    return `takes any of the rows that tie in its ORDER BY: let ORDER BY name all that the SELECT returns (${missing.map(sqlText).join(', ')} too), or all that it groups by, or a key of its tables`;
  }

  #isOnePerRow(select: SqlNode, source: Source, idents: ReadonlySet<string>): boolean {
    if (!hasGroups(select)) return source.isIdentifiedBy(idents);
    const isGrouped = groupIdents(select, source) !== undefined;
    return (
      isGrouped && nodes(select.group_expressions).every((group) => isDecided(group, idents, source, 'group'))
    );
  }

  #isOrdered(item: SqlNode, source: Source, idents: ReadonlySet<string>): boolean {
    if (idents.has(source.ident(item))) return true;
    const isComputed = [...expressions(item)].some(
      (part) => part.class === 'WINDOW' || isUnnest(part) || this.#aggregates.has(functionName(part) ?? ''),
    );
    return !isComputed && source.beyond(item, idents).length === 0;
  }

  #setOperation(node: SqlNode): void {
    const cut = cutOf(node);
    if (cut && !orderOf(node).some(isAll))
      this.#refuse(
        cut.node,
        `${cut.word} after UNION, EXCEPT or INTERSECT takes any of the rows that tie: write ORDER BY ALL`,
      );
  }

  #join(join: SqlNode, scope: Scope): void {
    if (join.ref_type === 'POSITIONAL')
      this.#refuse(
        join,
        'a POSITIONAL JOIN pairs rows by their order, and tables have none: join ON columns',
      );
    if (join.ref_type !== 'ASOF') return;
    const both = new Source({ from_table: join, select_list: [] }, scope);
    const right = new Source({ from_table: join.right, select_list: [] }, scope);
    const using = (Array.isArray(join.using_columns) ? join.using_columns : []).map(lower);
    const named = [...expressions(join.condition)].map((expression) => both.ident(expression));
    const columns = right.leaves.flatMap(({ alias }) => using.map((column) => `${alias}.${column}`));
    if (!right.isIdentifiedBy(new Set([...named, ...columns])))
      this.#refuse(
        join,
        'an ASOF JOIN takes any of the right rows that tie: let its condition name a whole key of the right side (of an upsert dataset, of an insight, or what a subquery groups by)',
      );
  }

  /** What a PIVOT groups by is not in the tree, so an order within its aggregates proves nothing. */
  #pivot(pivot: SqlNode): void {
    for (const part of expressions(pivot.aggregates)) {
      const name = functionName(part) ?? '';
      if (sensitivity(name, this.#aggregates) !== 'free') this.#refuse(part, remedy(name));
    }
  }

  #refuse(node: SqlNode, problem: string): void {
    this.problems.push({ problem, offset: offsetOf(node) });
  }
}

/** True where rows that agree in `idents` agree in the expression. */
function isDecided(
  expression: SqlNode | undefined,
  idents: ReadonlySet<string>,
  source: Source,
  clause: 'row' | 'group' = 'row',
): boolean {
  if (expression === undefined || idents.has(source.ident(expression, clause))) return true;
  const meant = source.selected(expression, clause) ?? expression;
  return source.beyond(meant, idents).length === 0 || source.isIdentifiedBy(idents);
}
