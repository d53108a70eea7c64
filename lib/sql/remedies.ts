// What could be written in place of refused SQL, as changes of its parse tree: whether one of them passes is found by proving the
// changed tree, and only what passed is said. Pure.
import {
  COLUMNS_STAR,
  columnReference,
  functionName,
  isNode,
  nodes,
  type SqlNode,
  type SqlProblem,
} from './sql-tree.ts';

/**
 * `order`: the terms `by` are added to the ORDER BY of each node of `to` (a query, a window or an aggregate).
 * `call`: `of` is written as `write`, SQL over `x` and `y`, its arguments.
 */
export type Remedy =
  | { readonly kind: 'order'; readonly to: readonly SqlNode[]; readonly by: readonly SqlNode[] }
  | { readonly kind: 'call'; readonly of: SqlNode; readonly write: string };

/** What is said of a problem: what is wrong, then the remedies that pass, the best first; `otherwise` where none does. */
export type Advice = {
  readonly said: string;
  readonly remedies: readonly Remedy[];
  readonly otherwise: string;
};

/** `advice`: what to try, and to say in the place of `problem`. */
export type AdvisedProblem = SqlProblem & { readonly advice?: Advice };

/** The first few of `terms` without which the rest does not pass; undefined if not even all of them pass. */
export function fewest(
  terms: readonly SqlNode[],
  passes: (added: readonly SqlNode[]) => boolean,
): readonly SqlNode[] | undefined {
  if (terms.length === 0 || !passes(terms)) return undefined;
  let kept = terms;
  for (const term of terms.toReversed()) {
    const others = kept.filter((other) => other !== term);
    if (others.length > 0 && passes(others)) kept = others;
  }
  return kept;
}

/** The shortest first. */
export function shortest(found: readonly (readonly SqlNode[] | undefined)[]): (readonly SqlNode[])[] {
  return found.filter((terms) => terms !== undefined).toSorted((a, b) => a.length - b.length);
}

/** How ORDER BY can name what a SELECT returns: its alias, its column, or else the expression itself. */
export function returnedTerms(select: SqlNode): SqlNode[] {
  return nodes(select.select_list).map((item) => {
    if (item.class === 'STAR') return COLUMNS_STAR;
    return typeof item.alias === 'string' && item.alias !== '' ? columnReference([item.alias]) : item;
  });
}

/** The tree with the terms at the end of the ORDER BY of those nodes. `ORDER BY ALL` takes the place of an order. */
export function withOrder(tree: unknown, { to, by }: Extract<Remedy, { kind: 'order' }>): unknown {
  return replaced(tree, (node) => (to.includes(node) ? ordered(node, by) : undefined));
}

/** The tree with another expression, or query, in the node's place. */
export function replaced(tree: unknown, by: (node: SqlNode) => SqlNode | undefined): unknown {
  if (Array.isArray(tree)) return tree.map((item) => replaced(item, by));
  if (!isNode(tree)) return tree;
  const other = by(tree);
  if (other !== undefined) return other;
  return Object.fromEntries(Object.entries(tree).map(([name, child]) => [name, replaced(child, by)]));
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
 * `node`, which is SQL written in place of `call`, as that stands: each of its aggregates has the call's FILTER and, for a
 * window, the call's OVER. Positions are the call's.
 */
export function inPlaceOf(call: SqlNode, node: SqlNode, aggregates: ReadonlySet<string>): SqlNode {
  const filter = call.class === 'WINDOW' ? call.filter_expr : call.filter;
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (!isNode(value)) return value;
    const own = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, inner(child)]));
    const placed = 'query_location' in own ? { ...own, query_location: call.query_location } : own;
    if (placed.class !== 'FUNCTION' || !aggregates.has(functionName(placed) ?? '')) return placed;
    if (call.class === 'WINDOW')
      return {
        ...call,
        alias: '',
        function_name: placed.function_name,
        children: placed.children,
        arg_orders: isNode(placed.order_bys) ? placed.order_bys.orders : [],
        filter_expr: filter,
      };
    return { ...placed, filter: placed.filter ?? filter ?? null };
  };
  return { ...(inner(node) as SqlNode), alias: call.alias };
}
