// Which columns a subquery takes from the queries around it: its result is the same for all rows that agree in them. What a
// column of its own is, the caller says.
import { definedCtes, expressions, isNode, type SqlNode } from './sql-tree.ts';

/** True if the column is certainly of the FROM of that SELECT. */
export type IsOwn = (select: SqlNode, column: SqlNode) => boolean;

/** The columns that may be another query's, as written; undefined if that cannot be told. `subquery`: the expression. */
export function outerColumns(subquery: SqlNode, isOwn: IsOwn): readonly SqlNode[] | undefined {
  const walk = new Walk(isOwn);
  const columns = walk.ofQuery(queryOf(subquery));
  return walk.isUnclear ? undefined : columns;
}

class Walk {
  /** There is something whose columns are not known. */
  isUnclear = false;
  readonly #isOwn: IsOwn;
  constructor(isOwn: IsOwn) {
    this.#isOwn = isOwn;
  }

  ofQuery(query: SqlNode | undefined): SqlNode[] {
    if (query === undefined || definedCtes(query).length > 0) return this.#unclear();
    if (query.type === 'SET_OPERATION_NODE') {
      return [query.left, query.right].flatMap((side) => this.ofQuery(isNode(side) ? side : undefined));
    }
    if (query.type !== 'SELECT_NODE') return this.#unclear();
    const { from_table: from, cte_map: _, ...parts } = query;
    const found = [...this.#ofFrom(from), ...this.#ofExpressions(Object.values(parts))];
    return found.filter((column) => !this.#isOwn(query, column));
  }

  #ofFrom(from: unknown): SqlNode[] {
    if (!isNode(from)) return this.#unclear();
    if (from.type === 'EMPTY' || from.type === 'BASE_TABLE') return [];
    if (from.type === 'SUBQUERY') return this.ofQuery(queryOf(from));
    if (from.type !== 'JOIN') return this.#unclear();
    const sides = [from.left, from.right].flatMap((side) => this.#ofFrom(side));
    return [...sides, ...this.#ofExpressions(from.condition)];
  }

  #ofExpressions(value: unknown): SqlNode[] {
    return [...expressions(value)].flatMap((part) => {
      if (part.class === 'COLUMN_REF') return [part];
      if (part.class === 'SUBQUERY') return this.ofQuery(queryOf(part));
      return [];
    });
  }

  #unclear(): SqlNode[] {
    this.isUnclear = true;
    return [];
  }
}

function queryOf({ subquery }: SqlNode): SqlNode | undefined {
  return isNode(subquery) && isNode(subquery.node) ? subquery.node : undefined;
}
