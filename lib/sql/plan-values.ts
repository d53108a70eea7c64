// Finds, in a bound plan (json_serialize_plan), result values that are one of several equal but not identical ones, so that
// they depend on the order of the rows. Walks the plan's operators from the leaves up, each as its output columns; any
// value of an unknown operator may depend on the order.
import { Expressions, type Row } from './plan-expressions.ts';
import { isNode, nodes, type SqlNode, type SqlProblem } from './sql-tree.ts';
import {
  anyForm,
  chooser,
  chosen,
  eitherForm,
  type Forms,
  isExactType,
  oneForm,
  type PlanType,
} from './value-forms.ts';

export type PlanValues = {
  /** The columns of the result, in order. */
  readonly columns: readonly Forms[];
  /** Expressions that return different results for equal values. */
  readonly problems: readonly SqlProblem[];
  /** Somewhere in the plan, equal values may differ. */
  readonly mayVary: boolean;
};

/** `tables`: lower-case name of a temporary table → its columns in which equal values may differ; in no others they do. */
export function planValues(plan: SqlNode, tables: ReadonlyMap<string, ReadonlySet<string>>): PlanValues {
  const operators = new Operators(tables);
  const columns = operators.of(plan);
  const { problems, mayVary } = operators.expressions;
  return { columns, problems, mayVary };
}

class Operators {
  readonly expressions = new Expressions();
  readonly #ctes = new Map<unknown, Row>();
  /** The columns for which the surrounding correlated subqueries are computed, each value once. */
  readonly #delimited: Row[] = [];
  readonly #tables: ReadonlyMap<string, ReadonlySet<string>>;
  constructor(tables: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#tables = tables;
  }

  of(operator: SqlNode): Row {
    const name = String(operator.type).replace(/^LOGICAL_/, '');
    if (name === 'MATERIALIZED_CTE' || name === 'RECURSIVE_CTE') return this.#cte(name, operator);
    if (name.endsWith('JOIN') || name === 'CROSS_PRODUCT') return this.#join(operator);
    const inputs = nodes(operator.children).map((child) => this.of(child));
    const [input = []] = inputs;
    const own = () => this.#each(operator.expressions, input);
    switch (name) {
      case 'PROJECTION':
        return own();
      case 'FILTER':
        own();
        return projected(input, operator.projection_map);
      case 'LIMIT':
      case 'SAMPLE':
        return input;
      case 'ORDER_BY':
      case 'TOP_N':
        this.#each(orderKeys(operator.orders), input);
        return projected(input, operator.projections);
      case 'DISTINCT':
        return distinct(operator, input);
      case 'AGGREGATE_AND_GROUP_BY':
        return this.#grouped(operator, input);
      case 'WINDOW':
      case 'UNNEST':
        return [...input, ...own()];
      case 'UNION':
        return merged(inputs);
      case 'EXCEPT':
      case 'INTERSECT':
        return merged(inputs).map((value) => chosen(value, name));
      case 'CTE_REF':
        return this.#ctes.get(operator.cte_index) ?? unknownRow(planTypes(operator.chunk_types), inputs);
      case 'DELIM_GET':
        return this.#outer(planTypes(operator.chunk_types));
      case 'GET':
        return this.#get(operator, input);
      case 'EXPRESSION_GET':
        return merged((operator.expressions as unknown[]).map((row) => this.#each(row, input)));
      case 'DUMMY_SCAN':
        return [];
      default:
        own();
        return unknownRow(planTypes(operator), inputs);
    }
  }

  #each(values: unknown, row: Row): Forms[] {
    return nodes(values).map((expression) => this.expressions.of(expression, row));
  }

  #grouped(operator: SqlNode, input: Row): Row {
    const groups = this.#each(operator.groups, input).map((value) => chosen(value, 'GROUP BY'));
    const sets = Array.isArray(operator.grouping_functions) ? operator.grouping_functions : [];
    return [
      ...groups,
      ...this.#each(operator.expressions, input),
      ...sets.map(() => oneForm({ id: 'BIGINT' })),
    ];
  }

  /** A recursive CTE reads itself: its possible values are known when another round adds none. */
  #cte(name: string, operator: SqlNode): Row {
    const [first, second] = nodes(operator.children);
    if (first === undefined || second === undefined) return [];
    const defined = this.of(first);
    this.#ctes.set(operator.table_index, defined);
    if (name === 'MATERIALIZED_CTE') return this.of(second);
    const ofRound = (row: Row) =>
      operator.union_all === true ? row : row.map((value) => chosen(value, 'UNION'));
    let before: Row;
    let rows = ofRound(defined.map(anyValue));
    do {
      before = rows;
      this.#ctes.set(operator.table_index, before);
      rows = ofRound(merged([before, this.of(second)]));
    } while (rows.some(({ chosenBy }, i) => chosenBy !== before[i]?.chosenBy));
    this.#ctes.set(operator.table_index, rows);
    return rows;
  }

  #join(join: SqlNode): Row {
    const [leftChild, rightChild] = nodes(join.children);
    if (leftChild === undefined || rightChild === undefined) return [];
    const left = this.of(leftChild);
    const outer = this.#each(join.duplicate_eliminated_columns, left);
    if (outer.length > 0) this.#delimited.push(outer);
    const right = this.of(rightChild);
    if (outer.length > 0) this.#delimited.pop();
    for (const { left: of, right: to } of nodes(join.conditions)) {
      this.#each([of], left);
      this.#each([to], right);
    }
    this.#each([join.condition, join.predicate], [...left, ...right]);
    const [own, other] = [
      projected(left, join.left_projection_map),
      projected(right, join.right_projection_map),
    ];
    const type = String(join.join_type);
    if (type === 'MARK') return [...own, oneForm({ id: 'BOOLEAN' })];
    if (/^(SEMI|ANTI)$/.test(type)) return own;
    return /^RIGHT_(SEMI|ANTI)$/.test(type) ? other : [...own, ...other];
  }

  #outer(types: readonly PlanType[]): Row {
    const outer = this.#delimited.at(-1);
    const isKnown = outer?.length === types.length && outer.every(({ type }, i) => type.id === types[i]?.id);
    const values = isKnown ? outer : types.map((type) => (isExactType(type) ? oneForm(type) : anyForm(type)));
    return values.map((value) => chosen(value, 'a correlated subquery'));
  }

  #get(get: SqlNode, input: Row): Row {
    const types = planTypes(get.returned_types);
    const names = Array.isArray(get.names) ? get.names.map(String) : [];
    const table = isNode(get.function_data) ? this.#tables.get(String(get.function_data.table)) : undefined;
    const own = nodes(get.column_indexes).map(({ index }): Forms => {
      const type = types[Number(index)] ?? { id: 'UNKNOWN' };
      const isOne = isExactType(type) || (table !== undefined && !table.has(names[Number(index)] ?? ''));
      return isOne ? { ...oneForm(type), mayBeInfinite: true } : anyForm(type);
    });
    const args = input.slice(0, nodes(get.input_table_types).length);
    // An unnested list's values are its own; what another function makes of several equal ones is not known.
    if (get.name !== 'unnest') this.expressions.apart(get, { id: 'NULL' }, args);
    const by = chooser(args);
    const made = own.map((value) => (by === undefined ? value : chosen(value, by)));
    const passed = Array.isArray(get.projected_input) ? get.projected_input : [];
    return [
      ...projected(made, get.projection_ids),
      ...passed.map((i) => input[Number(i)] ?? anyForm({ id: 'UNKNOWN' })),
    ];
  }
}

/** DISTINCT ON takes from the first row of each group all but what it groups by, of which it keeps any of the equal values. */
function distinct(operator: SqlNode, input: Row): Row {
  if (operator.distinct_type === 'DISTINCT') return input.map((value) => chosen(value, 'DISTINCT'));
  const targets = nodes(operator.distinct_targets);
  const places = new Set(targets.map(({ index }) => Number(index)));
  const areKnown = targets.every(({ expression_class: kind }) => kind === 'BOUND_REF');
  return input.map((value, i) => (!areKnown || places.has(i) ? chosen(value, 'DISTINCT ON') : value));
}

function orderKeys(orders: unknown): SqlNode[] {
  return nodes(orders).flatMap(({ expression }) => (isNode(expression) ? [expression] : []));
}

/** The columns at the given positions; all if there are none. */
function projected(row: Row, places: unknown): Row {
  if (!Array.isArray(places) || places.length === 0) return row;
  return places.map((place) => row[Number(place)] ?? { ...anyForm({ id: 'UNKNOWN' }) });
}

/** The columns of several inputs combined by UNION. */
function merged(inputs: readonly Row[]): Row {
  const [first = []] = inputs;
  return first.map(({ type }, i) =>
    eitherForm(
      type,
      inputs.map((row) => row[i] ?? anyForm(type)),
    ),
  );
}

/** Of its type, and taken by what takes it. */
function anyValue({ type, chosenBy }: Forms): Forms {
  const value = isExactType(type) ? oneForm(type) : anyForm(type);
  return chosenBy === undefined ? value : { ...value, chosenBy };
}

function planTypes(types: unknown): PlanType[] {
  return nodes(types).flatMap(({ id, type_info }) => (typeof id === 'string' ? [{ id, type_info }] : []));
}

/** Every value that may vary depends on the order. */
function unknownRow(types: readonly PlanType[], inputs: readonly Row[]): Row {
  const row =
    types.length > 0
      ? types.map((type) => (isExactType(type) ? oneForm(type) : anyForm(type)))
      : inputs.flat();
  return row.map(({ isWholeDays: _, ...value }) => chosen(value, 'the query'));
}
