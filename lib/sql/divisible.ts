// Proves on a bound plan (json_serialize_plan) that a SELECT may be computed in shards of one of its tables: that the rows of the
// shards together are the rows of the whole. Walks the operators from the leaves up; what it does not know proves nothing. The
// algebra is in cut-rows.ts.
import {
  again,
  areTold,
  type Class,
  equated,
  joined,
  meetsOwn,
  otherColumns,
  paired,
  type Rows,
  type Scan,
  stacked,
} from './cut-rows.ts';
import {
  equalitiesIn,
  isCollated,
  isUnprojected,
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
  trueColumns,
} from './plan-columns.ts';
import { allNodes, nodes, type SqlNode } from './sql-tree.ts';

/**
 * True if this holds for every way to distribute the rows of `table` over shards in which rows that are equal in all of `columns`
 * (two nulls are) are in one shard: computed once for each shard, of `table` over its rows and of all others over all rows, the
 * SELECT returns together the same rows, as often, as over all rows. False also where `table` is not read. `columns`: of types
 * whose equal values are identical. The SELECT's rows are determined by the tables' rows.
 */
export function isDivisibleBy(plan: SqlNode, table: string, columns: readonly string[]): boolean {
  const walk = new Walk(
    table,
    columns.map((column) => column.toLowerCase()),
  );
  const rows = walk.of(plan);
  const isProved = rows?.scans.length === 1 && walk.scans === scansIn(plan, table);
  return isProved && columns.length > 0 && !isCollated(plan);
}

const NOTHING: Rows = { columns: [], scans: [] };

class Walk {
  /** Of the table, so far. */
  scans = 0;
  readonly #table: string;
  readonly #keys: readonly string[];
  readonly #ctes = new Map<unknown, Rows>();
  /** What the surrounding correlated subqueries are computed for, each value once; the innermost last. */
  readonly #delimited: Rows[] = [];

  constructor(table: string, keys: readonly string[]) {
    this.#table = table;
    this.#keys = keys;
  }

  /**
   * Undefined: nothing is known, or the rows are not the shards' rows together. `wanted`: a row counts only if these columns are
   * true.
   */
  of(operator: SqlNode, wanted: readonly number[] = []): Rows | undefined {
    const rows = this.#of(operator, wanted);
    return rows && rows.scans.length > MOST_SCANS ? undefined : rows;
  }

  #of(operator: SqlNode, wanted: readonly number[]): Rows | undefined {
    const name = operatorName(operator);
    if (name.endsWith('JOIN') || name === 'CROSS_PRODUCT') return this.#join(name, operator, wanted);
    if (name.endsWith('_CTE')) return this.#cte(name, operator);
    const filtered = name === 'FILTER' ? nodes(operator.expressions).flatMap(trueColumns) : [];
    const inputs = nodes(operator.children).map((child) => this.of(child, filtered));
    const known = inputs.filter((rows) => rows !== undefined);
    if (known.length < inputs.length) return undefined;
    const [input = NOTHING] = known;
    switch (name) {
      case 'GET':
        return this.#get(operator, known);
      case 'DUMMY_SCAN':
        return NOTHING;
      case 'EXPRESSION_GET':
        return this.#made(operator, known, nodes(operator.expr_types).length);
      case 'CTE_REF': {
        const defined = this.#ctes.get(operator.cte_index);
        return defined && again(defined);
      }
      case 'DELIM_GET':
        return this.#outer(nodes(operator.chunk_types).length);
      case 'UNION':
      case 'EXCEPT':
      case 'INTERSECT':
        return stacked(name, operator.setop_all === true, known);
      default:
        return known.length === 1 ? ofOne(name, operator, input) : undefined;
    }
  }

  #get(get: SqlNode, inputs: readonly Rows[]): Rows | undefined {
    const read = readColumns(get);
    const classes = new Map(read.map((column) => [column, Symbol()]));
    const passed = Array.isArray(get.projected_input) ? get.projected_input.length : 0;
    const own = projected(
      read.map((column) => classes.get(column) ?? Symbol()),
      get.projection_ids,
    );
    if (scannedTable(get) !== this.#table) return this.#made(get, inputs, own.length + passed);
    this.scans += 1;
    return { columns: own, scans: [this.#keys.map((key) => classes.get(key) ?? Symbol())] };
  }

  /**
   * Rows that are made of each input row apart, if these are the values of a correlated subquery's outer row: what they are made of
   * is then the same in every shard that has the outer row.
   */
  #made(operator: SqlNode, inputs: readonly Rows[], count: number): Rows | undefined {
    const isCut = inputs.some(({ scans }) => scans.length > 0);
    const reads = (node: SqlNode) => node.type === 'LOGICAL_CTE_REF' || scannedTable(node) === this.#table;
    return isCut && [...allNodes(operator.children)].some(reads)
      ? undefined
      : { columns: otherColumns(count), scans: [] };
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
    const rows = { columns: otherColumns(defined.columns.length), scans: [] };
    this.#ctes.set(operator.table_index, rows);
    const repeated = name === 'RECURSIVE_CTE' ? this.of(second) : undefined;
    return repeated === undefined || defined.scans.length + repeated.scans.length > 0 ? undefined : rows;
  }

  #join(name: string, join: SqlNode, wanted: readonly number[]): Rows | undefined {
    const [leftChild, rightChild] = nodes(join.children);
    const written = joinKind(name, join);
    // What an IN or EXISTS marks comes after the columns of the left side.
    const marked = written === 'MARK' && isUnprojected(join) ? wanted : [];
    const left = leftChild && this.of(leftChild, marked);
    if (left === undefined || rightChild === undefined) return undefined;
    const right = this.#side(name, join, left, rightChild);
    if (right === undefined) return undefined;
    if (name === 'CROSS_PRODUCT') return paired(left, right);
    if (written === undefined) return undefined;
    const count = left.columns.length;
    const isSemi = marked.includes(count);
    const kind = isSemi ? 'SEMI' : written;
    const equalities = joinEqualities(join, count, kind);
    // It takes one of the rows that it could take.
    if (name === 'ASOF_JOIN' && !meetsOwn(left, right, equalities)) return undefined;
    const rows = joined(kind, left, right, equalities);
    if (rows === undefined) return undefined;
    const columns = isSemi ? [...rows.columns, ...otherColumns(1)] : rows.columns;
    return { ...rows, columns: mapped(columns, join, count) };
  }

  #side(name: string, join: SqlNode, left: Rows, right: SqlNode): Rows | undefined {
    if (name !== 'DELIM_JOIN') return this.of(right);
    const columns = nodes(join.duplicate_eliminated_columns).map((column) => classOf(column, left));
    // Of a scan whose keys are not among them equal values may be in several shards; but what a subquery gives for one of them
    // depends on no other, and comes back to the outer rows that have it.
    const scans = left.scans.filter((scan) => areTold([scan], columns));
    this.#delimited.push({ columns, scans });
    const rows = this.of(right);
    this.#delimited.pop();
    return rows;
  }

  /** The plan does not say of which subquery they are the outer columns: it may be any that has as many. */
  #outer(count: number): Rows | undefined {
    const possible = this.#delimited.filter(({ columns }) => columns.length === count);
    const [only] = possible;
    if (only === undefined) return undefined;
    return possible.length === 1 ? again(only) : { columns: otherColumns(count), scans: [] };
  }
}

/** Operators of one input. */
function ofOne(name: string, operator: SqlNode, input: Rows): Rows | undefined {
  const { columns, scans } = input;
  const classes = (expressions: unknown) => nodes(expressions).map((one) => classOf(one, input));
  switch (name) {
    case 'PROJECTION':
      return { columns: classes(operator.expressions), scans };
    case 'FILTER': {
      const rows = equated(input, nodes(operator.expressions).flatMap(equalitiesIn));
      return { ...rows, columns: projected(rows.columns, operator.projection_map) };
    }
    case 'ORDER_BY':
      return { columns: projected(columns, operator.projections), scans };
    case 'LIMIT':
      return scans.length === 0 ? input : undefined;
    case 'DISTINCT':
      return areTold(scans, classes(operator.distinct_targets)) ? input : undefined;
    case 'UNNEST':
      return { columns: [...columns, ...otherColumns(nodes(operator.expressions).length)], scans };
    case 'WINDOW': {
      const calls = nodes(operator.expressions);
      const areApart = calls.every(({ partitions }) => areTold(scans, classes(partitions)));
      return areApart ? { columns: [...columns, ...otherColumns(calls.length)], scans } : undefined;
    }
    case 'AGGREGATE_AND_GROUP_BY':
      return grouped(operator, classes(operator.groups), scans);
    default:
      return undefined;
  }
}

/** A column that some of the grouping sets lack is null in their rows. */
function grouped(operator: SqlNode, groups: readonly Class[], scans: readonly Scan[]): Rows | undefined {
  const given = Array.isArray(operator.grouping_sets) ? (operator.grouping_sets as number[][]) : [];
  const sets = given.length > 0 ? given : [groups.map((_, i) => i)];
  const isTold = (set: readonly number[]) =>
    areTold(
      scans,
      groups.filter((_, i) => set.includes(i)),
    );
  if (!sets.every(isTold)) return undefined;
  const functions = Array.isArray(operator.grouping_functions) ? operator.grouping_functions.length : 0;
  const own = groups.map((group, i) => (sets.every((set) => set.includes(i)) ? group : Symbol()));
  return { columns: [...own, ...otherColumns(nodes(operator.expressions).length + functions)], scans };
}

function classOf(expression: SqlNode, { columns }: Rows): Class {
  const place = placeOf(expression);
  return (place === undefined ? undefined : columns[place]) ?? Symbol();
}
