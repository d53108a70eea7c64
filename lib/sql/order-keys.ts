// What an order says of the rows: the keys that rows agree in which tie, whether tied rows are one row, or identical.
import { areGroupsToldApart, groupIdents, isSplit, leavesOutExpressions } from './grouping.ts';
import { areNumbered } from './numbered-rows.ts';
import { isAll, isWhole } from './order-clauses.ts';
import { columnIdent, type Ident, type Keys } from './relation.ts';
import { hasGroups, isUnnest, mayBeFields } from './select-shape.ts';
import type { Clause, Source } from './source.ts';
import { expressions, functionName, lower, nodes, type SqlNode } from './sql-tree.ts';

export const NO_KEYS: Keys = { all: new Set(), exact: new Set() };

export class OrderKeys {
  readonly #aggregates: ReadonlySet<string>;
  readonly #isExact: (node: SqlNode) => boolean;
  constructor(aggregates: ReadonlySet<string>, isExact: (node: SqlNode) => boolean) {
    this.#aggregates = aggregates;
    this.#isExact = isExact;
  }

  /** Whether equal values of the expression, or of all results of a query, are identical. */
  isExact(node: SqlNode): boolean {
    return this.#isExact(node);
  }

  of(asked: readonly SqlNode[], source: Source, clause?: Clause): Keys {
    const keys = { all: new Set<Ident>(), exact: new Set<Ident>() };
    for (const expression of asked) {
      const idents = this.#wholeRows(expression, source) ?? [source.ident(expression, clause)];
      const isExact = this.#isExact(expression);
      for (const ident of idents) {
        keys.all.add(ident);
        if (isExact) keys.exact.add(ident);
      }
    }
    return keys;
  }

  /** The columns of a relation, or of all, that are compared as a whole; undefined for another expression. */
  #wholeRows(expression: SqlNode, source: Source): Ident[] | undefined {
    if (isAll(expression)) return source.columnIdents();
    const whole = isWhole(expression)
      ? source.leaves.find(({ alias }) => alias === lower(expression.relation_name))
      : source.wholeRow(expression);
    return whole && (whole.columns ?? []).map((column) => columnIdent(whole, column));
  }

  /** Of ORDER BY ALL, which orders by what is returned. */
  ofAll(select: SqlNode, source: Source): Keys {
    const items = nodes(select.select_list);
    const columns = items.some(({ class: kind }) => kind === 'STAR') ? source.columnIdents() : [];
    return { all: new Set([...items.map((item) => source.ident(item)), ...columns]), exact: new Set() };
  }

  /** What all rows of a group agree in. */
  ofGroups(select: SqlNode, source: Source): Keys {
    const all = groupIdents(select, source);
    if (all === undefined) return NO_KEYS;
    const exact = nodes(select.group_expressions).filter((group) => this.#isExact(group));
    return { all, exact: new Set(exact.map((group) => source.ident(group, 'group'))) };
  }

  /** All that the SELECT's own rows agree in if they agree in the keys. */
  ofResult(select: SqlNode, keys: Keys, source: Source): Keys {
    return isSplit(select) ? keys : source.closed(keys);
  }

  /** True if no two of the SELECT's rows agree in the keys. `asked`: the expressions that they were made of. */
  areAllTold(select: SqlNode, keys: Keys, source: Source, asked: readonly SqlNode[]): boolean {
    if ([...expressions(select.select_list)].some(isUnnest)) return false;
    if (areNumbered(select, this.ofResult(select, keys, source).all, source)) return true;
    if (hasGroups(select)) return areGroupsToldApart(select, keys, source, asked);
    return source.isIdentifiedBy(source.closed(keys).all);
  }

  /** True if the item is identical in all of the SELECT's rows that agree in the keys, which must be those of the result. */
  isItemDecided(item: SqlNode, { exact }: Keys, select: SqlNode, source: Source): boolean {
    const parts = [...expressions(item)];
    if (!parts.some(mayBeFields) && exact.has(source.ident(item))) return true;
    const isComputed = parts.some(
      (part) => part.class === 'WINDOW' || isUnnest(part) || this.#aggregates.has(functionName(part) ?? ''),
    );
    if (isComputed || leavesOutExpressions(select, exact, source)) return false;
    return source.beyond(item, exact).length === 0;
  }
}

export function together(...keys: readonly Keys[]): Keys {
  return {
    all: new Set(keys.flatMap(({ all }) => [...all])),
    exact: new Set(keys.flatMap(({ exact }) => [...exact])),
  };
}

/** As if all equal values were identical. */
export function asExact({ all }: Keys): Keys {
  return { all, exact: all };
}

/** True if the expression is identical in rows that agree in the keys, which are closed. `isOwn`: it is certain to be of the source's rows. */
export function isDecided(expression: SqlNode, keys: Keys, source: Source, isOwn: boolean): boolean {
  if (keys.exact.has(source.ident(expression))) return true;
  const meant = source.selected(expression, 'row') ?? expression;
  return source.beyond(meant, keys.exact).length === 0 || (isOwn && source.isIdentifiedBy(keys.all));
}
