// What could be written in place of refused SQL, as changes of its parse tree: whether one of them passes is found by proving the
// changed tree, and only what passed is said. Pure.
import {
  COLUMNS_STAR,
  columnNames,
  functionName,
  isNode,
  nodes,
  type SqlNode,
  type SqlProblem,
  selectOf,
} from './sql-tree.ts';

/**
 * `order`: the terms `by` are added to the ORDER BY of each node of `to` (a query, a window or an aggregate).
 * `all`: the query's order is ORDER BY ALL. `around`: it is a subquery, and what orders and cuts it, and then all its columns,
 * stand around it. `call`: `of` is written as `write`, SQL over `x`, `y` and `z`, its arguments.
 */
export type Remedy =
  | { readonly kind: 'order'; readonly to: readonly SqlNode[]; readonly by: readonly SqlNode[] }
  | { readonly kind: 'all'; readonly of: SqlNode }
  | { readonly kind: 'around'; readonly of: SqlNode }
  | { readonly kind: 'call'; readonly of: SqlNode; readonly write: string };

/** What is said of a problem: what is wrong, then the remedies that pass, the best first; `otherwise` where none does. */
export type Advice = {
  readonly said: string;
  readonly remedies: readonly Remedy[];
  /** How many of those that pass are said; 1 without it. */
  readonly most?: number;
  readonly otherwise: string;
  /** Said after either. */
  readonly also?: string;
};

/** `advice`: what to try, and to say in the place of `problem`. */
export type AdvisedProblem = SqlProblem & { readonly advice?: Advice };

/** What stands in the place of a node: `node` is the original with its parts changed. Undefined: nothing else. */
export type Change = (original: SqlNode, node: SqlNode) => SqlNode | undefined;

/** `written`: in the place of a call. */
export function changeOf(remedy: Remedy, written?: SqlNode): Change {
  return (original, node) => {
    if (remedy.kind === 'order') return remedy.to.includes(original) ? ordered(node, remedy.by) : undefined;
    if (remedy.of !== original) return undefined;
    if (remedy.kind === 'call') return written;
    return remedy.kind === 'all' ? ordered(unordered(node), [COLUMNS_STAR]) : around(node);
  };
}

/** The tree with all the changes, the inner ones first. */
export function replaced(tree: unknown, ...changes: readonly Change[]): unknown {
  if (Array.isArray(tree)) return tree.map((item) => replaced(item, ...changes));
  if (!isNode(tree)) return tree;
  const parts = Object.entries(tree).map(([name, child]) => [name, replaced(child, ...changes)] as const);
  let node: SqlNode = Object.fromEntries(parts);
  for (const change of changes) node = change(tree, node) ?? node;
  return node;
}

function unordered(query: SqlNode): SqlNode {
  return { ...query, modifiers: nodes(query.modifiers).filter(({ type }) => type !== 'ORDER_MODIFIER') };
}

function around(query: SqlNode): SqlNode {
  const inner = { node: { ...query, modifiers: [] }, named_param_map: [] };
  const from = {
    type: 'SUBQUERY',
    alias: '',
    sample: null,
    query_location: 0,
    subquery: inner,
    column_name_alias: [],
  };
  const outer = selectOf([{ ...COLUMNS_STAR, columns: false }], from);
  return ordered({ ...outer, modifiers: query.modifiers }, [COLUMNS_STAR]);
}

function ordered(node: SqlNode, by: readonly SqlNode[]): SqlNode {
  const more = by.map((expression) => ({
    type: 'ORDER_DEFAULT',
    null_order: 'ORDER_DEFAULT',
    expression: { ...expression, alias: '' },
  }));
  if (node.class === 'WINDOW') return { ...node, orders: [...nodes(node.orders), ...more] };
  if (node.class === 'FUNCTION') {
    const orders = isNode(node.order_bys) ? nodes(node.order_bys.orders) : [];
    return { ...node, order_bys: { type: 'ORDER_MODIFIER', orders: [...orders, ...more] } };
  }
  const modifiers = nodes(node.modifiers);
  const at = modifiers.findIndex(({ type }) => type === 'ORDER_MODIFIER');
  if (at < 0)
    return {
      ...node,
      modifiers: [
        ...modifiers.filter(({ type }) => type === 'DISTINCT_MODIFIER'),
        { type: 'ORDER_MODIFIER', orders: more },
        ...modifiers.filter(({ type }) => type !== 'DISTINCT_MODIFIER'),
      ],
    };
  const whole = modifiers.map((modifier, i) =>
    i === at ? { ...modifier, orders: [...nodes(modifier.orders), ...more] } : modifier,
  );
  return { ...node, modifiers: whole };
}

/**
 * `template`, SQL over `x`, `y` and `z`, in the place of `call`: with its arguments for these, its alias, and in each of the
 * template's aggregates its FILTER and, for a window, its OVER. Positions are the call's.
 */
export function inPlaceOf(call: SqlNode, template: SqlNode, aggregates: ReadonlySet<string>): SqlNode {
  const isWindow = call.class === 'WINDOW';
  const filter = isWindow ? call.filter_expr : call.filter;
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (!isNode(value)) return value;
    const [name = ''] = columnNames(value) ?? [];
    const argument = nodes(call.children)['xyz'.indexOf(name)];
    if (name !== '' && argument !== undefined) return { ...argument, alias: value.alias };
    const own = Object.fromEntries(Object.entries(value).map(([part, child]) => [part, inner(child)]));
    const placed = 'query_location' in own ? { ...own, query_location: call.query_location } : own;
    if (placed.class !== 'FUNCTION' || !aggregates.has(functionName(placed) ?? '')) return placed;
    const both = withCondition(placed.filter, filter);
    if (!isWindow) return { ...placed, filter: both };
    const { function_name: called, children, order_bys: by } = placed;
    const orders = isNode(by) ? by.orders : [];
    return { ...call, alias: '', function_name: called, children, arg_orders: orders, filter_expr: both };
  };
  return { ...(inner(template) as SqlNode), alias: call.alias };
}

/** Of a FILTER or WHERE: both hold. */
export function withCondition(before: unknown, condition: unknown): unknown {
  if (!isNode(before)) return condition ?? null;
  if (!isNode(condition)) return before;
  const both = { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', query_location: 0 };
  return { ...both, children: [condition, before] };
}
