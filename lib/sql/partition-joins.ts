// Proves on a bound plan (json_serialize_plan) that a SELECT reads a table only under joins by the partition's own value: that
// its rows are the same whatever rows of other partitions the table has. Walks the operators from the leaves up; what it does
// not know proves nothing. The algebra is in own-values.ts.
import {
  again,
  areTold,
  bothOwn,
  equated,
  joined,
  paired,
  type Rows,
  stacked,
  staysApart,
  UNKNOWN,
  type Value,
} from './own-values.ts';
import {
  equalitiesIn,
  isCollated,
  joinEqualities,
  joinKind,
  MOST_SCANS,
  mapped,
  operatorName,
  placeOf,
  projected,
  readColumns,
  scannedTable,
  scansIn,
} from './plan-columns.ts';
import { nodes, type SqlNode } from './sql-tree.ts';

/** A column of a table, by the table's name in the plan. */
export type PlanColumn = { readonly table: string; readonly column: string };

/**
 * True if the result depends on no row of the table of `column` but those in which `column` has the partition's own value, or
 * one of them where it has several. `own`: columns that have nothing but these values.
 */
export function isJoinedBy(plan: SqlNode, column: PlanColumn, own: readonly PlanColumn[]): boolean {
  const walk = new Walk(column, own);
  const rows = walk.of(plan);
  return rows?.open.size === 0 && walk.scans === scansIn(plan, column.table) && !isCollated(plan);
}

const NOTHING: Rows = { columns: [], open: new Set() };

class Walk {
  /** Of the table, so far. */
  scans = 0;
  readonly #column: PlanColumn;
  readonly #own: readonly PlanColumn[];
  readonly #ctes = new Map<unknown, Rows>();
  /** What the surrounding correlated subqueries are computed for, each value once; the innermost last. */
  readonly #delimited: Rows[] = [];

  constructor(column: PlanColumn, own: readonly PlanColumn[]) {
    this.#column = column;
    this.#own = own;
  }

  /** Undefined: nothing is known, or rows of other partitions are felt. */
  of(operator: SqlNode): Rows | undefined {
    const rows = this.#of(operator);
    return rows && rows.open.size > MOST_SCANS ? undefined : rows;
  }

  #of(operator: SqlNode): Rows | undefined {
    const name = operatorName(operator);
    if (name.endsWith('JOIN') || name === 'CROSS_PRODUCT') return this.#join(name, operator);
    if (name.endsWith('_CTE')) return this.#cte(name, operator);
    const inputs = nodes(operator.children).map((child) => this.of(child));
    const known = inputs.filter((rows) => rows !== undefined);
    if (known.length < inputs.length) return undefined;
    const [input = NOTHING] = known;
    switch (name) {
      case 'GET':
        return this.#get(operator, known);
      case 'DUMMY_SCAN':
        return NOTHING;
      case 'EXPRESSION_GET':
        return input.open.size > 0 ? undefined : unknownColumns(nodes(operator.expr_types).length);
      case 'CTE_REF': {
        const defined = this.#ctes.get(operator.cte_index);
        return defined && again(defined);
      }
      case 'DELIM_GET':
        return this.#outer(nodes(operator.chunk_types).length);
      case 'UNION':
      case 'EXCEPT':
      case 'INTERSECT':
        return stacked(known);
      default:
        return known.length === 1 ? ofOne(name, operator, input) : undefined;
    }
  }

  #get(get: SqlNode, inputs: readonly Rows[]): Rows | undefined {
    const table = scannedTable(get);
    const trace = Symbol();
    const isOf = (one: PlanColumn, column: string) => one.table === table && one.column === column;
    const columns = readColumns(get).map((column): Value => {
      if (isOf(this.#column, column)) return { tells: new Map([[trace, 'always']]) };
      return this.#own.some((one) => isOf(one, column)) ? { ...UNKNOWN, own: 'always' } : UNKNOWN;
    });
    const passed = Array.isArray(get.projected_input) ? get.projected_input : [];
    if (inputs.some(({ open }) => open.size > 0)) return undefined;
    const isOwn = table === this.#column.table;
    if (isOwn) this.scans += 1;
    return {
      columns: [...projected(columns, get.projection_ids), ...passed.map(() => UNKNOWN)],
      open: new Set(isOwn ? [trace] : []),
    };
  }

  /** A recursive CTE is made of itself: nothing is known of its columns. */
  #cte(name: string, operator: SqlNode): Rows | undefined {
    const [first, second] = nodes(operator.children);
    const defined = first && this.of(first);
    if (defined === undefined || second === undefined) return undefined;
    if (name === 'MATERIALIZED_CTE') {
      this.#ctes.set(operator.table_index, defined);
      return this.of(second);
    }
    const rows = unknownColumns(defined.columns.length);
    this.#ctes.set(operator.table_index, rows);
    const repeated = name === 'RECURSIVE_CTE' ? this.of(second) : undefined;
    return repeated === undefined || defined.open.size + repeated.open.size > 0 ? undefined : rows;
  }

  #join(name: string, join: SqlNode): Rows | undefined {
    const [leftChild, rightChild] = nodes(join.children);
    const left = leftChild && this.of(leftChild);
    if (left === undefined || rightChild === undefined) return undefined;
    const right = this.#side(name, join, left, rightChild);
    if (right === undefined) return undefined;
    if (name === 'CROSS_PRODUCT') return paired(left, right);
    const kind = joinKind(name, join);
    if (kind === undefined) return undefined;
    const equalities = joinEqualities(join, left.columns.length, kind);
    // It takes one of the rows that it could take.
    if (name === 'ASOF_JOIN' && !staysApart(paired(left, right), left.open, equalities)) return undefined;
    const rows = joined(kind, left, right, equalities);
    return rows && { ...rows, columns: mapped(rows.columns, join, left.columns.length) };
  }

  #side(name: string, join: SqlNode, left: Rows, right: SqlNode): Rows | undefined {
    if (name !== 'DELIM_JOIN') return this.of(right);
    const columns = nodes(join.duplicate_eliminated_columns).map((column) => knownOf(column, left));
    this.#delimited.push({ columns, open: left.open });
    const rows = this.of(right);
    this.#delimited.pop();
    return rows;
  }

  /** The plan does not say of which subquery they are the outer columns: it may be any that has as many. */
  #outer(count: number): Rows | undefined {
    const possible = this.#delimited.filter(({ columns }) => columns.length === count);
    const [only] = possible;
    if (possible.length === 1 && only) return again(only);
    if (possible.length === 0 || possible.some(({ open }) => open.size > 0)) return undefined;
    const all = Array.from({ length: count }, (_, i) =>
      bothOwn(possible.map(({ columns }) => columns[i] ?? UNKNOWN)),
    );
    return { columns: all, open: new Set() };
  }
}

/** Operators of one input. */
function ofOne(name: string, operator: SqlNode, input: Rows): Rows | undefined {
  const { columns, open } = input;
  switch (name) {
    case 'PROJECTION':
      return { columns: nodes(operator.expressions).map((one) => knownOf(one, input)), open };
    case 'FILTER': {
      const rows = equated(input, nodes(operator.expressions).flatMap(equalitiesIn));
      return { ...rows, columns: projected(rows.columns, operator.projection_map) };
    }
    case 'ORDER_BY':
      return { columns: projected(columns, operator.projections), open };
    case 'LIMIT':
      return open.size === 0 ? input : undefined;
    case 'DISTINCT': {
      const by = nodes(operator.distinct_targets).map((target) => knownOf(target, input));
      return operator.distinct_type === 'DISTINCT' || areTold(open, by) ? input : undefined;
    }
    case 'UNNEST':
      return { columns: [...columns, ...nodes(operator.expressions).map(() => UNKNOWN)], open };
    case 'WINDOW': {
      const calls = nodes(operator.expressions);
      const areApart = calls.every(({ partitions }) =>
        areTold(
          open,
          nodes(partitions).map((one) => knownOf(one, input)),
        ),
      );
      return areApart ? { columns: [...columns, ...calls.map(() => UNKNOWN)], open } : undefined;
    }
    case 'AGGREGATE_AND_GROUP_BY':
      return grouped(operator, input);
    default:
      return undefined;
  }
}

/** A column that some of the grouping sets lack is null in their rows. A trace that no group tells stays open for good. */
function grouped(operator: SqlNode, input: Rows): Rows {
  const sets = Array.isArray(operator.grouping_sets) ? (operator.grouping_sets as unknown[][]) : [];
  const functions = Array.isArray(operator.grouping_functions) ? operator.grouping_functions : [];
  const groups = nodes(operator.groups).map((group, i) =>
    sets.every((set) => set.includes(i)) ? knownOf(group, input) : UNKNOWN,
  );
  const others = [...nodes(operator.expressions), ...functions].map(() => UNKNOWN);
  return { columns: [...groups, ...others], open: input.open };
}

function unknownColumns(count: number): Rows {
  return { columns: Array.from({ length: count }, () => UNKNOWN), open: new Set() };
}

function knownOf(expression: SqlNode, { columns }: Rows): Value {
  const place = placeOf(expression);
  return place === undefined ? UNKNOWN : (columns[place] ?? UNKNOWN);
}
