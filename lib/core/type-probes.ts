// The expressions a query orders and groups by, as separate queries whose last columns are these expressions: DuckDB's plan
// shows for each whether equal values are identical (plan-values.ts). The proof in determinism.ts uses the same nodes.

import { isAll, members, orderExpressions, orderOf, sortedList } from '../sql/order-clauses.ts';
import { hasGroups } from '../sql/select-shape.ts';
import {
  COLUMNS_STAR,
  columnNames,
  definedCtes,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  type SqlNode,
  selectOf,
} from '../sql/sql-tree.ts';

export type TypeProbe = {
  /** A query node at its position. */
  readonly query: SqlNode;
  /** The query, with the CTEs in scope at its position. */
  readonly within: (query: SqlNode) => SqlNode;
  /** The nodes of its last columns; undefined if the whole of `of` is probed. */
  readonly asks?: readonly SqlNode[];
  readonly of: SqlNode;
};

/** `aggregates`: DuckDB's, in lower case. */
export function typeProbes(statement: unknown, aggregates: ReadonlySet<string>): TypeProbe[] {
  const walk = new Walk(aggregates);
  walk.visit(statement, (query) => query);
  return walk.probes;
}

/** If DuckDB does not accept them together: each one in its possible meanings, the most likely first. */
export function oneByOne({ query, within, asks = [], of }: TypeProbe): TypeProbe[][] {
  const kept = nodes(query.select_list).slice(0, -asks.length);
  const asked = nodes(query.select_list).slice(-asks.length);
  return asks.map((ask, i) => {
    const item = asked[i] ?? ask;
    const lists = [[...kept, item], [item], [unnamed(byAlias(ask, of) ?? item)]];
    return lists.map((list) => ({ query: { ...query, select_list: list }, within, asks: [ask], of }));
  });
}

type Within = TypeProbe['within'];

class Walk {
  readonly probes: TypeProbe[] = [];
  readonly #aggregates: ReadonlySet<string>;
  constructor(aggregates: ReadonlySet<string>) {
    this.#aggregates = aggregates;
  }

  visit(value: unknown, within: Within): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, within);
    if (!isNode(value) || value.class === 'CONSTANT') return;
    const inner = this.#ctes(value, within);
    if (value.type === 'SELECT_NODE') this.#select(value, within);
    else if (value.type === 'SET_OPERATION_NODE' && orderOf(value).some(isAll))
      this.probes.push({ query: { ...value, modifiers: [] }, within, of: value });
    for (const [name, child] of Object.entries(value)) if (name !== 'cte_map') this.visit(child, inner);
  }

  /** A CTE sees those before it. */
  #ctes(node: SqlNode, within: Within): Within {
    const entries = isNode(node.cte_map) ? nodes(node.cte_map.map) : [];
    for (const [i, { query }] of definedCtes(node).entries())
      this.visit(query, (inner) => within(withCtes(inner, entries.slice(0, i))));
    return entries.length === 0 ? within : (inner) => within(withCtes(inner, entries));
  }

  #select(select: SqlNode, within: Within): void {
    const { ofRows, ofResult } = this.#asked(select);
    const { was_by_all: _, ...own } = select;
    const plain = { ...own, modifiers: [], qualify: null, where_clause: null, sample: null };
    const ungrouped = {
      ...plain,
      group_expressions: [],
      group_sets: [],
      having: null,
      aggregate_handling: 'STANDARD_HANDLING',
      ...(this.#isGrouped(select) ? { select_list: [] } : {}),
    };
    if (orderOf(select).some(isAll)) this.probes.push({ query: plain, within, of: select });
    const order = new Set(orderOf(select));
    const ask = (base: SqlNode, asks: readonly SqlNode[]) => {
      const items = asks.map((node) =>
        unnamed(byPlace(node, select) ?? (order.has(node) ? byAlias(node, select) : undefined) ?? node),
      );
      const query = { ...base, select_list: [...nodes(base.select_list), ...items] };
      if (asks.length > 0) this.probes.push({ query, within, asks, of: select });
    };
    ask(ungrouped, ofRows);
    ask(plain, ofResult);
  }

  /** `ofRows`: over the source's rows, within aggregates and for GROUP BY; `ofResult`: over the SELECT's result. */
  #asked(select: SqlNode): { ofRows: SqlNode[]; ofResult: SqlNode[] } {
    const { from_table: _, cte_map: __, ...parts } = select;
    const ofRows = nodes(select.group_expressions);
    const ofResult = orderOf(select).filter((expression) => !isAll(expression));
    for (const part of expressions(Object.values(parts))) {
      if (part.class === 'WINDOW') ofResult.push(...nodes(part.partitions), ...orderExpressions(part.orders));
      if (part.class !== 'FUNCTION') continue;
      if (isNode(part.order_bys)) ofRows.push(...orderExpressions(part.order_bys.orders));
      const [, second] = nodes(part.children);
      if (second && /min|max/.test(functionName(part) ?? '')) ofRows.push(...members(second));
      ofRows.push(...nodes(sortedList(part)?.children));
    }
    return { ofRows, ofResult };
  }

  #isGrouped(select: SqlNode): boolean {
    const parts = [...expressions([select.select_list, select.having])];
    return (
      hasGroups(select) ||
      parts.some((part) => part.class === 'FUNCTION' && this.#aggregates.has(functionName(part) ?? ''))
    );
  }
}

/** `2` in GROUP BY and ORDER BY is the second item. */
function byPlace(expression: SqlNode, select: SqlNode): SqlNode | undefined {
  const value =
    expression.class === 'CONSTANT' && isNode(expression.value) ? expression.value.value : undefined;
  return typeof value === 'number' ? nodes(select.select_list)[value - 1] : undefined;
}

function byAlias(expression: SqlNode, select: SqlNode): SqlNode | undefined {
  const [name, ...more] = columnNames(expression) ?? [];
  return more.length > 0
    ? undefined
    : nodes(select.select_list).find(({ alias }) => alias !== '' && lower(alias) === name);
}

function unnamed(expression: SqlNode): SqlNode {
  return { ...expression, alias: '' };
}

function withCtes(query: SqlNode, entries: readonly SqlNode[]): SqlNode {
  if (entries.length === 0) return query;
  const from = {
    type: 'SUBQUERY',
    alias: '_sluice_probe',
    sample: null,
    query_location: 0,
    subquery: { node: query, named_param_map: [] },
    column_name_alias: [],
  };
  return { ...selectOf([{ ...COLUMNS_STAR, columns: false }], from), cte_map: { map: entries } };
}
