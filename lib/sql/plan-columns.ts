// How operators of a bound plan (json_serialize_plan) name their columns: which column an expression is, which ones are equal by a
// condition, which ones a scan reads. Every column is a position among the columns of an operator's inputs, one after the other.
import { allNodes, isNode, lower, nodes, type SqlNode } from './sql-tree.ts';

/** Two columns that are equal in each row. `isNullSafe`: IS NOT DISTINCT FROM, by which nulls are equal, too. */
export type Equality = { readonly left: number; readonly right: number; readonly isNullSafe: boolean };

/** The kind of operator: `FILTER`, `COMPARISON_JOIN`, … */
export function operatorName({ type }: SqlNode): string {
  return String(type).replace(/^LOGICAL_/, '');
}

/** Lower-case name of the table that the operator scans; undefined for one that scans none. */
export function scannedTable({ name, function_data: data }: SqlNode): string | undefined {
  return name === 'seq_scan' && isNode(data) ? lower(data.table) : undefined;
}

/** Of one table, in what an operator's rows are made of. A CTE that is read twice by the next one doubles them each time. */
export const MOST_SCANS = 100;

/** How often the plan scans the table, wherever. */
export function scansIn(plan: unknown, table: string): number {
  return scansOf(plan, table).length;
}

/** Lower-case names of the table's columns that some scan reads. */
export function columnsRead(plan: unknown, table: string): ReadonlySet<string> {
  return new Set(scansOf(plan, table).flatMap(readColumns));
}

function scansOf(plan: unknown, table: string): SqlNode[] {
  const isScan = (node: SqlNode) => node.type === 'LOGICAL_GET' && scannedTable(node) === table;
  return [...allNodes(plan)].filter(isScan);
}

/** True if a text has a collation somewhere: different texts may be equal then, in a set operation even those of another input. */
export function isCollated(plan: unknown): boolean {
  return [...allNodes(plan)].some(({ collation }) => typeof collation === 'string' && collation !== '');
}

/** Lower-case names of the columns that a scan reads, in order. */
export function readColumns(get: SqlNode): string[] {
  const names = Array.isArray(get.names) ? get.names : [];
  return nodes(get.column_indexes).map(({ index }) => lower(names[Number(index)]));
}

/** The items at the given positions; all if there are none. */
export function projected<T>(items: readonly T[], places: unknown): readonly T[] {
  if (!Array.isArray(places) || places.length === 0) return items;
  return places.flatMap((place) => items.slice(Number(place), Number(place) + 1));
}

/** A join may leave out columns of each side. */
export function mapped<T>(columns: readonly T[], join: SqlNode, leftCount: number): readonly T[] {
  const left = projected(columns.slice(0, leftCount), join.left_projection_map);
  const right = projected(columns.slice(leftCount), join.right_projection_map);
  return [...left, ...right];
}

export function isUnprojected(join: SqlNode): boolean {
  const isEmpty = (places: unknown) => !Array.isArray(places) || places.length === 0;
  return isEmpty(join.left_projection_map) && isEmpty(join.right_projection_map);
}

const INTEGERS = new Set(['INTEGER', 'BIGINT', 'HUGEINT']);

/** The position of the column whose value it is; a whole number stays itself in another of these types. */
export function placeOf(expression: unknown): number | undefined {
  if (!isNode(expression)) return undefined;
  if (expression.expression_class === 'BOUND_REF') return Number(expression.index);
  const isExact =
    expression.expression_class === 'BOUND_CAST' &&
    expression.try_cast === false &&
    [expression, expression.child].every((one) => INTEGERS.has(typeId(one)));
  return isExact ? placeOf(expression.child) : undefined;
}

function typeId(expression: unknown): string {
  const type = isNode(expression) ? expression.return_type : undefined;
  return isNode(type) ? String(type.id) : '';
}

/** A RIGHT join is a LEFT one in a bound plan. */
export type JoinKind = 'INNER' | 'LEFT' | 'FULL' | 'SINGLE' | 'SEMI' | 'ANTI' | 'MARK';

/** Undefined for a join of which nothing is known. `name`: of the operator. */
export function joinKind(name: string, join: SqlNode): JoinKind | undefined {
  const kind = String(join.join_type);
  return join.delim_flipped !== true && isKnownJoin(name, kind) ? kind : undefined;
}

function isKnownJoin(name: string, kind: string): kind is JoinKind {
  if (name === 'ASOF_JOIN') return kind === 'INNER' || kind === 'LEFT';
  return /^(COMPARISON|ANY|DELIM)_JOIN$/.test(name) && /^(INNER|LEFT|FULL|SINGLE|SEMI|ANTI|MARK)$/.test(kind);
}

/**
 * What is equal in the rows that match: all rows of the right side that a row of the left side meets. Of `conditions` each side
 * counts its own columns, of the others the right side's come after the left side's.
 */
export function joinEqualities(join: SqlNode, leftCount: number, kind: JoinKind): Equality[] {
  const pairs = nodes(join.conditions).flatMap(({ left, right, comparison }) => {
    const [a, b] = [placeOf(left), placeOf(right)];
    return equality(comparison, a, b === undefined ? undefined : b + leftCount);
  });
  const all = [...pairs, ...nodes([join.condition, join.predicate]).flatMap(equalitiesIn)];
  // Of the values that an IN compares a null counts in all rows: only what the subquery is correlated by sets rows apart.
  return kind === 'MARK' ? all.filter(({ isNullSafe }) => isNullSafe) : all;
}

/** That hold wherever the condition does. */
export function equalitiesIn(condition: SqlNode): Equality[] {
  return conjuncts(condition).flatMap(({ type, left, right }) =>
    equality(type, placeOf(left), placeOf(right)),
  );
}

/** The columns that are true wherever the condition holds. */
export function trueColumns(condition: SqlNode): number[] {
  return conjuncts(condition).flatMap((one) => placeOf(one) ?? []);
}

function conjuncts(condition: SqlNode): SqlNode[] {
  return condition.type === 'CONJUNCTION_AND' ? nodes(condition.children).flatMap(conjuncts) : [condition];
}

function equality(comparison: unknown, left: number | undefined, right: number | undefined): Equality[] {
  const isNullSafe = comparison === 'COMPARE_NOT_DISTINCT_FROM';
  if (left === undefined || right === undefined) return [];
  return isNullSafe || comparison === 'COMPARE_EQUAL' ? [{ left, right, isNullSafe }] : [];
}
