// The clauses of a SELECT that order and limit its rows, as in the parse tree.
import { isPlain } from './select-shape.ts';
import { functionName, isNode, nodes, type SqlNode } from './sql-tree.ts';

/** `(y, x)`, `{a: y, b: x}`: the parts, compared in this order. */
export function members(expression: SqlNode): SqlNode[] {
  const isRow = /^(row|struct_pack|list_value)$/.test(functionName(expression) ?? '');
  return isRow ? nodes(expression.children) : [expression];
}

export function orderExpressions(orders: unknown): SqlNode[] {
  return nodes(orders).flatMap(({ expression }) => (isNode(expression) ? [expression] : []));
}

export function orderOf(query: SqlNode): SqlNode[] {
  return nodes(query.modifiers).flatMap(({ orders }) => orderExpressions(orders));
}

/** ORDER BY ALL, or COLUMNS(*); `COLUMNS('…')`, `COLUMNS(a.*)` and `COLUMNS(* EXCLUDE (…))` are stars too. */
export function isAll(expression: SqlNode): boolean {
  return isWhole(expression) && (expression.relation_name ?? '') === '';
}

/** All columns of a relation, or of all of them. */
export function isWhole(expression: SqlNode): boolean {
  return expression.class === 'STAR' && !isNode(expression.expr) && isPlain(expression);
}

export function cutOf(query: SqlNode): { readonly word: string; readonly node: SqlNode } | undefined {
  for (const modifier of nodes(query.modifiers)) {
    const [target] = nodes(modifier.distinct_on_targets);
    if (target) return { word: 'DISTINCT ON', node: target };
    if (isNode(modifier.limit)) return { word: 'LIMIT', node: modifier.limit };
    if (isNode(modifier.offset)) return { word: 'OFFSET', node: modifier.offset };
  }
  return undefined;
}

/** True for LIMIT and OFFSET. */
export function limits(query: SqlNode): boolean {
  return nodes(query.modifiers).some(({ limit, offset }) => isNode(limit) || isNode(offset));
}

/** What decides which rows LIMIT, OFFSET and DISTINCT ON keep, besides what the SELECT returns; [] where they are not there. */
export function cutKeys(query: SqlNode): SqlNode[] {
  if (cutOf(query) === undefined) return [];
  const targets = nodes(query.modifiers).flatMap((modifier) => nodes(modifier.distinct_on_targets));
  return [...targets, ...orderOf(query).filter((expression) => !isAll(expression))];
}

/** `LIMIT 1` of a query. */
export function isCutToOne(query: SqlNode): boolean {
  return nodes(query.modifiers).some(({ type, limit }) => {
    const value =
      isNode(limit) && limit.class === 'CONSTANT' && isNode(limit.value) ? limit.value.value : undefined;
    return type === 'LIMIT_MODIFIER' && value === 1;
  });
}

/** A list that is sorted as a whole: `list(x ORDER BY x)` is `list_sort(list(x))` to the parser. */
export function sortedList(call: SqlNode): SqlNode | undefined {
  if (!/^(list|array)_(reverse_)?sort$/.test(functionName(call) ?? '')) return undefined;
  const [sorted] = nodes(call.children);
  const list = /^(list|array)_distinct$/.test((sorted && functionName(sorted)) ?? '')
    ? nodes(sorted?.children)[0]
    : sorted;
  return list && /^(list|array_agg)$/.test(functionName(list) ?? '') ? list : undefined;
}

/** A list of which only how many values it has matters, or whether it has one: `len(list(x))`, `list_contains(list(x), 1)`. */
export function countedList(call: SqlNode): SqlNode | undefined {
  const isBlind = /^(len|length|array_length|(list|array)_(unique|contains|has)|contains)$/;
  const [first] = nodes(call.children);
  if (!first || !isBlind.test(functionName(call) ?? '')) return undefined;
  const list = /^(list|array)_distinct$/.test(functionName(first) ?? '') ? nodes(first.children)[0] : first;
  return list && /^(list|array_agg)$/.test(functionName(list) ?? '') ? list : undefined;
}

/** Equal for windows that number their rows identically. */
export function specification(call: SqlNode): string {
  return JSON.stringify([call.partitions, call.orders], (name, value: unknown) =>
    name === 'query_location' ? undefined : value,
  );
}

/** The value without the partitions and orders of all windows with the same specification as `call`. */
export function withoutOrder(value: unknown, call: SqlNode): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutOrder(item, call));
  if (!isNode(value)) return value;
  const isSame = value.class === 'WINDOW' && specification(value) === specification(call);
  const kept = Object.entries(value).filter(
    ([name]) => !isSame || (name !== 'partitions' && name !== 'orders'),
  );
  return Object.fromEntries(kept.map(([name, child]) => [name, withoutOrder(child, call)]));
}

/** For messages. */
export function sqlText(expression: SqlNode): string {
  if (typeof expression.alias === 'string' && expression.alias !== '') return expression.alias;
  if (Array.isArray(expression.column_names)) return expression.column_names.join('.');
  if (isNode(expression.value) && typeof expression.value.value === 'number')
    return String(expression.value.value);
  return expression.class === 'STAR' ? 'the columns of *' : `${functionName(expression) ?? 'expression'}(…)`;
}
