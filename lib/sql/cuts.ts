// LIMIT, OFFSET and DISTINCT ON keep the first rows in an order: whether it decides which ones, or what it lacks.
import { relationOf } from './key-inference.ts';
import { isAll, limits, orderOf } from './order-clauses.ts';
import { asExact, type OrderKeys, together } from './order-keys.ts';
import type { Keys, Scope } from './relation.ts';
import { hasGroups, isDistinct, isMadeUp } from './select-shape.ts';
import { additions, shortest, type Term } from './shortest-order.ts';
import type { Source } from './source.ts';
import { columnNames, columnReference, isNode, nodes, type SqlNode } from './sql-tree.ts';

/**
 * What is wrong with it, to be read after the word LIMIT. `isInexact`: its order is by values that are equal without being identical.
 * `by`: the terms that its order lacks, where they are known.
 */
export type CutProblem =
  | { readonly text: string; readonly isInexact?: true; readonly by?: readonly SqlNode[] }
  | undefined;

type Cut = { readonly select: SqlNode; readonly source: Source; readonly orders: OrderKeys };

export function cutProblem(select: SqlNode, source: Source, orders: OrderKeys): CutProblem {
  const order = orderOf(select);
  const [only, ...more] = order;
  const cut = { select, source, orders };
  if (only && more.length === 0 && isAll(only)) {
    // Everything that is returned: rows that agree in it are identical, or at least equal.
    const keys = orders.ofAll(select, source);
    const isFine =
      orders.isExact(select) || orders.areAllTold(select, keys, source, nodes(select.select_list));
    return isFine ? undefined : { text: '', isInexact: true };
  }
  const keys = keysOf(cut, order);
  const problem = problemOf(cut, order, keys);
  return problem !== undefined && problemOf(cut, order, asExact(keys)) === undefined
    ? { ...problem, isInexact: true }
    : problem;
}

/** Rows that DISTINCT ON chooses from agree in its targets; LIMIT chooses from all. */
function keysOf({ select, source, orders }: Cut, order: readonly SqlNode[]): Keys {
  const own = orders.of(order, source, 'order');
  if (limits(select)) return own;
  const targets = nodes(select.modifiers).flatMap((modifier) => nodes(modifier.distinct_on_targets));
  return together(own, orders.of(targets, source, 'order'));
}

function problemOf(cut: Cut, order: readonly SqlNode[], keys: Keys): CutProblem {
  const { select, source, orders } = cut;
  if (!isDistinct(select) && orders.areAllTold(select, keys, source, order)) return undefined;
  const items = nodes(select.select_list);
  const own = orders.ofResult(select, keys, source);
  const missing = items.filter((item) => !orders.isItemDecided(item, own, select, source));
  if (order.length === 0)
    return missing.length === 0
      ? undefined
      : { text: 'without ORDER BY takes arbitrary rows: add ORDER BY ALL' };
  const selected = new Set(items.map((item) => source.ident(item)));
  if (isDistinct(select) && ![...keys.all].every((ident) => selected.has(ident)))
    return {
      text: 'of a SELECT DISTINCT takes arbitrary rows if ORDER BY contains something that it does not return: write ORDER BY ALL',
    };
  return missing.length === 0 ? undefined : tie(cut, order, keys, missing);
}

function tie(
  { select, source, orders }: Cut,
  order: readonly SqlNode[],
  keys: Keys,
  missing: readonly SqlNode[],
): CutProblem {
  const passes = (as: (keys: Keys) => Keys) => (chosen: readonly Term[]) => {
    const added = chosen.map(({ node }) => node);
    const asked = [...order, ...added];
    const next = as(together(keys, orders.of(added, source, 'order')));
    if (!isDistinct(select) && orders.areAllTold(select, next, source, asked)) return true;
    const own = orders.ofResult(select, next, source);
    return missing.every((item) => orders.isItemDecided(item, own, select, source));
  };
  const said = 'takes an arbitrary one of the rows that tie in its ORDER BY';
  const terms = additions(select, source);
  const exact = shortest(
    terms,
    passes((added) => added),
  );
  const found = exact ?? shortest(terms, passes(asExact));
  if (found === undefined)
    return { text: `${said}: order by everything that the SELECT returns, with ORDER BY ALL` };
  const by = found.map(({ node }) => node);
  const texts = found.map((term) => term.text).join(', ');
  if (exact === undefined)
    return {
      text: `${said}, and those that are equal in ${texts} need not be identical, such as 0.0 and -0.0: also order by a key of its tables, or return each of these as CAST(x AS DECIMAL(38, 9))`,
      by,
    };
  const isKeyless =
    !hasGroups(select) && !isDistinct(select) && source.leaves.some(({ key }) => key === undefined);
  const other = found.length > 2 && isKeyless ? ', or by a key of its tables' : '';
  return { text: `${said}: also order by ${texts}${other}`, by };
}

/** After UNION, EXCEPT or INTERSECT an order names columns of the result. */
export function combinedCutProblem(operation: SqlNode, orders: OrderKeys, scope: Scope): CutProblem {
  const order = orderOf(operation);
  const { columns, key } = relationOf({ ...operation, modifiers: [] }, scope);
  const named = order.map((expression) => {
    const value = isNode(expression.value) ? expression.value.value : undefined;
    const [name, ...more] = columnNames(expression) ?? [];
    if (name !== undefined) return more.length === 0 ? name : undefined;
    return expression.class === 'CONSTANT' && typeof value === 'number' ? columns?.[value - 1] : undefined;
  });
  if (key?.every((column) => named.includes(column))) return undefined;
  const isWhole = order.some(isAll) || columns?.every((column) => named.includes(column)) === true;
  if (isWhole) return orders.isExact(operation) ? undefined : { text: '', isInexact: true };
  const missing = key ?? columns;
  const less = missing?.filter((column) => !named.includes(column));
  const said = 'after UNION, EXCEPT or INTERSECT takes an arbitrary one of the tied rows';
  if (less === undefined || order.length === 0 || less.some(isMadeUp))
    return { text: `${said}: write ORDER BY ALL` };
  return {
    text: `${said}: write ORDER BY ALL, or also order by ${less.join(', ')}`,
    by: less.map((column) => columnReference([column])),
  };
}
